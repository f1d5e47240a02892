import type { Geometry } from 'geojson';
import type { Bounds } from '../../map/view.ts';

/** The box around a geometry: west, south, east, north in degrees. */
export function boxOf(geometry: Geometry): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [lon, lat] = part;
    if (typeof lon === 'number' && typeof lat === 'number') {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    } else for (const one of part) visit(one);
  };
  if (geometry.type === 'GeometryCollection') {
    for (const one of geometry.geometries) visit('coordinates' in one ? one.coordinates : null);
  } else visit(geometry.coordinates);
  return box;
}

export function middle(box: Bounds): [lon: number, lat: number] {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

/** Where a row lies: by its own columns, or by the geometry of a feature; null where neither is known. */
export function pointOf(row: Record<string, unknown>): [number, number] | null {
  const { lon, lat, geometry } = row;
  if (typeof lon === 'number' && typeof lat === 'number') return [lon, lat];
  if (typeof geometry !== 'object' || geometry === null) return null;
  const box = boxOf(geometry as Geometry);
  return box[0] <= box[2] ? middle(box) : null;
}
