import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { mix, type Palette } from '../palette.ts';

/** Height in metres: what is known, else 3 m a storey, else one storey and a roof. */
const height: ExpressionSpecification = [
  'case',
  ['>', ['coalesce', ['get', 'height'], 0], 0],
  ['get', 'height'],
  ['>', ['coalesce', ['get', 'levels'], 0], 0],
  ['*', 3, ['get', 'levels']],
  4,
];

export function buildings(p: Palette, day: boolean, solid: boolean): LayerSpecification[] {
  const source = { source: 'buildings', 'source-layer': 'buildings', minzoom: 13 } as const;
  const visible = (on: boolean) => ({ visibility: on ? ('visible' as const) : ('none' as const) });
  return [
    {
      ...source,
      id: 'building',
      type: 'fill',
      layout: visible(!solid),
      paint: { 'fill-color': p.block, 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.5, 15, 1] },
    },
    {
      ...source,
      id: 'building-edge',
      type: 'line',
      minzoom: 15,
      layout: visible(!solid),
      paint: { 'line-color': mix(p.block, p.label, day ? 0.22 : 0.13), 'line-width': 0.6 },
    },
    {
      ...source,
      id: 'building-solid',
      type: 'fill-extrusion',
      layout: visible(solid),
      paint: {
        'fill-extrusion-color': [
          'interpolate',
          ['linear'],
          height,
          0,
          mix(p.block, p.label, day ? 0.04 : 0.1),
          60,
          mix(p.block, p.label, day ? 0.3 : 0.42),
        ],
        'fill-extrusion-height': height,
        'fill-extrusion-opacity': 0.92,
        'fill-extrusion-vertical-gradient': true,
      },
    },
  ];
}

/** The building that is picked: its outline in the accent, its own colour kept. */
export function pickedBuilding(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'building-picked',
      type: 'line',
      source: 'buildings',
      'source-layer': 'buildings',
      filter: ['==', ['get', 'id'], ''],
      paint: { 'line-color': p.accent, 'line-width': 2 },
    },
  ];
}
