import type { State } from '../base/symbols.ts';

/**
 * The map's colours. A WebGL style cannot read CSS variables, so the tokens of
 * base/tokens.css stand here once more under the same names; palette.test.ts
 * holds the two together. Everything else is mixed from them.
 */
export type Theme = 'night' | 'day';

export interface Palette {
  bg: string;
  panel: string;
  text: string;
  muted: string;
  accent: string;
  danger: string;
  lineStrong: string;
  land: string;
  block: string;
  road: string;
  roadMain: string;
  water: string;
  green: string;
  label: string;
  halo: string;
  states: Record<State, string>;
}

export const palettes: Record<Theme, Palette> = {
  night: {
    bg: '#0e1318',
    panel: '#151b22',
    text: '#e7edf3',
    muted: '#9aa8b6',
    accent: '#58a6ff',
    danger: '#ff6b63',
    lineStrong: '#3b4957',
    land: '#12181e',
    block: '#1a222b',
    road: '#242f3a',
    roadMain: '#303e4c',
    water: '#10283a',
    green: '#15261e',
    label: '#8b9aa8',
    halo: '#0e1318',
    states: {
      reported: '#c3ccd6',
      filed: '#58a6ff',
      dispatched: '#9d8cff',
      in_progress: '#f0b04a',
      resolved: '#4cc38a',
      closed: '#3d7f63',
      suspended: '#7d8894',
      returned: '#e08ac0',
      rejected: '#7d8894',
    },
  },
  day: {
    bg: '#eef1f4',
    panel: '#ffffff',
    text: '#16202a',
    muted: '#566472',
    accent: '#1561c9',
    danger: '#c62f22',
    lineStrong: '#bcc6d0',
    land: '#f3f1ec',
    block: '#e6e2da',
    road: '#ffffff',
    roadMain: '#ffffff',
    water: '#c9dfec',
    green: '#dbe8d3',
    label: '#5d6a76',
    halo: '#ffffff',
    states: {
      reported: '#5b6875',
      filed: '#1561c9',
      dispatched: '#6a4fd0',
      in_progress: '#b96f00',
      resolved: '#157a53',
      closed: '#6fa891',
      suspended: '#6b7885',
      returned: '#a8327e',
      rejected: '#6b7885',
    },
  },
};

/** Mixes two #rrggbb colours; share 0 is all a, 1 is all b. */
export function mix(a: string, b: string, share: number): string {
  const part = (hex: string, i: number) => Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  const hex = [0, 1, 2].map((i) =>
    Math.round(part(a, i) * (1 - share) + part(b, i) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${hex.join('')}`;
}

/** #rrggbb with an opacity, as a style value. */
export function fade(hex: string, opacity: number): string {
  const n = Number.parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${opacity})`;
}
