import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { states, stateToken } from '../base/symbols.ts';
import { fade, mix, palettes } from './palette.ts';

const css = readFileSync(join(import.meta.dirname, '../base/tokens.css'), 'utf8');

/** The value of a token in the block of a theme. */
function token(theme: 'night' | 'day', name: string): string | undefined {
  const block = css.split(`[data-theme="${theme}"]`)[1]?.split('}')[0] ?? '';
  return block.match(new RegExp(`${name}:\\s*(#[0-9a-f]{6})`))?.[1];
}

const names = {
  bg: '--bg',
  panel: '--panel',
  text: '--text',
  muted: '--muted',
  accent: '--accent',
  danger: '--danger',
  lineStrong: '--line-strong',
  land: '--m-land',
  block: '--m-block',
  road: '--m-road',
  roadMain: '--m-road-main',
  water: '--m-water',
  green: '--m-green',
  label: '--m-label',
  halo: '--m-halo',
} as const;

describe.each(['night', 'day'] as const)('palette by %s', (theme) => {
  it.each(Object.entries(names))('%s is the token %s', (key, name) => {
    expect(palettes[theme][key as keyof typeof names]).toBe(token(theme, name));
  });
  it.each(states)('state %s is its token', (state) => {
    expect(palettes[theme].states[state]).toBe(token(theme, stateToken[state]));
  });
});

describe('mixing', () => {
  it('gives the ends and the middle', () => {
    expect(mix('#000000', '#ffffff', 0)).toBe('#000000');
    expect(mix('#000000', '#ffffff', 1)).toBe('#ffffff');
    expect(mix('#102030', '#304050', 0.5)).toBe('#203040');
  });
  it('fades', () => {
    expect(fade('#ff8000', 0.5)).toBe('rgba(255,128,0,0.5)');
  });
});
