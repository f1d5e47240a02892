import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { mix, type Palette } from '../palette.ts';
import { font, fontBold, type Lang, oneName, twoNames } from './text.ts';

const importance: ExpressionSpecification = ['coalesce', ['get', 'rank'], 9];
const hasName: ExpressionSpecification = [
  'any',
  ['!=', ['coalesce', ['get', 'name'], ''], ''],
  ['!=', ['coalesce', ['get', 'name_en'], ''], ''],
];

/** Names of water, parks, roads and places: above areas, below points. */
export function labels(p: Palette, day: boolean, lang: Lang): LayerSpecification[] {
  const halo = { 'text-halo-color': p.halo, 'text-halo-width': 1.3 };
  const water = mix(p.label, day ? '#2f6f9c' : '#5c9cc9', 0.65);
  const green = mix(p.label, day ? '#3f7a3a' : '#6aa878', 0.6);
  const base = { type: 'symbol', source: 'basemap' } as const;
  return [
    {
      ...base,
      id: 'waterway-name',
      'source-layer': 'waterway',
      minzoom: 12,
      filter: hasName,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 380,
        'text-field': oneName(lang),
        'text-font': font,
        'text-size': ['interpolate', ['linear'], ['zoom'], 12, 11, 17, 14],
      },
      paint: { 'text-color': water, ...halo },
    },
    {
      ...base,
      id: 'water-name',
      'source-layer': 'water',
      minzoom: 12,
      filter: hasName,
      layout: { 'text-field': oneName(lang), 'text-font': font, 'text-size': 12.5, 'text-max-width': 7 },
      paint: { 'text-color': water, ...halo },
    },
    {
      ...base,
      id: 'green-name',
      'source-layer': 'green',
      minzoom: 14,
      filter: hasName,
      layout: {
        'text-field': oneName(lang),
        'text-font': font,
        'text-size': 12,
        'text-max-width': 7,
        'text-padding': 8,
      },
      paint: { 'text-color': green, ...halo },
    },
    {
      ...base,
      id: 'road-name',
      'source-layer': 'road',
      minzoom: 12.5,
      filter: hasName,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'symbol-sort-key': importance,
        'text-field': oneName(lang),
        'text-font': font,
        'text-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          13,
          ['-', 12.5, ['*', 0.25, importance]],
          18,
          ['-', 15.5, ['*', 0.3, importance]],
        ],
        'text-max-angle': 35,
        'text-padding': 4,
      },
      paint: { 'text-color': p.label, ...halo },
    },
    {
      ...base,
      id: 'place-minor',
      'source-layer': 'place',
      minzoom: 12,
      filter: ['in', ['get', 'class'], ['literal', ['neighbourhood', 'quarter', 'hamlet', 'locality']]],
      layout: {
        'text-field': twoNames(lang),
        'text-font': font,
        'text-size': 12.5,
        'symbol-sort-key': importance,
        'text-padding': 10,
      },
      paint: { 'text-color': p.label, ...halo },
    },
    {
      ...base,
      id: 'place',
      'source-layer': 'place',
      maxzoom: 16.5,
      filter: ['in', ['get', 'class'], ['literal', ['city', 'town', 'suburb', 'village']]],
      layout: {
        'text-field': twoNames(lang),
        'text-font': fontBold,
        'text-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          6,
          ['match', ['get', 'class'], 'city', 14, 'town', 12, 10.5],
          14,
          ['match', ['get', 'class'], 'city', 22, 'town', 17, 14.5],
        ],
        'symbol-sort-key': importance,
        'text-padding': 8,
      },
      paint: { 'text-color': mix(p.label, p.text, 0.45), ...halo, 'text-halo-width': 1.6 },
    },
  ];
}
