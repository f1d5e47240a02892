import type { Geometry, Position } from 'geojson';

/**
 * A place within a polygon to write its name at: half-way up its largest part, in the middle of the longest way
 * through. Null for what has no area. Degrees, lon before lat.
 */
export function inside(of: Geometry): Position | null {
  const parts = of.type === 'Polygon' ? [of.coordinates] : of.type === 'MultiPolygon' ? of.coordinates : [];
  let largest: Position[][] = [];
  for (const part of parts) if (area(part[0]) > area(largest[0])) largest = part;
  const lats = (largest[0] ?? []).map(([, lat = 0]) => lat);
  if (!lats.length) return null;
  const middle = (Math.min(...lats) + Math.max(...lats)) / 2;
  const crossings = largest.flatMap((ring) => across(ring, middle)).sort((a, b) => a - b);
  let best: Position | null = null;
  let longest = 0;
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [from = 0, to = 0] = crossings.slice(i, i + 2);
    if (to - from <= longest) continue;
    longest = to - from;
    best = [(from + to) / 2, middle];
  }
  return best;
}

/** Where a ring crosses a parallel; a corner on it counts with the side above. */
function across(ring: readonly Position[], parallel: number): number[] {
  return ring.flatMap(([lon = 0, lat = 0], i) => {
    const [x = 0, y = 0] = ring[(i + 1) % ring.length] ?? [];
    return lat >= parallel === y >= parallel ? [] : [lon + ((x - lon) * (parallel - lat)) / (y - lat)];
  });
}

/** Of a ring, in square degrees: to compare only. */
function area(ring: readonly Position[] = []): number {
  let twice = 0;
  ring.forEach(([lon = 0, lat = 0], i) => {
    const [x = 0, y = 0] = ring[(i + 1) % ring.length] ?? [];
    twice += lon * y - x * lat;
  });
  return Math.abs(twice) / 2;
}
