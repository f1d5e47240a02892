import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { setLang } from '../../base/i18n.ts';
import {
  accountsIn,
  choices,
  type Entry,
  fieldsSaid,
  heldSaid,
  officesSaid,
  pageOf,
  somebodies,
  thing,
  told,
} from './telling.ts';

const schema = readFileSync('src/api/schema.gen.ts', 'utf8');

describe('whose entries', () => {
  const entry = (actor: string, actor_name: string, actor_kind = 'account') =>
    ({ actor, actor_name, actor_kind }) as Entry;
  it('offers each account once, and neither keys nor programs', () => {
    const entries = [
      entry('wang', '王芳'),
      entry('li', ''),
      entry('', '', 'nobody'),
      entry('wang', '王芳'),
      entry('sensor', '', 'key'),
      entry('people erase', '', 'system'),
    ];
    expect(somebodies(accountsIn(entries)).map(({ login }) => login)).toHaveLength(2);
    expect(somebodies(accountsIn(entries))).toEqual(
      expect.arrayContaining([
        { login: 'wang', name: '王芳' },
        { login: 'li', name: 'li' },
      ]),
    );
  });
});

describe('an entry of the log in words', () => {
  it('is told in both languages', () => {
    setLang('zh');
    expect(told('end-grant')).toBe('结束授权');
    expect(fieldsSaid(['name', 'moon'], 'account')).toBe('姓名或名称、moon');
    expect(fieldsSaid(['name', 'residence', 'residences'], 'person')).toBe('姓名、居住经过');
    setLang('en');
    expect(told('change-department')).toBe('Changed a department');
    expect(thing('person')).toBe('person’s record');
    setLang('zh');
  });
  it('has words for every operation that leaves an entry', () => {
    const writing = [...schema.matchAll(/\b(?:put|post|delete|patch): operations\["([^"]+)"\]/g)].map(
      (m) => m[1],
    );
    expect(writing.length).toBeGreaterThan(60);
    expect(writing.filter((id) => told(id ?? '') === id)).toEqual([]);
  });
  it('offers each action once', () => {
    const ids = choices().flatMap(({ items }) => items.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('leaves what has no words as it is', () => {
    expect(told('onemap import')).toBe('onemap import');
    expect(thing('moon')).toBe('moon');
  });
  it('says under which grants', () => {
    const id = '01900000-0000-7000-8000-000000000000';
    expect(heldSaid(`handler 9901 D02 grant ${id}; administrator grant ${id} for ${id}`)).toBe(
      '处置部门 · 9901 · D02；管理员 · 全部辖区 · 代理',
    );
    expect(heldSaid('')).toBe('');
    expect(officesSaid(`worker 9901 grant ${id}; worker 9902 grant ${id}; planner grant ${id}`)).toBe(
      '网格员、规划',
    );
  });
  it('leads to what it was done to', () => {
    expect(pageOf('case', 'a/b')).toBe('/command?case=a%2Fb');
    expect(pageOf('grant', 'x')).toBe('');
    expect(pageOf('person', '')).toBe('');
  });
});
