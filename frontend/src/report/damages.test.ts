import { afterEach, describe, expect, it } from 'vitest';
import { setLang } from '../base/i18n.ts';
import { classes, className, concerns, damages, damagesOf, describe as inWords } from './damages.ts';

afterEach(() => setLang('zh'));

describe('damages', () => {
  it('cover every class and every concern, in both languages, without a key twice', () => {
    expect(Object.keys(damages).sort()).toEqual(Object.keys(classes).sort());
    for (const [name, list] of Object.entries(damages)) {
      for (const concern of concerns)
        expect(damagesOf(name, concern).length, `${name} ${concern}`).toBeGreaterThan(1);
      expect(new Set(list.map((damage) => `${damage.concern}/${damage.key}`)).size).toBe(list.length);
      for (const damage of list)
        expect(/[一-鿿]/.test(damage.zh) && /^[A-Z]/.test(damage.en), damage.key).toBe(true);
    }
  });

  it('of an unknown class are those of other things', () => {
    expect(damagesOf('spaceship', 'dirty')).toEqual(damagesOf('other', 'dirty'));
    expect(className('spaceship')).toBe('其他设施');
    expect(className(undefined)).toBe('其他设施');
  });

  it('become words that staff can read whatever the page speaks', () => {
    const two = damagesOf('seat', 'broken').slice(0, 2);
    expect(inWords(two, ' 有钉子 ')).toBe('木条断裂、松动\n有钉子');
    expect(inWords([], '')).toBe('');
    setLang('en');
    expect(inWords(two, '')).toBe('Slat broken, Loose (木条断裂、松动)');
  });
});
