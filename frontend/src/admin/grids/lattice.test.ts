import { describe, expect, it } from 'vitest';
import { area2, cross, locate, type Node, nodeOf, placeOf, turn, within } from './lattice.ts';

/** A generator of numbers that is the same every time. */
function dice(seed: number): (below: number) => number {
  let s = seed;
  return (below) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 2 ** 32) * below);
  };
}
const big = ({ x, y }: Node): [bigint, bigint] => [BigInt(x), BigInt(y)];
const slow = (a: Node, b: Node, c: Node): number => {
  const [ax, ay] = big(a);
  const [bx, by] = big(b);
  const [cx, cy] = big(c);
  const v = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  return v > 0n ? 1 : v < 0n ? -1 : 0;
};

describe('the lattice', () => {
  it('rounds halves away from zero, as the server does', () => {
    expect(nodeOf(113.28889615, -0.00000005)).toEqual({ x: 1132888962, y: -1 });
    expect(nodeOf(0.00000014, 0)).toEqual({ x: 1, y: 0 });
    expect(placeOf(nodeOf(113.2888961, 23.3995631))).toEqual([113.2888961, 23.3995631]);
  });

  it('turns as arithmetic without limits does, near and around the Earth, in a line and beside it', () => {
    const roll = dice(7);
    for (const reach of [20, 2 ** 25, 2 ** 31]) {
      for (let i = 0; i < 2000; i++) {
        const any = (): Node => ({ x: roll(reach) - (reach >> 1), y: roll(reach) - (reach >> 1) });
        const [a, b] = [any(), any()];
        const mid = { x: a.x + 2 * (b.x - a.x), y: a.y + 2 * (b.y - a.y) + (roll(3) - 1) };
        for (const c of [any(), mid]) expect(turn(a, b, c)).toBe(slow(a, b, c));
      }
    }
  });

  it('knows crossings from touches', () => {
    const n = (x: number, y: number): Node => ({ x, y });
    expect(cross(n(0, 0), n(4, 4), n(0, 4), n(4, 0))).toBe(true);
    expect(cross(n(0, 0), n(4, 4), n(2, 2), n(4, 0))).toBe(false);
    expect(cross(n(0, 0), n(4, 4), n(5, 5), n(9, 9))).toBe(false);
    expect(within(n(2, 2), n(0, 0), n(4, 4))).toBe(true);
    expect(within(n(4, 4), n(0, 0), n(4, 4))).toBe(false);
    expect(within(n(2, 3), n(0, 0), n(4, 4))).toBe(false);
  });

  it('says where places lie of a ring with a hole, each against counting by fractions', () => {
    const shell = [[0, 0], [9, 1], [12, 9], [5, 5], [1, 10], [0, 0]].map(([x = 0, y = 0]) => ({ x, y })); // biome-ignore format: a ring
    const hole = [[3, 2], [3, 4], [6, 3], [3, 2]].map(([x = 0, y = 0]) => ({ x, y })); // biome-ignore format: a ring
    const rings = [shell, hole];
    expect(area2(shell)).toBeGreaterThan(0);
    expect(area2(hole)).toBeLessThan(0);
    for (let x = -1; x < 14; x++)
      for (let y = -1; y < 12; y++) {
        let inside = false;
        let border = false;
        for (const ring of rings)
          for (const [i, b] of ring.entries()) {
            const a = ring[i - 1];
            if (!a) continue;
            if (slow(a, b, { x, y }) === 0 && Math.min(a.x, b.x) <= x && x <= Math.max(a.x, b.x) && Math.min(a.y, b.y) <= y && y <= Math.max(a.y, b.y)) border = true; // biome-ignore format: one condition
            // x of the edge at this height, times the edge's rise
            const rise = b.y - a.y;
            if (a.y > y !== b.y > y && (x - a.x) * rise * Math.sign(rise) < (b.x - a.x) * (y - a.y) * Math.sign(rise)) inside = !inside; // biome-ignore format: one condition
          }
        expect(locate({ x, y }, rings), `${x},${y}`).toBe(border ? 'border' : inside ? 'in' : 'out');
      }
  });
});
