/**
 * What hands do on a draft, without a screen: which region is under a point, which vertex is near, and which edits take
 * a step back. Degrees in WGS84, lon before lat.
 */
import type { Position } from 'geojson';
import type { Bounds } from '../../map/view.ts';
import type { Edit, RegionFeature, RegionSet } from './shapes.ts';

/** The region that holds a point; of what is drawn, not of what goes away. */
export function regionAt(set: RegionSet, at: readonly [number, number]): RegionFeature | undefined {
  return set.features.find(
    (one) =>
      one.properties.change !== 'removed' &&
      one.geometry.coordinates.some(
        ([shell, ...holes]) => holds(shell, at) && !holes.some((hole) => holds(hole, at)),
      ),
  );
}

function holds(ring: Position[] | undefined, [x, y]: readonly [number, number]): boolean {
  let inside = false;
  const points = ring ?? [];
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [ax = 0, ay = 0] = points[i] ?? [];
    const [bx = 0, by = 0] = points[j] ?? [];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** The vertex nearest to a point, and how many regions have it. */
export function vertexNear(
  set: RegionSet,
  [x, y]: readonly [number, number],
): { at: [number, number]; regions: number } | null {
  const narrow = Math.cos((y * Math.PI) / 180);
  let best: [number, number] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [px, py] of vertices(set)) {
    const d = Math.hypot((px - x) * narrow, py - y);
    if (d < least) [best, least] = [[px, py], d];
  }
  if (!best) return null;
  const [bx, by] = best;
  const having = set.features.filter((one) =>
    one.geometry.coordinates.some((poly) =>
      poly.some((ring) => ring.some(([px, py]) => px === bx && py === by)),
    ),
  );
  return { at: best, regions: having.length };
}

function* vertices(set: RegionSet): Generator<[number, number]> {
  for (const one of set.features) {
    if (one.properties.change === 'removed') continue;
    for (const poly of one.geometry.coordinates)
      for (const ring of poly) for (const [px = 0, py = 0] of ring) yield [px, py];
  }
}

/** The edits that make one set of regions of another again: a step back. */
export function stepBack(now: RegionSet, before: RegionSet): Edit[] {
  const was = new Map(before.features.map((one) => [one.properties.code, one]));
  const edits: Edit[] = [];
  for (const one of now.features) {
    const { code, change } = one.properties;
    const had = was.get(code);
    if ((!had || had.properties.change === '') && change !== '') edits.push({ op: 'restore', code });
  }
  const is = new Map(now.features.map((one) => [one.properties.code, one]));
  for (const [code, had] of was) {
    const { change, name, name_en } = had.properties;
    const one = is.get(code);
    if (change === '' || (one && same(one, had))) continue;
    if (change === 'removed') edits.push({ op: 'remove', code });
    else edits.push({ op: 'put', code, name, name_en, geometry: had.geometry as Edit['geometry'] & object });
  }
  return edits;
}

function same(a: RegionFeature, b: RegionFeature): boolean {
  return (
    a.properties.change === b.properties.change &&
    a.properties.name === b.properties.name &&
    a.properties.name_en === b.properties.name_en &&
    JSON.stringify(a.geometry) === JSON.stringify(b.geometry)
  );
}

/** The box around features of any shape; null when there is nothing. */
export function boundsOf(features: readonly { geometry: unknown }[]): Bounds | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [x, y] = value;
    if (typeof x === 'number' && typeof y === 'number') {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    } else for (const one of value) walk(one);
  };
  for (const one of features) walk((one.geometry as { coordinates?: unknown } | null)?.coordinates);
  return box[0] <= box[2] ? box : null;
}
