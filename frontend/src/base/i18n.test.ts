import { afterEach, describe, expect, it } from 'vitest';
import { t as receipt } from '../receipt/words.ts';
import { t as report } from '../report/words.ts';
import { problemWords } from './api.ts';
import { fill, lang, named, onLang, setLang, startLang, words } from './i18n.ts';
import { stateName } from './symbols.ts';

afterEach(() => {
  setLang('zh');
  localStorage.clear();
});

describe('the language of a page', () => {
  it('is Chinese, unless the address or an earlier choice says otherwise', () => {
    expect(startLang('')).toBe('zh');
    expect(startLang('?lang=en')).toBe('en');
    expect(document.documentElement.lang).toBe('en');
    localStorage.setItem('onemap.lang', 'en');
    expect(startLang('')).toBe('en');
    expect(startLang('?lang=zh-CN')).toBe('zh');
    expect(startLang('?lang=xx')).toBe('en');
  });

  it('changes without a reload, is remembered, and tells who listens', () => {
    startLang('');
    const heard: string[] = [];
    const stop = onLang((now) => heard.push(now));
    setLang('en');
    setLang('en');
    stop();
    setLang('zh');
    expect(heard).toEqual(['en']);
    expect(localStorage.getItem('onemap.lang')).toBe('zh');
    expect(document.documentElement.lang).toBe('zh-CN');
  });

  it('chooses words, fills values, and falls back to the name there is', () => {
    const t = words({ a: '共 {n} 件' }, { a: '{n} in all' });
    expect(t('a', { n: 3 })).toBe('共 3 件');
    setLang('en');
    expect(t('a', { n: 3 })).toBe('3 in all');
    expect(fill('{x} {y}', { x: 1 })).toBe('1 {y}');
    expect(named({ name: '青禾市', name_en: '' })).toBe('青禾市');
    expect(lang()).toBe('en');
  });
});

describe.each([
  ['report', report],
  ['receipt', receipt],
  ['problems', problemWords],
  ['states', stateName],
])('the dictionaries of %s', (_name, t) => {
  const zh: Record<string, string> = t.zh;
  const en: Record<string, string> = t.en;

  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('take the same values', () => {
    const values = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(zh)) expect(values(en[key] ?? ''), key).toEqual(values(zh[key] ?? ''));
  });

  it('leave no English in Chinese and no Chinese in English', () => {
    for (const [key, text] of Object.entries(en)) {
      if (key !== 'other_lang') expect(/[一-鿿]/.test(text), `${key}: ${text}`).toBe(false);
    }
    for (const [key, text] of Object.entries(zh)) {
      const bare = text.replace(/\{\w+\}|JPEG|PNG|WebP|MB|WGS84|7K3M-9QXA/g, '');
      if (key !== 'other_lang') expect(/[A-Za-z]{2,}/.test(bare), `${key}: ${text}`).toBe(false);
    }
  });
});
