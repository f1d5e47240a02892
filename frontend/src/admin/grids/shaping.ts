/**
 * What moving a corner would do, said while the hand still moves: the regions that follow, and what would be wrong with
 * them. Pure; decided on the lattice. The server checks everything again when the hand lets go.
 */
import type { MultiPolygon, Position } from 'geojson';
import { area2, cross, locate, type Node, nodeOf, placeOf, sameNode, turn, within } from './lattice.ts';
import type { Edit, RegionFeature, RegionSet } from './shapes.ts';

/** One thing a hand does to corners. */
export type Deed =
  | { do: 'move'; from: Position; to: Position }
  | { do: 'bend'; ends: [Position, Position]; to: Position }
  | { do: 'straighten'; from: Position }
  | { do: 'draw'; ring: readonly Position[] };

export type Wrong = 'crosses_itself' | 'turned_over' | 'overlaps' | 'leaves_parent' | 'leaves_gap';
export interface Trouble {
  wrong: Wrong;
  /** The regions concerned; none for the parent. */
  codes: readonly string[];
}
export interface Outcome {
  /** The regions that change, as they would be. */
  shapes: RegionFeature[];
  troubles: Trouble[];
}

/** The edit that the server is to make of a deed. */
export function editOf(deed: Deed, parent: string): Edit {
  const pair = (at: Position): [number, number] => [at[0] ?? 0, at[1] ?? 0];
  switch (deed.do) {
    case 'move':
      return { op: 'move', from: pair(deed.from), to: pair(deed.to) };
    case 'bend':
      return {
        op: 'bend',
        geometry: { type: 'LineString', coordinates: [deed.ends[0], deed.to, deed.ends[1]] },
      };
    case 'straighten':
      return { op: 'straighten', from: pair(deed.from) };
    case 'draw':
      return { op: 'put', parent, geometry: { type: 'Polygon', coordinates: [closed(deed.ring)] } };
  }
}
const closed = (ring: readonly Position[]): Position[] => (ring[0] ? [...ring, ring[0]] : []);

interface Shape {
  code: string;
  feature: RegionFeature;
  rings: Node[][];
  /** Of each polygon, how many rings come before it. */
  starts: number[];
  box: [number, number, number, number];
  /** The rings before a deed. */
  before?: Node[][];
}

/** Regions beside each other, and what they lie in, ready to be asked what a deed would do. */
export class Ground {
  private readonly shapes: Shape[];
  private readonly whole: Shape | null;

  /** follows: the border of the whole moves with its corners, as everywhere but at the border of the draft's own place. */
  constructor(
    set: RegionSet,
    whole: RegionFeature | null,
    private readonly follows: boolean,
  ) {
    this.shapes = set.features.filter((one) => one.properties.change !== 'removed').map(shapeOf);
    this.whole = whole ? shapeOf(whole) : null;
  }

  /** What a deed would do. */
  after(deed: Deed): Outcome {
    if (deed.do === 'draw') return this.drawn(deed.ring);
    const reshape = reshaper(deed);
    const before: Shape[] = [];
    const now: Shape[] = [];
    const still: Shape[] = [];
    for (const one of this.shapes) {
      const next = reshaped(one, reshape);
      if (next) {
        before.push(one);
        now.push(next);
      } else still.push(one);
    }
    const whole = this.whole && this.follows ? (reshaped(this.whole, reshape) ?? this.whole) : this.whole;
    const report = new Report();
    const gone = deed.do === 'bend' ? null : nodeOf(deed.from[0] ?? 0, deed.from[1] ?? 0);
    const at = deed.do === 'straighten' ? null : nodeOf(deed.to[0] ?? 0, deed.to[1] ?? 0);
    for (const [i, one] of now.entries()) {
      const old = before[i] as Shape;
      soundness(one, old, report);
      const fresh = freshEdges(one, at, gone);
      selfCrossing(one, fresh, report);
      for (const other of [...still, ...now.filter((o) => o !== one)])
        if (meets(fresh, other) && reaches(fresh, other)) report.add('overlaps', one.code, other.code);
      if (whole && leaves(fresh, whole)) report.add('leaves_parent', one.code);
      if (gone) this.gaps(one, fresh, gone, at, still, whole, report);
      else if (at && deed.do === 'bend') this.bentGap(one, deed.ends, at, still, whole, report);
    }
    return { shapes: now.map(featureOf), troubles: report.list };
  }

