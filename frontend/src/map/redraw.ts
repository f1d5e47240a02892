/**
 * A redraw of regions on the map: the regions as a draft would have them, the ground that changes hands, what is wrong
 * and where, and what is being drawn. Pure: a draft in, sources and layers out. Degrees in WGS84, lon before lat.
 */
import type { Feature, FeatureCollection, Position } from 'geojson';
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl';
import type { Lang } from '../base/i18n.ts';
import { inside } from './inside.ts';
import type { Palette } from './palette.ts';
import { font } from './style/text.ts';

export interface RedrawPicture {
  regions: FeatureCollection;
  areas: FeatureCollection;
  found: FeatureCollection;
  /** The codes that are chosen. */
  chosen: readonly string[];
  /** The line that is being drawn, or the vertex that is to move. */
  sketch: readonly Position[];
  /** The corners that a hand may take hold of. */
  corners?: readonly Position[];
  /** A proposal: polygons before and after it, and the ground, vertices or ways that change. */
  proposal?: FeatureCollection;
}

const none: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function redrawSources(
  of: RedrawPicture | undefined,
  lang: Lang,
): Record<string, GeoJSONSourceSpecification> {
  if (!of) return {};
  const source = (data: FeatureCollection) => ({ type: 'geojson' as const, data });
  const regions: Feature[] = of.regions.features.map((one) => ({
    ...one,
    properties: {
      ...one.properties,
      on: of.chosen.includes(String(one.properties?.code)),
      label: one.properties?.label ?? `${nameOf(one, lang)}\n${String(one.properties?.code ?? '').slice(-3)}`,
    },
  }));
  // Points: the engine cuts polygons at the rims of tiles, and would write the name on each piece.
  const names = regions.flatMap((one): Feature[] => {
    const at = inside(one.geometry);
    return at ? [{ ...one, geometry: { type: 'Point', coordinates: at } }] : [];
  });
  const places: Feature[] = of.found.features
    .filter(({ properties }) => properties?.lon || properties?.lat)
    .map(({ properties }) => ({
      type: 'Feature',
      properties,
      geometry: { type: 'Point', coordinates: [properties?.lon, properties?.lat] },
    }));
  return {
    'redraw-regions': source({ type: 'FeatureCollection', features: regions }),
    'redraw-names': source({ type: 'FeatureCollection', features: names }),
    'redraw-areas': source(of.areas),
    'redraw-found': source(of.found),
    'redraw-places': source({ type: 'FeatureCollection', features: places }),
    'redraw-sketch': source(sketched(of.sketch)),
    'redraw-corners': source({ type: 'FeatureCollection', features: (of.corners ?? []).map(pointAt) }),
    'redraw-proposal': source(of.proposal ?? none),
    'redraw-live': source(none),
  };
}

const nameOf = ({ properties }: Feature, lang: Lang): string =>
  (lang === 'en' && properties?.name_en) || (properties?.name ?? '');

const pointAt = (at: Position): Feature => ({
  type: 'Feature',
  properties: {},
  geometry: { type: 'Point', coordinates: at },
});

function sketched(line: readonly Position[]): FeatureCollection {
  if (!line.length) return none;
  const points = line.map(pointAt);
  const way: Feature[] =
    line.length > 1
      ? [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [...line] } }]
      : [];
  return { type: 'FeatureCollection', features: [...way, ...points] };
}

export function redrawLayers(p: Palette, of: RedrawPicture | undefined): LayerSpecification[] {
  if (!of) return [];
  const change: ExpressionSpecification = ['get', 'change'];
  const on: ExpressionSpecification = ['==', ['get', 'on'], true];
  const wrong: ExpressionSpecification = ['==', ['get', 'weight'], 'error'];
  const colour: ExpressionSpecification = [
    'match',
    change,
    'new',
    p.states.resolved,
    'changed',
    p.accent,
    'removed',
    p.muted,
    p.lineStrong,
  ];
  return [
    {
      id: 'redraw-fill',
      type: 'fill',
      source: 'redraw-regions',
      paint: {
        'fill-color': colour,
        'fill-opacity': ['case', on, 0.34, ['==', change, ''], 0.04, ['==', change, 'removed'], 0.06, 0.18],
      },
    },
    {
      id: 'redraw-areas',
      type: 'fill',
      source: 'redraw-areas',
      paint: { 'fill-color': p.states.in_progress, 'fill-opacity': 0.42 },
    },
    {
      id: 'redraw-line',
      type: 'line',
      source: 'redraw-regions',
      filter: ['!=', change, 'removed'],
      paint: { 'line-color': colour, 'line-width': ['case', on, 3, ['==', change, ''], 1, 1.8] },
    },
    {
      id: 'redraw-gone',
      type: 'line',
      source: 'redraw-regions',
      filter: ['==', change, 'removed'],
      paint: { 'line-color': p.muted, 'line-width': 1.4, 'line-dasharray': [3, 2] },
    },
    {
      id: 'redraw-found',
      type: 'line',
      source: 'redraw-found',
      filter: ['!=', ['get', 'weight'], 'before'],
      paint: { 'line-color': ['case', wrong, p.danger, p.states.in_progress], 'line-width': 2.5 },
    },
    ...proposed(p),
    ...living(p),
  ];
}

