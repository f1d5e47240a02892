/**
 * The storeys of one building on the map: slabs that stand on each other, the chosen one in the accent. The engine
 * draws nothing below the ground, so basements lie flat in the building's outline, above a ground that is faded.
 * Pure: a building and its storeys in, a source and layers out.
 */
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';
import { mix, type Palette } from './palette.ts';

export interface SlabStorey {
  /** 0 is the ground floor, -1 the first basement. */
  ordinal: number;
  label: string;
  kind: string;
  /** Metres; null where it is not known. */
  base_m: number | null;
  height_m: number | null;
}

export interface Storeys {
  building: string;
  outline: Polygon | MultiPolygon;
  storeys: readonly SlabStorey[];
  /** The ordinal of the storey that is looked at. */
  chosen: number | null;
  below: boolean;
}

/** Metres of a storey whose height nobody wrote down. */
export const usual = { ground: 4.5, other: 3 };
/** Metres left open between two slabs, so that they are seen apart. */
const joint = 0.35;

export interface Slab {
  ordinal: number;
  label: string;
  base: number;
  top: number;
}

/** The slabs above ground, from the ground up; each stands on the one before where no height is known. */
export function slabs(storeys: readonly SlabStorey[]): Slab[] {
  const above = storeys.filter((one) => one.ordinal >= 0).sort((a, b) => a.ordinal - b.ordinal);
  let floor = 0;
  return above.map(({ ordinal, label, base_m, height_m }) => {
    const base = Math.max(0, base_m ?? floor);
    const top = base + (height_m ?? (ordinal === 0 ? usual.ground : usual.other));
    floor = top;
    return { ordinal, label, base, top };
  });
}

export function storeysData(of: Storeys | undefined): FeatureCollection {
  if (!of) return { type: 'FeatureCollection', features: [] };
  const outline = (properties: Feature['properties']): Feature => ({
    type: 'Feature',
    properties,
    geometry: of.outline,
  });
  if (of.below) return { type: 'FeatureCollection', features: [outline({ below: true })] };
  const features = slabs(of.storeys).map(({ ordinal, label, base, top }) =>
    outline({
      ordinal,
      label,
      base,
      top: Math.max(base + 0.1, top - joint),
      on: ordinal === of.chosen,
      even: ordinal % 2 === 0,
    }),
  );
  return { type: 'FeatureCollection', features };
}

export function storeysLayers(p: Palette, day: boolean, of: Storeys | undefined): LayerSpecification[] {
  if (!of) return [];
  if (of.below) {
    return [
      {
        id: 'storeys-fade',
        type: 'background',
        paint: { 'background-color': p.land, 'background-opacity': 0.72 },
      },
      {
        id: 'storeys-below',
        type: 'fill',
        source: 'storeys',
        paint: { 'fill-color': mix(p.block, p.accent, 0.45), 'fill-opacity': 0.85 },
      },
      {
        id: 'storeys-below-edge',
        type: 'line',
        source: 'storeys',
        paint: { 'line-color': p.accent, 'line-width': 2, 'line-dasharray': [3, 2] },
      },
    ];
  }
  return [
    {
      id: 'storeys',
      type: 'fill-extrusion',
      source: 'storeys',
      minzoom: 15,
      paint: {
        'fill-extrusion-color': [
          'case',
          ['get', 'on'],
          p.accent,
          ['get', 'even'],
          mix(p.block, p.label, day ? 0.18 : 0.3),
          mix(p.block, p.label, day ? 0.36 : 0.48),
        ],
        'fill-extrusion-base': ['get', 'base'],
        'fill-extrusion-height': ['get', 'top'],
        'fill-extrusion-opacity': 0.94,
      },
    },
  ];
}