  /** A corner that lay on a border which does not follow leaves ground behind, unless the border ran straight through it. */
  private gaps(
    one: Shape,
    fresh: readonly Edge[],
    was: Node,
    at: Node | null,
    still: readonly Shape[],
    whole: Shape | null,
    to: Report,
  ): void {
    if (!at && fresh.some(([a, b]) => within(was, a, b))) return;
    for (const other of still)
      if (
        holdsBox(other.box, was) &&
        locate(was, other.rings) === 'border' &&
        (!at || locate(at, other.rings) === 'out')
      )
        to.add('leaves_gap', one.code, other.code);
    if (whole && locate(was, whole.rings) === 'border' && (!at || locate(at, whole.rings) === 'in'))
      to.add('leaves_gap', one.code);
  }

  private bentGap(
    one: Shape,
    ends: readonly [Position, Position],
    at: Node,
    still: readonly Shape[],
    whole: Shape | null,
    to: Report,
  ): void {
    const [a, b] = ends.map((end) => nodeOf(end[0] ?? 0, end[1] ?? 0)) as [Node, Node];
    const along = (rings: readonly (readonly Node[])[]) =>
      rings.some((ring) => ring.some((p, i) => i > 0 && runsAlong(a, b, ring[i - 1] as Node, p)));
    for (const other of still)
      if (along(other.rings) && locate(at, other.rings) === 'out') to.add('leaves_gap', one.code, other.code);
    if (whole && along(whole.rings) && locate(at, whole.rings) === 'in') to.add('leaves_gap', one.code);
  }

  private drawn(ring: readonly Position[]): Outcome {
    const feature: RegionFeature = {
      type: 'Feature',
      properties: { code: '', level: '', name: '', name_en: '', change: 'new', origin: null },
      geometry: { type: 'MultiPolygon', coordinates: [[closed(ring)]] },
    };
    if (ring.length < 3) return { shapes: [], troubles: [] };
    const one = shapeOf(feature);
    const fresh = edgesOf(one);
    const report = new Report();
    if (area2(one.rings[0] ?? []) === 0) report.add('turned_over', '');
    selfCrossing(one, fresh, report);
    for (const other of this.shapes)
      if (meets(fresh, other) && (reaches(fresh, other) || encloses(one, other)))
        report.add('overlaps', '', other.code);
    if (this.whole && leaves(fresh, this.whole)) report.add('leaves_parent', '');
    return { shapes: [feature], troubles: report.list };
  }
}

class Report {
  readonly list: Trouble[] = [];
  private readonly said = new Set<string>();

  add(wrong: Wrong, ...codes: string[]): void {
    const key = `${wrong} ${codes.toSorted().join()}`;
    if (this.said.has(key)) return;
    this.said.add(key);
    this.list.push({ wrong, codes: codes.filter(Boolean) });
  }
}

type Edge = readonly [Node, Node];

function shapeOf(feature: RegionFeature): Shape {
  const rings: Node[][] = [];
  const starts: number[] = [];
  for (const poly of feature.geometry.coordinates) {
    starts.push(rings.length);
    for (const ring of poly) rings.push(ring.map(([x = 0, y = 0]) => nodeOf(x, y)));
  }
  return { code: feature.properties.code, feature, rings, starts, box: boxOf(rings.flat()) };
}

function featureOf({ feature, rings, starts }: Shape): RegionFeature {
  const coordinates: MultiPolygon['coordinates'] = starts.map((from, i) =>
    rings.slice(from, starts[i + 1] ?? rings.length).map((ring) => ring.map(placeOf)),
  );
  return { ...feature, geometry: { type: 'MultiPolygon', coordinates } };
}

