/**
 * What hands do on a draft, without a screen: which region is under a point, which vertex is near, and which edits take
 * a step back. Degrees in WGS84, lon before lat.
 */
import type { Position } from 'geojson';
import type { Bounds } from '../../map/view.ts';
import { nodeOf, placeOf } from './lattice.ts';
import type { Edit, RegionFeature, RegionSet } from './shapes.ts';
import type { Followed, Trace } from './terrain.ts';

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
  const byCode = [...was.values()].toSorted((a, b) => a.properties.code.length - b.properties.code.length);
  const gone: Edit[] = [];
  for (const had of byCode) {
    const { code, change, name, name_en } = had.properties;
    const one = is.get(code);
    if (change === '' || (one && same(one, had))) continue;
    // What lies in a region goes before it, and comes after it.
    if (change === 'removed') gone.unshift({ op: 'remove', code });
    else edits.push({ op: 'put', code, name, name_en, geometry: had.geometry as Edit['geometry'] & object });
  }
  return [...edits, ...gone];
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

/** The corners of regions, each once, in the order one meets them along their borders. */
export function cornersOf(features: readonly RegionFeature[]): Position[] {
  const seen = new Map<string, Position>();
  for (const one of features)
    if (one.properties.change !== 'removed')
      for (const poly of one.geometry.coordinates)
        for (const ring of poly)
          for (const at of ring) {
            const key = at.join();
            if (!seen.has(key)) seen.set(key, at);
          }
  return [...seen.values()];
}

export interface Edge {
  ends: [Position, Position];
  /** The place on it that is nearest. */
  at: Position;
}

interface Near {
  corner: Position | null;
  edge: Edge | null;
}

/** What is nearest to a place of the corners and edges of lines, within reach (degrees of latitude). */
function closest(
  lines: Iterable<readonly Position[]>,
  [x = 0, y = 0]: Position,
  reach: number,
  besides: readonly Position[] = [],
): Near {
  const narrow = Math.cos((y * Math.PI) / 180);
  const wide = reach / narrow;
  const left = new Set(besides.map((at) => at.join()));
  let corner: Position | null = null;
  let edge: Edge | null = null;
  let toCorner = reach;
  let toEdge = reach;
  for (const line of lines)
    for (const [i, b] of line.entries()) {
      const a = line[i - 1];
      const [bx = 0, by = 0] = b;
      if (left.has(b.join())) continue;
      const d = Math.hypot((bx - x) * narrow, by - y);
      if (d < toCorner) [corner, toCorner] = [b, d];
      if (!a || left.has(a.join())) continue;
      const [ax = 0, ay = 0] = a;
      if (Math.max(ax, bx) < x - wide || Math.min(ax, bx) > x + wide) continue;
      if (Math.max(ay, by) < y - reach || Math.min(ay, by) > y + reach) continue;
      const ux = (bx - ax) * narrow;
      const uy = by - ay;
      const t = ((x - ax) * narrow * ux + (y - ay) * uy) / (ux * ux + uy * uy || 1);
      if (t <= 0 || t >= 1) continue;
      const at: Position = [ax + t * (bx - ax), ay + t * (by - ay)];
      const d2 = apart(at, [x, y]);
      if (d2 < toEdge) [edge, toEdge] = [{ ends: [a, b], at }, d2];
    }
  return { corner, edge };
}

/** How far apart two places are, in degrees of latitude. */
const apart = ([ax = 0, ay = 0]: Position, [bx = 0, by = 0]: Position): number =>
  Math.hypot((bx - ax) * Math.cos((by * Math.PI) / 180), by - ay);

function* ringsOf(features: readonly RegionFeature[]): Generator<Position[]> {
  for (const one of features)
    if (one.properties.change !== 'removed') for (const poly of one.geometry.coordinates) yield* poly;
}

/** What is nearest to a place of the corners and edges of regions; a corner goes before an edge. */
export function nearest(
  features: readonly RegionFeature[],
  at: Position,
  reach: number,
  besides: readonly Position[] = [],
): Near {
  return closest(ringsOf(features), at, reach, besides);
}

/** A place where a hand lets go, and what it was drawn to: null is nothing, and the place is the hand's own. */
export interface Snap {
  to: [number, number];
  on: Followed | 'grids' | null;
  corner: boolean;
  /** What it was drawn to, to be shown. */
  line: readonly Position[];
}

/** Nobody means a road that is farther than this: 25 m, in degrees of latitude. */
const farthest = 25 / 111_320;

/**
 * A place where a hand lets go: a corner of a region that is near, else the corner of a building, else the nearest of
 * their borders and of the lines that borders may follow, else the place itself.
 */
export function snapped(
  features: readonly RegionFeature[],
  traces: readonly Trace[],
  at: Position,
  reach: number,
  besides: readonly Position[] = [],
): Snap {
  const { corner, edge } = nearest(features, at, reach, besides);
  if (corner) return { to: onLattice(corner), on: 'grids', corner: true, line: [] };
  const close = Math.min(reach, farthest);
  let best: Snap = edge
    ? { to: onLattice(edge.at), on: 'grids', corner: false, line: edge.ends }
    : { to: onLattice(at), on: null, corner: false, line: [] };
  let way = edge ? apart(edge.at, at) : close;
  let cornered = close;
  for (const { kind, line } of traces) {
    const found = closest([line], at, close);
    const sharp = kind === 'buildings';
    if (found.corner && sharp && apart(found.corner, at) < cornered) {
      cornered = apart(found.corner, at);
      best = { to: onLattice(found.corner), on: kind, corner: true, line };
    }
    if (best.corner) continue;
    for (const on of [found.edge?.at, sharp ? null : found.corner])
      if (on && apart(on, at) < way) {
        way = apart(on, at);
        best = { to: onLattice(on), on: kind, corner: false, line };
      }
  }
  return best;
}

/** A place in steps of 1e-7 degrees, which is how places are kept. */
export const onLattice = ([x = 0, y = 0]: Position): [number, number] => placeOf(nodeOf(x, y));
