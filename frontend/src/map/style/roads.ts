import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl';
import { mix, type Palette } from '../palette.ts';

/** Width in pixels of a carriageway at zooms 8, 12, 15 and 18; 0 hides it there. */
const widths: Record<string, [number, number, number, number]> = {
  motorway: [1.4, 3.4, 8, 26],
  trunk: [1.2, 3, 7.5, 24],
  primary: [0.8, 2.4, 7, 22],
  secondary: [0.3, 1.6, 5.5, 19],
  tertiary: [0, 1.1, 4.4, 16],
  residential: [0, 0.6, 3, 12],
  service: [0, 0, 1.6, 7],
  pedestrian: [0, 0.4, 2.4, 9],
};
const zooms = [8, 12, 15, 18] as const;
const carriage = Object.keys(widths);
const main = ['motorway', 'trunk', 'primary', 'secondary'];
const walk = ['path', 'cycleway', 'track', 'steps'];

function width(extra: number, at: readonly number[] = zooms): ExpressionSpecification {
  const stops = at.flatMap((zoom, i) => [
    zoom,
    ['match', ['get', 'class'], ...carriage.flatMap((c) => [c, pad(widths[c]?.[i] ?? 0, extra, i)]), 0],
  ]);
  return ['interpolate', ['exponential', 1.5], ['zoom'], ...stops] as unknown as ExpressionSpecification;
}

/** A road that is not drawn has no casing either; the casing thins out with the zoom. */
function pad(w: number, extra: number, stop: number): number {
  return w === 0 ? 0 : w + extra * ([0.3, 0.7, 1, 1.2][stop] ?? 1);
}

const isRoad: ExpressionSpecification = ['in', ['get', 'class'], ['literal', carriage]];
const isMain: ExpressionSpecification = ['in', ['get', 'class'], ['literal', main]];
const isWalk: ExpressionSpecification = ['in', ['get', 'class'], ['literal', walk]];
const tunnel: ExpressionSpecification = ['to-boolean', ['get', 'tunnel']];
const bridge: ExpressionSpecification = ['to-boolean', ['get', 'bridge']];
const onGround: ExpressionSpecification = ['all', ['!', tunnel], ['!', bridge]];
const sortKey: ExpressionSpecification = ['-', 10, ['coalesce', ['get', 'rank'], 9]];

export function roads(p: Palette, day: boolean): LayerSpecification[] {
  const casing = day ? mix(p.block, p.label, 0.22) : mix(p.land, '#000000', 0.25);
  const fill: ExpressionSpecification = ['case', isMain, p.roadMain, p.road];
  const line = (
    id: string,
    filter: FilterSpecification,
    color: unknown,
    extra: number,
    more: object = {},
    butt = false,
  ) =>
    ({
      id,
      type: 'line',
      source: 'basemap',
      'source-layer': 'road',
      filter,
      layout: { 'line-cap': butt ? 'butt' : 'round', 'line-join': 'round', 'line-sort-key': sortKey },
      paint: { 'line-color': color, 'line-width': width(extra), ...more },
    }) as LayerSpecification;
  const and = (...f: ExpressionSpecification[]): FilterSpecification => ['all', isRoad, ...f];

  return [
    line('road-tunnel', and(tunnel), mix(p.road, p.land, 0.5), 0, { 'line-dasharray': [1.6, 0.8] }, true),
    {
      id: 'road-walk',
      type: 'line',
      source: 'basemap',
      'source-layer': 'road',
      minzoom: 13.5,
      filter: isWalk,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': day ? mix(p.block, p.label, 0.3) : mix(p.road, p.label, 0.16),
        'line-width': ['interpolate', ['linear'], ['zoom'], 14, 0.7, 18, 2],
        'line-dasharray': [
          'match',
          ['get', 'class'],
          'steps',
          ['literal', [0.6, 0.6]],
          ['literal', [3, 1.6]],
        ],
      },
    },
    line('road-casing', and(onGround), casing, 1.8),
    line('road', and(onGround), fill, 0),
    line(
      'bridge-casing',
      and(bridge),
      day ? mix(casing, p.label, 0.35) : mix(p.roadMain, p.label, 0.3),
      2.4,
      {},
      true,
    ),
    line('bridge', and(bridge), fill, 0, {}, true),
  ];
}

export function rails(p: Palette, day: boolean): LayerSpecification[] {
  const color = day ? mix(p.block, p.label, 0.45) : mix(p.roadMain, p.label, 0.22);
  const base = { type: 'line', source: 'basemap', 'source-layer': 'rail' } as const;
  return [
    {
      ...base,
      id: 'rail',
      minzoom: 9,
      paint: {
        'line-color': color,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.5, 14, 1.4, 18, 3],
      },
    },
    {
      ...base,
      id: 'rail-ties',
      minzoom: 13.5,
      filter: ['!=', ['get', 'class'], 'subway'],
      paint: {
        'line-color': color,
        'line-width': ['interpolate', ['linear'], ['zoom'], 13.5, 3, 18, 8],
        'line-dasharray': [0.25, 2.6],
      },
    },
  ];
}
