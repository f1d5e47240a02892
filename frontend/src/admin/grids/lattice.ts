/**
 * The integer plane of 1e-7 degrees on which borders are decided, as the server decides them: a place is rounded to it
 * once, and from there on no comparison can be wrong. x is longitude, y latitude.
 */
export interface Node {
  readonly x: number;
  readonly y: number;
}

const units = 1e7;

/** The node of a place in degrees; halves are rounded away from zero, as on the server. */
export const nodeOf = (lon: number, lat: number): Node => ({ x: round(lon * units), y: round(lat * units) });
const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value)) || 0;
export const placeOf = ({ x, y }: Node): [number, number] => [x / units, y / units];
export const sameNode = (a: Node, b: Node): boolean => a.x === b.x && a.y === b.y;

/** Below this, products of two differences and their difference are whole numbers that a double holds exactly. */
const exact = 2 ** 26;

/** 1 where a, b, c turn left, -1 right, 0 where they lie on a line. Exact: far differences are taken in big integers. */
export function turn(a: Node, b: Node, c: Node): -1 | 0 | 1 {
  const ux = b.x - a.x;
  const uy = b.y - a.y;
  const vx = c.x - a.x;
  const vy = c.y - a.y;
  const near = Math.abs(ux) < exact && Math.abs(uy) < exact && Math.abs(vx) < exact && Math.abs(vy) < exact;
  const cross = near ? ux * vy - uy * vx : BigInt(ux) * BigInt(vy) - BigInt(uy) * BigInt(vx);
  return cross > 0 ? 1 : cross < 0 ? -1 : 0;
}

const between = (p: number, a: number, b: number): boolean => (a <= p && p <= b) || (b <= p && p <= a);

/** Whether p lies on the way from a to b, its ends left out. */
export function within(p: Node, a: Node, b: Node): boolean {
  if (!between(p.x, a.x, b.x) || !between(p.y, a.y, b.y)) return false;
  return !sameNode(p, a) && !sameNode(p, b) && turn(a, b, p) === 0;
}

/** Whether two edges cross in a point inside of both. */
export function cross(a: Node, b: Node, c: Node, d: Node): boolean {
  const p = turn(a, b, c);
  const q = turn(a, b, d);
  if (p === 0 || q === 0 || p === q) return false;
  const r = turn(c, d, a);
  const s = turn(c, d, b);
  return r !== 0 && s !== 0 && r !== s;
}

export type Place = 'in' | 'out' | 'border';
/** Where a place lies of rings: of a polygon with its holes, or of several polygons. The rings repeat their first node. */
export function locate(p: Node, rings: readonly (readonly Node[])[]): Place {
  let inside = false;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const a = ring[i - 1] as Node;
      const b = ring[i] as Node;
      if (sameNode(p, b) || within(p, a, b)) return 'border';
      if (a.y > p.y === b.y > p.y) continue;
      // The edge passes the height of p: to its right when p lies left of it, upward.
      if (turn(a, b, p) === (b.y > a.y ? 1 : -1)) inside = !inside;
    }
  }
  return inside ? 'in' : 'out';
}

/** Twice the area of a ring; positive against the clock. The sign of a ring that a screen shows is exact. */
export function area2(ring: readonly Node[]): number {
  const o = ring[0];
  if (!o) return 0;
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const a = ring[i - 1] as Node;
    const b = ring[i] as Node;
    sum += (a.x - o.x) * (b.y - o.y) - (b.x - o.x) * (a.y - o.y);
  }
  return sum;
}
