// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { cutOf, dragged, edgesOf, moved, nextCut, noWindow, stretched, windowOf } from './brush.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 22);
const bucket = (i: number) => ({ at: new Date(start + i * hour).toISOString(), open: 1, closed: i });
const times = { buckets: [0, 1, 2, 3].map(bucket) };
const now = start + 3.5 * hour;
const edges = edgesOf(times, now);

describe('the brush', () => {
  it('has an edge where each bucket begins, and now', () => {
    expect(edges).toEqual([0, 1, 2, 3, 3.5].map((n) => start + n * hour));
    expect(edgesOf(null, now)).toEqual([]);
    expect(edgesOf({ buckets: [] }, now)).toEqual([]);
  });

  it('is the whole strip for no window, and no window for the whole strip', () => {
    expect(cutOf(edges, noWindow)).toEqual([0, 4]);
    expect(windowOf(edges, [0, 4])).toEqual(noWindow);
    expect(windowOf([], [0, 0])).toEqual(noWindow);
  });

  it('stays open where it ends now', () => {
    expect(windowOf(edges, [2, 4])).toEqual({ from: start + 2 * hour, to: null });
    expect(cutOf(edges, { from: start + 2 * hour, to: null })).toEqual([2, 4]);
    expect(windowOf(edges, [1, 3])).toEqual({ from: start + hour, to: start + 3 * hour });
  });

  it('comes back from its window', () => {
    for (let a = 0; a < 4; a++)
      for (let b = a + 1; b <= 4; b++) expect(cutOf(edges, windowOf(edges, [a, b]))).toEqual([a, b]);
  });

  it('keeps a bucket when the window lies elsewhere', () => {
    expect(cutOf(edges, { from: start - 90 * hour, to: start - 80 * hour })).toEqual([0, 1]);
    expect(cutOf(edges, { from: now + 90 * hour, to: null })).toEqual([3, 4]);
  });

  it('picks what it is dragged over, in either direction', () => {
    expect(dragged(edges, 0.3, 0.6)).toEqual([1, 3]);
    expect(dragged(edges, 0.6, 0.3)).toEqual([1, 3]);
    expect(dragged(edges, 0.99, 0.99)).toEqual([3, 4]);
    expect(dragged(edges, -1, 2)).toEqual([0, 4]);
  });

  it('moves and stretches within the strip', () => {
    expect(moved([1, 2], 9, 4)).toEqual([3, 4]);
    expect(moved([1, 2], -9, 4)).toEqual([0, 1]);
    expect(stretched([1, 3], 0, 9, 4)).toEqual([2, 3]);
    expect(stretched([1, 3], 1, 0, 4)).toEqual([1, 2]);
    expect(stretched([1, 3], 1, 9, 4)).toEqual([1, 4]);
  });

  it('plays from the beginning to the end', () => {
    expect(nextCut([0, 48], 48)).toEqual([0, 2]);
    expect(nextCut([0, 2], 48)).toEqual([1, 3]);
    expect(nextCut([46, 48], 48)).toBeNull();
    expect(nextCut([0, 1], 1)).toBeNull();
  });
});
