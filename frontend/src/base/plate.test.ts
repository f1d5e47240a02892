// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { alphabet, checkCharacter, foreignPlate, normalise, readPlate, showPlate } from './plate.ts';

// A small generator with a printed seed, so that a failure can be repeated.
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const seed = 20261122;
const next = random(seed);
const codes = Array.from({ length: 300 }, () => {
  const seven = Array.from({ length: 7 }, () => alphabet.charAt(Math.floor(next() * alphabet.length))).join(
    '',
  );
  return seven + checkCharacter(seven);
});

describe(`plate codes (seed ${seed})`, () => {
  it('are read back', () => {
    for (const code of codes) expect(readPlate(showPlate(code))).toEqual({ ok: true, code });
  });

  it('of another system stay as they are', () => {
    expect(foreignPlate(' １０４３２ ')).toBe('10432');
    expect(foreignPlate('ab-1.c_d')).toBe('AB-1.C_D');
    for (const none of ['', '..', 'a/b', '井盖', '9'.repeat(33)]) expect(foreignPlate(none)).toBeNull();
    expect(showPlate('10432')).toBe('10432');
    expect(showPlate('2222222A')).toBe('2222222A');
  });

  it('have the check character of the written rule', () => {
    // indexes 0 1 2 3 4 5 6 with weights 1..7: 0+2+6+12+20+30+42 = 112, and 112 mod 31 = 19.
    expect(checkCharacter('2345678')).toBe(alphabet.charAt(19));
    expect(checkCharacter('2222222')).toBe('2');
  });

  it('notice every single wrong character', () => {
    const missed: string[] = [];
    for (const code of codes) {
      for (let i = 0; i < code.length; i++) {
        for (const other of alphabet) {
          const wrong = code.slice(0, i) + other + code.slice(i + 1);
          if (wrong !== code && readPlate(wrong).ok) missed.push(`${code} -> ${wrong}`);
        }
      }
    }
    expect(missed).toEqual([]);
  });

  it('notice every swap of two neighbours', () => {
    for (const code of codes) {
      for (let i = 0; i + 1 < code.length; i++) {
        if (code.charAt(i) === code.charAt(i + 1)) continue;
        const swapped = code.slice(0, i) + code.charAt(i + 1) + code.charAt(i) + code.slice(i + 2);
        expect(readPlate(swapped).ok, `${code} -> ${swapped}`).toBe(false);
      }
    }
  });

  it('are forgiving about how they are typed', () => {
    const code = codes[0] as string;
    expect(readPlate(` ${code.slice(0, 4).toLowerCase()} — ${code.slice(4)}`)).toEqual({ ok: true, code });
    expect(normalise('ａｂ３')).toBe('AB3');
  });

  it('say what is wrong', () => {
    expect(readPlate('  ')).toEqual({ ok: false, why: 'empty' });
    expect(readPlate('AB2')).toEqual({ ok: false, why: 'short' });
    expect(readPlate('ABCDEFGH2')).toEqual({ ok: false, why: 'long' });
    expect(readPlate('ABCD0FGH')).toEqual({ ok: false, why: 'character', character: '0' });
  });
});
