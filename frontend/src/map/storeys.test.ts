import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import type { Polygon } from 'geojson';
import { describe, expect, it } from 'vitest';
import { type SlabStorey, type Storeys, slabs, storeysData } from './storeys.ts';
import { style } from './style/index.ts';

const outline: Polygon = {
  type: 'Polygon',
  coordinates: [
    [
      [113.1, 23],
      [113.1001, 23],
      [113.1001, 23.0001],
      [113.1, 23],
    ],
  ],
};
const storey = (ordinal: number, more: Partial<SlabStorey> = {}): SlabStorey => ({
  ordinal,
  label: String(ordinal),
  kind: 'above',
  base_m: null,
  height_m: null,
  ...more,
});
const of = (more: Partial<Storeys> = {}): Storeys => ({
  building: 'b',
  outline,
  storeys: [storey(2), storey(1), storey(0), storey(-1)],
  chosen: 1,
  below: false,
  ...more,
});

describe('the storeys of a building as slabs', () => {
  it('stand on each other where no height is known', () => {
    expect(slabs(of().storeys).map(({ ordinal, base, top }) => [ordinal, base, top])).toEqual([
      [0, 0, 4.5],
      [1, 4.5, 7.5],
      [2, 7.5, 10.5],
    ]);
  });
  it('keep what was measured', () => {
    const measured = [storey(0, { height_m: 6 }), storey(1, { base_m: 6.5, height_m: 2.8 }), storey(2)];
    expect(slabs(measured).map(({ base, top }) => [base, +top.toFixed(2)])).toEqual([
      [0, 6],
      [6.5, 9.3],
      [9.3, 12.3],
    ]);
  });
  it('never lie below the ground, and always have a height', () => {
    const odd = [storey(0, { base_m: -1, height_m: 0.2 }), storey(1)];
    for (const { properties } of storeysData(of({ storeys: odd })).features) {
      expect(properties?.base).toBeGreaterThanOrEqual(0);
      expect(properties?.top).toBeGreaterThan(properties?.base);
    }
  });
  it('show the basements as one flat outline', () => {
    expect(storeysData(of({ below: true })).features).toHaveLength(1);
    expect(storeysData(undefined).features).toHaveLength(0);
  });
});

it.each(['day', 'night'] as const)('the style with storeys is sound (%s)', (theme) => {
  const shown = { grids: true, solid: true, facilities: false, services: false, cases: false };
  for (const storeys of [of(), of({ below: true }), undefined]) {
    const made = style({
      theme,
      lang: 'zh',
      shown,
      picked: { building: 'b' },
      storeys,
      now: 0,
      origin: 'http://localhost',
      caseQuery: '',
      attribution: '',
    });
    expect(validateStyleMin(made)).toEqual([]);
    const named = made.layers.map((layer) => layer.id);
    expect(named.includes('storeys')).toBe(Boolean(storeys && !storeys.below));
  }
});
