// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { t as receipt } from '../src/receipt/words.ts';
import { t as report } from '../src/report/words.ts';
import { fillTemplate } from './template.ts';

const words = { zh: { send: '提交', kg: 'kg' }, en: { send: 'Send', kg: 'kg' } };

describe('words in Go templates', () => {
  it('are filled into texts and attributes', () => {
    expect(fillTemplate('<b class="x" data-t="send"></b>', words)).toBe(
      '<b class="x" data-t="send">{{if $en}}Send{{else}}提交{{end}}</b>',
    );
    expect(fillTemplate('<input data-t-placeholder="send">', words)).toContain(
      'placeholder="{{if $en}}Send{{else}}提交{{end}}"',
    );
    expect(fillTemplate('<i data-t="kg"></i>', words)).toBe('<i data-t="kg">kg</i>');
  });

  it('stop the build when a key is not known', () => {
    expect(() => fillTemplate('<b data-t="sned"></b>', words)).toThrow('sned');
  });

  it.each([
    ['report.html', report],
    ['receipt.html', receipt],
  ])('fill every place in %s and leave the actions alone', (name, t) => {
    const source = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
    const filled = fillTemplate(source, t);
    expect(filled).not.toMatch(/data-t="\w+"[^<>]*><\//);
    for (const action of source.match(/\{\{[^}]*\}\}/g) ?? []) expect(filled).toContain(action);
    const opened = filled.match(/\{\{(if|with|range)\b/g)?.length;
    expect(filled.match(/\{\{end\}\}/g)?.length).toBe(opened);
  });
});