function reshaper(deed: Exclude<Deed, { do: 'draw' }>): (ring: Node[]) => Node[] | null {
  if (deed.do === 'bend') {
    const [a, b] = deed.ends.map(([x = 0, y = 0]) => nodeOf(x, y)) as [Node, Node];
    const at = nodeOf(deed.to[0] ?? 0, deed.to[1] ?? 0);
    return (ring) => {
      const k = ring.findIndex((p, i) => {
        const last = ring[i - 1];
        return last && ((sameNode(last, a) && sameNode(p, b)) || (sameNode(last, b) && sameNode(p, a)));
      });
      return k < 0 ? null : ring.toSpliced(k, 0, at);
    };
  }
  const from = nodeOf(deed.from[0] ?? 0, deed.from[1] ?? 0);
  if (deed.do === 'move') {
    const to = nodeOf(deed.to[0] ?? 0, deed.to[1] ?? 0);
    return (ring) =>
      ring.some((p) => sameNode(p, from)) ? ring.map((p) => (sameNode(p, from) ? to : p)) : null;
  }
  return (ring) => {
    const left = ring.filter((p) => !sameNode(p, from));
    if (left.length === ring.length) return null;
    const [first] = left;
    if (first && !sameNode(first, left.at(-1) as Node)) left.push(first);
    return left;
  };
}

/** The shape after a deed; null when it stays as it is. */
function reshaped(one: Shape, reshape: (ring: Node[]) => Node[] | null): Shape | null {
  let changed = false;
  const rings = one.rings.map((ring) => {
    const next = reshape(ring);
    changed ||= next !== null;
    return next ?? ring;
  });
  return changed ? { ...one, rings, before: one.rings, box: boxOf(rings.flat()) } : null;
}

/** Every ring goes round the way it did, and holes stay in their shells. */
function soundness(now: Shape, old: Shape, to: Report): void {
  for (const [i, ring] of now.rings.entries())
    if (Math.sign(area2(ring)) !== Math.sign(area2(old.rings[i] ?? []))) to.add('turned_over', now.code);
  for (const [i, from] of now.starts.entries()) {
    const [shell, ...holes] = now.rings.slice(from, now.starts[i + 1] ?? now.rings.length);
    for (const hole of holes)
      if (shell && hole[0] && locate(hole[0], [shell]) === 'out') to.add('crosses_itself', now.code);
  }
}

function edgesOf(one: Shape): Edge[] {
  return one.rings.flatMap((ring) => ring.slice(1).map((b, i): Edge => [ring[i] as Node, b]));
}
/** The edges of a shape that a deed made: those at the new place, or those in the place of a corner that went. */
function freshEdges(now: Shape, at: Node | null, gone: Node | null): Edge[] {
  const beside = new Set<string>();
  if (!at && gone)
    for (const ring of now.before ?? [])
      for (const [i, p] of ring.entries())
        if (sameNode(p, gone))
          for (const q of [ring[i - 1] ?? ring.at(-2), ring[i + 1] ?? ring[1]])
            if (q) beside.add(`${q.x} ${q.y}`);
  const fresh: Edge[] = [];
  for (const ring of now.rings)
    for (let i = 1; i < ring.length; i++) {
      const a = ring[i - 1] as Node;
      const b = ring[i] as Node;
      const ours = at
        ? sameNode(a, at) || sameNode(b, at)
        : beside.has(`${a.x} ${a.y}`) && beside.has(`${b.x} ${b.y}`);
      if (ours && !sameNode(a, b)) fresh.push([a, b]);
    }
  return fresh;
}

