/** A net as the map shows it over our grids. Pure: answers in, a picture out. Degrees in WGS84, lon before lat. */
import type { Feature, MultiPolygon, Polygon } from 'geojson';
import type { RedrawPicture } from '../../map/redraw.ts';
import type { Bounds } from '../../map/view.ts';
import { shownList } from '../../page/page.ts';
import type { Cells, Parting } from './shapes.ts';

/** The net's cells with their own codes, the ground they part from ours on, and the piece that is looked at. */
export function pictureOf(cells: Cells, partings: readonly Parting[], chosen: Parting | null): RedrawPicture {
  return {
    regions: {
      type: 'FeatureCollection',
      features: cells.features.map((cell) => ({
        ...cell,
        properties: {
          ...cell.properties,
          change: 'changed',
          label: cell.properties.name
            ? `${cell.properties.name}\n${cell.properties.code}`
            : cell.properties.code,
        },
      })),
    },
    areas: { type: 'FeatureCollection', features: [...partings] },
    found: {
      type: 'FeatureCollection',
      features: chosen ? [{ ...chosen, properties: { ...chosen.properties, weight: 'error' } }] : [],
    },
    chosen: [],
    sketch: [],
  };
}

/** The box around shapes, with a margin in degrees; null around nothing. */
export function boxOf(list: readonly Feature<MultiPolygon | Polygon>[], margin = 0): Bounds | null {
  let [west, south, east, north] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const { geometry } of list)
    for (const polygon of geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates)
      for (const [lon = 0, lat = 0] of polygon[0] ?? []) {
        west = Math.min(west, lon);
        south = Math.min(south, lat);
        east = Math.max(east, lon);
        north = Math.max(north, lat);
      }
  return west > east ? null : [west - margin, south - margin, east + margin, north + margin];
}

/** Codes in a line, the first few of many. */
export function codesOf(codes: readonly string[], most = 3): string {
  return codes.length > most ? `${shownList(codes.slice(0, most))} …` : shownList(codes);
}
