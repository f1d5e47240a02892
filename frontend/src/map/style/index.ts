/**
 * The style of the map as a pure function: the same theme, language and layers give the same style, so a change of
 * theme is a difference of two values and can be tested without a screen.
 */
import type { FeatureCollection } from 'geojson';
import type { LayerSpecification, StyleSpecification, VectorSourceSpecification } from 'maplibre-gl';
import { palettes, type Theme } from '../palette.ts';
import { type PlanPicture, planLayers, planPoints, planSources } from '../plan.ts';
import { type RedrawPicture, redrawLayers, redrawPoints, redrawSources } from '../redraw.ts';
import { type Storeys, storeysData, storeysLayers } from '../storeys.ts';
import { buildings, pickedBuilding } from './buildings.ts';
import { cases, clusters, pickedCase, pickedRing } from './cases.ts';
import { gridLabels, grids } from './grids.ts';
import { boundaries, ground } from './ground.ts';
import { labels } from './labels.ts';
import { facilities, pickedPoint, services } from './objects.ts';
import { rails, roads } from './roads.ts';
import type { Lang } from './text.ts';

export interface Shown {
  grids: boolean;
  solid: boolean;
  facilities: boolean;
  services: boolean;
  /** Only staff have cases; without them the source is not asked for at all. */
  cases: boolean;
}

export function layers(
  theme: Theme,
  lang: Lang,
  shown: Shown,
  storeys?: Storeys,
  plan?: PlanPicture,
  redraw?: RedrawPicture,
): LayerSpecification[] {
  const p = palettes[theme];
  const day = theme === 'day';
  return [
    ...ground(p, day),
    ...(shown.solid ? [] : buildings(p, day, false)),
    ...roads(p, day),
    ...rails(p, day),
    ...planLayers(p, day, plan),
    ...boundaries(p),
    ...grids(p, day, shown.grids),
    ...redrawLayers(p, redraw),
    ...(shown.solid ? buildings(p, day, true) : []),
    ...storeysLayers(p, day, storeys),
    ...pickedBuilding(p),
    // Where there is no room for both, the name of a street goes before a bin, and a clinic before the street.
    ...facilities(p, theme, lang, shown.facilities),
    ...labels(p, day, lang),
    ...gridLabels(p, lang, shown.grids),
    ...services(p, theme, lang, shown.services),
    ...planPoints(p, lang, plan),
    ...redrawPoints(p, redraw),
    ...pickedPoint(p),
    ...(shown.cases ? clusters(p, theme) : []),
    ...pickedRing(p),
    ...(shown.cases ? cases(theme) : []),
    ...pickedCase(),
  ];
}

/** What is picked is part of the style, so that a change of theme keeps it. */
export interface Picked {
  /** lon, lat */
  point?: [number, number];
  /** The picture of the case at the point, so that it shows inside a cluster too. */
  icon?: string;
  urgent?: boolean;
  building?: string;
  /** The code on its plate. */
  facility?: string;
  service?: string;
  region?: string;
}

export interface StyleOf {
  theme: Theme;
  lang: Lang;
  shown: Shown;
  picked: Picked;
  /** The building whose storeys are shown one by one. */
  storeys?: Storeys | undefined;
  /** What the planner asked, answered. */
  plan?: PlanPicture | undefined;
  /** The redraw of regions that somebody works on. */
  redraw?: RedrawPicture | undefined;
  /** Unix seconds of the minute; what is overdue follows from it. */
  now: number;
  /** Where the tiles come from, without a slash at the end; the worker needs whole addresses. */
  origin: string;
  /** '' or '?state=...': the filters of the case layer. */
  caseQuery: string;
  attribution: string;
}

export function style(of: StyleOf): StyleSpecification {
  return {
    version: 8,
    name: `onemap ${of.theme}`,
    glyphs: `${of.origin}/tiles/fonts/{fontstack}/{range}.pbf`,
    state: { now: { default: of.now } },
    transition: { duration: 150, delay: 0 },
    sources: {
      basemap: {
        ...tiles(of.origin, 'basemap', 5, 16),
        ...(of.attribution ? { attribution: of.attribution } : {}),
      },
      buildings: tiles(of.origin, 'buildings', 13, 16),
      grids: tiles(of.origin, 'grids', 4, 18),
      facilities: tiles(of.origin, 'facilities', 10, 18),
      services: tiles(of.origin, 'services', 10, 18),
      ...(of.shown.cases ? { cases: tiles(of.origin, 'cases', 6, 18, of.caseQuery) } : {}),
      picked: { type: 'geojson', data: pickedPlace(of.picked) },
      ...(of.storeys ? { storeys: { type: 'geojson' as const, data: storeysData(of.storeys) } } : {}),
      ...planSources(of.plan),
      ...redrawSources(of.redraw, of.lang),
    },
    layers: layers(of.theme, of.lang, of.shown, of.storeys, of.plan, of.redraw)
      .map((layer) => withPicked(layer, of.picked))
      .map((layer) => withoutSolid(layer, of.storeys)),
  };
}

/** The address of a layer's tiles as MapLibre wants it. */
export function tileAddress(origin: string, layer: string, query = ''): string {
  return `${origin}/tiles/${layer}/{z}/{x}/{y}.mvt${query}`;
}

function tiles(
  origin: string,
  layer: string,
  minzoom: number,
  maxzoom: number,
  query = '',
): VectorSourceSpecification {
  return { type: 'vector', tiles: [tileAddress(origin, layer, query)], minzoom, maxzoom };
}

function pickedPlace({ point, icon = '', urgent = false }: Picked): FeatureCollection {
  const features = point
    ? [
        {
          type: 'Feature' as const,
          properties: { icon, urgent },
          geometry: { type: 'Point' as const, coordinates: point },
        },
      ]
    : [];
  return { type: 'FeatureCollection', features };
}

function withPicked(layer: LayerSpecification, picked: Picked): LayerSpecification {
  const value = {
    'building-picked': picked.building,
    'facilities-picked': picked.facility,
    'services-picked': picked.service,
    'region-picked': picked.region,
  }[layer.id];
  if (value === undefined || !('filter' in layer)) return layer;
  const attribute = layer.id === 'region-picked' || layer.id === 'facilities-picked' ? 'code' : 'id';
  return { ...layer, filter: ['==', ['get', attribute], value] } as LayerSpecification;
}

/** Where its storeys stand, the building itself does not stand as well. */
function withoutSolid(layer: LayerSpecification, storeys: Storeys | undefined): LayerSpecification {
  if (layer.id !== 'building-solid' || !storeys) return layer;
  return { ...layer, filter: ['!=', ['get', 'id'], storeys.building] } as LayerSpecification;
}