function selfCrossing(one: Shape, fresh: readonly Edge[], to: Report): void {
  for (const [a, b] of fresh)
    for (const ring of one.rings)
      for (let i = 1; i < ring.length; i++) {
        const c = ring[i - 1] as Node;
        const d = ring[i] as Node;
        if (sameNode(c, d) || (sameNode(a, c) && sameNode(b, d)) || apart(a, b, c, d)) continue;
        if (
          cross(a, b, c, d) ||
          within(c, a, b) ||
          within(d, a, b) ||
          within(a, c, d) ||
          within(b, c, d) ||
          (sameNode(a, d) && sameNode(b, c))
        ) {
          to.add('crosses_itself', one.code);
          return;
        }
      }
}

/** Whether new edges come into the ground of another shape. */
function reaches(fresh: readonly Edge[], other: Shape): boolean {
  return fresh.some(([a, b]) => {
    if (cuts(a, b, other)) return true;
    return (
      [a, b].some((p) => holdsBox(other.box, p) && locate(p, other.rings) === 'in') ||
      midway(a, b, other) === 'in'
    );
  });
}
/** Whether new edges come out of the whole. */
function leaves(fresh: readonly Edge[], whole: Shape): boolean {
  return fresh.some(
    ([a, b]) =>
      cuts(a, b, whole) ||
      [a, b].some((p) => locate(p, whole.rings) === 'out') ||
      midway(a, b, whole) === 'out',
  );
}

/** Whether an edge crosses a border, in its edges or through a corner from one side to the other. */
function cuts(a: Node, b: Node, other: Shape): boolean {
  for (const ring of other.rings)
    for (let i = 1; i < ring.length; i++) {
      const c = ring[i - 1] as Node;
      const d = ring[i] as Node;
      if (apart(a, b, c, d)) continue;
      if (cross(a, b, c, d)) return true;
      if (!within(d, a, b)) continue;
      const next = (ring[i + 1] ?? ring[1]) as Node;
      if (turn(a, b, c) * turn(a, b, next) < 0) return true;
    }
  return false;
}

/** Where the middle of an edge lies; on a plane twice as fine, where it is a node. An edge of the shape is its border. */
function midway(a: Node, b: Node, other: Shape): 'in' | 'out' | 'border' {
  const fine = (p: Node): Node => ({ x: p.x * 2, y: p.y * 2 });
  return locate(
    { x: a.x + b.x, y: a.y + b.y },
    other.rings.map((ring) => ring.map(fine)),
  );
}

function encloses(one: Shape, other: Shape): boolean {
  return other.rings.some((ring) => ring.some((p) => locate(p, one.rings) === 'in'));
}

/** Whether two edges lie along each other for some way. */
function runsAlong(a: Node, b: Node, c: Node, d: Node): boolean {
  if (turn(a, b, c) !== 0 || turn(a, b, d) !== 0) return false;
  const same = (sameNode(a, c) && sameNode(b, d)) || (sameNode(a, d) && sameNode(b, c));
  return same || [within(a, c, d), within(b, c, d), within(c, a, b), within(d, a, b)].some(Boolean);
}

function apart(a: Node, b: Node, c: Node, d: Node): boolean {
  return (
    Math.max(a.x, b.x) < Math.min(c.x, d.x) ||
    Math.max(c.x, d.x) < Math.min(a.x, b.x) ||
    Math.max(a.y, b.y) < Math.min(c.y, d.y) ||
    Math.max(c.y, d.y) < Math.min(a.y, b.y)
  );
}

function boxOf(nodes: readonly Node[]): Shape['box'] {
  const box: Shape['box'] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of nodes) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}
const holdsBox = (box: Shape['box'], p: Node): boolean =>
  box[0] <= p.x && p.x <= box[2] && box[1] <= p.y && p.y <= box[3];
function meets(edges: readonly Edge[], { box }: Shape): boolean {
  return edges.some(
    ([a, b]) =>
      Math.max(a.x, b.x) >= box[0] &&
      Math.min(a.x, b.x) <= box[2] &&
      Math.max(a.y, b.y) >= box[1] &&
      Math.min(a.y, b.y) <= box[3],
  );
}