/** A proposal: as it is, dashed, or as it would be, drawn through; what changes hands filled. */
function proposed(p: Palette): LayerSpecification[] {
  const role = (is: string): ExpressionSpecification => ['==', ['get', 'role'], is];
  return [
    {
      id: 'redraw-proposal-ground',
      type: 'fill',
      source: 'redraw-proposal',
      filter: role('what'),
      paint: {
        'fill-color': ['case', ['==', ['get', 'side'], 'after'], p.accent, p.states.in_progress],
        'fill-opacity': 0.42,
      },
    },
    {
      id: 'redraw-proposal-after',
      type: 'line',
      source: 'redraw-proposal',
      filter: role('after'),
      paint: { 'line-color': p.accent, 'line-width': 3 },
    },
    {
      id: 'redraw-proposal-before',
      type: 'line',
      source: 'redraw-proposal',
      filter: role('before'),
      paint: { 'line-color': p.text, 'line-width': 2.5, 'line-dasharray': [3, 1.5] },
    },
    {
      id: 'redraw-proposal-way',
      type: 'line',
      source: 'redraw-proposal',
      filter: role('what'),
      paint: { 'line-color': p.states.in_progress, 'line-width': 3 },
    },
    {
      id: 'redraw-proposal-point',
      type: 'circle',
      source: 'redraw-proposal',
      filter: ['all', role('what'), ['==', ['geometry-type'], 'Point']],
      paint: {
        'circle-radius': 5,
        'circle-color': p.states.in_progress,
        'circle-stroke-color': p.halo,
        'circle-stroke-width': 2,
      },
    },
  ];
}

/** What a hand is doing: the regions as they would be, red where that is wrong, and what it is drawn to. */
function living(p: Palette): LayerSpecification[] {
  const colour: ExpressionSpecification = ['case', ['==', ['get', 'wrong'], true], p.danger, p.accent];
  const area: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
  return [
    {
      id: 'redraw-live-fill',
      type: 'fill',
      source: 'redraw-live',
      filter: area,
      paint: { 'fill-color': colour, 'fill-opacity': ['case', ['==', ['get', 'wrong'], true], 0.3, 0.16] },
    },
    {
      id: 'redraw-live-line',
      type: 'line',
      source: 'redraw-live',
      filter: area,
      paint: { 'line-color': colour, 'line-width': 2.5 },
    },
    {
      id: 'redraw-live-snap',
      type: 'line',
      source: 'redraw-live',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': p.states.in_progress, 'line-width': 5, 'line-opacity': 0.75 },
    },
  ];
}

/** Above the labels: names, the places of findings, and what is being drawn. */
export function redrawPoints(p: Palette, of: RedrawPicture | undefined): LayerSpecification[] {
  if (!of) return [];
  return [
    {
      id: 'redraw-names',
      type: 'symbol',
      source: 'redraw-names',
      minzoom: 12,
      layout: { 'text-field': ['get', 'label'], 'text-font': font, 'text-size': 12 },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'redraw-places',
      type: 'circle',
      source: 'redraw-places',
      filter: ['!=', ['get', 'weight'], 'before'],
      paint: {
        'circle-radius': 6,
        'circle-color': p.halo,
        'circle-stroke-color': ['case', ['==', ['get', 'weight'], 'error'], p.danger, p.states.in_progress],
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'redraw-corners',
      type: 'circle',
      source: 'redraw-corners',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 13, 2, 17, 4.5],
        'circle-color': p.halo,
        'circle-stroke-color': p.accent,
        'circle-stroke-width': 1.8,
      },
    },
    {
      id: 'redraw-held',
      type: 'circle',
      source: 'redraw-live',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 7,
        'circle-color': ['case', ['==', ['get', 'wrong'], true], p.danger, p.accent],
        'circle-stroke-color': p.halo,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'redraw-sketch-line',
      type: 'line',
      source: 'redraw-sketch',
      paint: { 'line-color': p.danger, 'line-width': 2.5, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'redraw-sketch',
      type: 'circle',
      source: 'redraw-sketch',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 5,
        'circle-color': p.halo,
        'circle-stroke-color': p.danger,
        'circle-stroke-width': 2.5,
      },
    },
  ];
}
