import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { setLang } from './i18n.ts';
import { isState, states, stateToken, symbol, symbolImage, symbolShape } from './symbols.ts';

afterEach(() => setLang('zh'));

const tokens = readFileSync('src/base/tokens.css', 'utf8');
const ink = { colour: '#000', behind: '#fff', danger: '#f00' };

describe('state symbols', () => {
  it('differ in shape, not only in colour', () => {
    expect(new Set(states.map((state) => symbolShape(state, false, ink))).size).toBe(states.length);
  });

  it('carry an outer ring when overdue', () => {
    for (const state of states) {
      expect(symbolShape(state, true, ink)).toContain('#f00');
      expect(symbolShape(state, false, ink)).not.toContain('#f00');
    }
  });

  it('have a colour in both themes', () => {
    for (const state of states) expect(tokens.split(`${stateToken[state]}:`).length - 1, state).toBe(2);
  });

  it('say their name, or are silent beside it', () => {
    expect(symbol('closed', { overdue: true })).toContain('aria-label="已结案 · 超时"');
    setLang('en');
    expect(symbol('reported')).toContain('aria-label="Reported"');
    expect(symbol('reported', { silent: true })).not.toContain('aria-label');
  });

  it('stand alone as a picture for the map', () => {
    const picture = symbolImage('in_progress', true, ink, 40);
    const parsed = new DOMParser().parseFromString(picture, 'image/svg+xml');
    expect(parsed.documentElement.getAttribute('width')).toBe('40');
    expect(picture).not.toContain('var(');
  });

  it('know a state from another word', () => {
    expect(isState('in_progress')).toBe(true);
    expect(isState('toString')).toBe(false);
  });
});
