import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { fade, mix, type Palette } from '../palette.ts';
import { font, type Lang, oneName } from './text.ts';

const level: ExpressionSpecification = ['get', 'level'];
const isGrid: ExpressionSpecification = ['==', level, 'grid'];

/** Grid lines: hairlines, the larger unit stronger, so that a map full of grids stays quiet. */
export function grids(p: Palette, day: boolean, shown: boolean): LayerSpecification[] {
  const source = { source: 'grids', 'source-layer': 'grids' } as const;
  const visibility = shown ? ('visible' as const) : ('none' as const);
  const join = { 'line-join': 'round' as const, visibility };
  return [
    {
      ...source,
      id: 'grid-area',
      type: 'fill',
      layout: { visibility },
      paint: { 'fill-color': fade(p.accent, 0) },
    },
    {
      ...source,
      id: 'grid-line',
      type: 'line',
      filter: isGrid,
      layout: join,
      paint: { 'line-color': fade(p.accent, day ? 0.5 : 0.42), 'line-width': 1, 'line-dasharray': [2, 3] },
    },
    {
      ...source,
      id: 'region-line',
      type: 'line',
      filter: ['!', isGrid],
      layout: join,
      paint: {
        'line-color': mix(p.land, p.accent, day ? 0.6 : 0.55),
        'line-width': ['match', level, ['city', 'district'], 2, 'street', 1.6, 1.2],
        'line-opacity': 0.75,
      },
    },
    {
      ...source,
      id: 'region-picked',
      type: 'line',
      filter: ['==', ['get', 'code'], ''],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.accent, 'line-width': 2.5 },
    },
  ];
}

export function gridLabels(p: Palette, lang: Lang, shown: boolean): LayerSpecification[] {
  return [
    {
      id: 'grid-label',
      type: 'symbol',
      source: 'grids',
      'source-layer': 'grid_labels',
      layout: {
        visibility: shown ? 'visible' : 'none',
        'text-field': oneName(lang),
        'text-font': font,
        'text-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          8,
          13,
          13,
          ['case', isGrid, 11, 14],
          17,
          ['case', isGrid, 13, 15],
        ],
        'text-max-width': 8,
        'text-padding': 12,
        'symbol-sort-key': ['length', ['get', 'code']],
      },
      paint: {
        'text-color': mix(p.label, p.accent, 0.35),
        'text-halo-color': p.halo,
        'text-halo-width': 1.4,
        'text-opacity': ['case', isGrid, 0.85, 1],
      },
    },
  ];
}
