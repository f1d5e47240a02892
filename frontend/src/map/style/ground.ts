import type { LayerSpecification } from 'maplibre-gl';
import { mix, type Palette } from '../palette.ts';

/** What lies under everything: land use, green, water, administrative lines. */
export function ground(p: Palette, day: boolean): LayerSpecification[] {
  const base = { source: 'basemap' } as const;
  return [
    { id: 'land', type: 'background', paint: { 'background-color': p.land } },
    {
      ...base,
      id: 'landuse',
      type: 'fill',
      'source-layer': 'landuse',
      paint: {
        'fill-color': [
          'match',
          ['get', 'class'],
          ['industrial', 'railway'],
          mix(p.land, p.label, 0.07),
          ['commercial', 'retail'],
          mix(p.land, p.states.in_progress, day ? 0.06 : 0.03),
          ['education', 'health'],
          mix(p.land, p.accent, day ? 0.05 : 0.045),
          mix(p.land, p.block, 0.35),
        ],
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 9, 0.4, 13, 1],
      },
    },
    {
      ...base,
      id: 'green',
      type: 'fill',
      'source-layer': 'green',
      paint: {
        'fill-color': [
          'match',
          ['get', 'class'],
          ['farmland', 'meadow'],
          mix(p.land, p.green, 0.45),
          'pitch',
          mix(p.green, p.states.resolved, 0.12),
          p.green,
        ],
      },
    },
    {
      ...base,
      id: 'waterway',
      type: 'line',
      'source-layer': 'waterway',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': p.water,
        'line-width': [
          'interpolate',
          ['exponential', 1.4],
          ['zoom'],
          8,
          ['match', ['get', 'class'], 'river', 1, 'canal', 0.8, 0.3],
          18,
          ['match', ['get', 'class'], 'river', 18, 'canal', 12, 4],
        ],
      },
    },
    { ...base, id: 'water', type: 'fill', 'source-layer': 'water', paint: { 'fill-color': p.water } },
    {
      ...base,
      id: 'water-edge',
      type: 'line',
      'source-layer': 'water',
      minzoom: 12,
      paint: { 'line-color': mix(p.water, p.label, day ? 0.22 : 0.14), 'line-width': 0.7 },
    },
  ];
}

export function boundaries(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'boundary',
      type: 'line',
      source: 'basemap',
      'source-layer': 'boundary',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': mix(p.land, p.label, 0.55),
        'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.6, 14, 1.4],
        'line-dasharray': [5, 2, 1, 2],
        'line-opacity': 0.7,
      },
    },
  ];
}
