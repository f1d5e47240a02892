import { describe, expect, it } from 'vitest';
import { setLang } from '../../base/i18n.ts';
import { thing, told } from './telling.ts';

describe('an entry of the log in words', () => {
  it('is told in both languages', () => {
    setLang('zh');
    expect(told('end-grant')).toBe('结束授权');
    expect(told('add-account')).toBe('新建账号');
    setLang('en');
    expect(told('change-department')).toBe('Changed a department');
    expect(thing('person')).toBe('a person’s record');
    setLang('zh');
  });
  it('leaves what has no words as it is', () => {
    expect(told('onemap import')).toBe('onemap import');
    expect(told('add-moon')).toBe('add-moon');
    expect(thing('moon')).toBe('moon');
  });
});
