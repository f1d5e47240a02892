import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it } from 'vitest';
import { type StyleOf, style } from './index.ts';

const shown = { grids: true, solid: false, facilities: true, services: true, cases: true };
const of = (change: Partial<StyleOf> = {}): StyleOf => ({
  theme: 'night',
  lang: 'zh',
  shown,
  picked: {},
  now: 1_795_000_000,
  origin: 'https://town.example',
  caseQuery: '',
  attribution: '',
  ...change,
});

const variants = (['night', 'day'] as const).flatMap((theme) =>
  (['zh', 'en'] as const).flatMap((lang) =>
    [
      shown,
      { ...shown, solid: true },
      { grids: false, solid: false, facilities: false, services: false, cases: false },
    ].map((some) =>
      of({ theme, lang, shown: some, picked: { point: [113.1, 23], facility: 'f', region: '9901' } }),
    ),
  ),
);

/** What the server's tiles hold, by source. */
const sourceLayers: Record<string, string[]> = {
  basemap: ['road', 'rail', 'waterway', 'water', 'green', 'landuse', 'place', 'boundary'],
  buildings: ['buildings'],
  grids: ['grids', 'grid_labels'],
  facilities: ['facilities'],
  services: ['services'],
  cases: ['cases'],
};

describe('style', () => {
  it.each(variants.map((one, i) => [i, one] as const))('is valid, variant %i', (_i, one) => {
    expect(validateStyleMin(style(one)).map((error) => error.message)).toEqual([]);
  });

  it('names each layer once and only what the tiles hold', () => {
    const { layers } = style(of());
    expect(new Set(layers.map((layer) => layer.id)).size).toBe(layers.length);
    for (const layer of layers) {
      if (!('source-layer' in layer) || layer['source-layer'] === undefined) continue;
      expect(sourceLayers[layer.source as string]).toContain(layer['source-layer']);
    }
  });

  it('asks only our own server', () => {
    const addresses = JSON.stringify(style(of())).match(/https?:\/\/[^"/]+/g) ?? [];
    expect(new Set(addresses)).toEqual(new Set(['https://town.example']));
  });

  it('does not ask for cases where there are none to see', () => {
    const { sources, layers } = style(of({ shown: { ...shown, cases: false } }));
    expect(sources.cases).toBeUndefined();
    expect(layers.some((layer) => 'source' in layer && layer.source === 'cases')).toBe(false);
  });

  it('is the same value for the same input, so that a theme change is a difference of two values', () => {
    expect(style(of())).toEqual(style(of()));
    const ids = (one: StyleOf) => style(one).layers.map((layer) => layer.id);
    expect(ids(of({ theme: 'day' }))).toEqual(ids(of()));
  });

  it('keeps the filters of the cases in the address of their tiles', () => {
    const { sources } = style(of({ caseQuery: '?state=filed' }));
    expect(sources.cases).toMatchObject({
      tiles: ['https://town.example/tiles/cases/{z}/{x}/{y}.mvt?state=filed'],
    });
  });
});
