/**
 * The brush of the time strip. Time is cut into buckets by edges, ms; a window lies from one edge to another. The last
 * edge is now: a window that ends there stays open, so that what comes in is in it.
 */
import type { CaseTimes } from '../api/types.ts';

export interface Window {
  from: number | null;
  /** Null is now. */
  to: number | null;
}

/** A window by the numbers of its edges. */
export type Cut = [first: number, last: number];

export const noWindow: Window = { from: null, to: null };

/** Where buckets begin, and now as the end of the last one. */
export function edgesOf(times: Pick<CaseTimes, 'buckets'> | null, now: number): number[] {
  const starts = (times?.buckets ?? []).map((bucket) => Date.parse(bucket.at));
  const last = starts.at(-1);
  return last === undefined ? [] : [...starts, Math.max(now, last + 1)];
}

/** The edges nearest to a window; the whole strip for none. */
export function cutOf(edges: number[], window: Window): Cut {
  const end = edges.length - 1;
  if (window.from === null || end < 1) return [0, Math.max(0, end)];
  const first = Math.min(nearest(edges, window.from), end - 1);
  const last = window.to === null ? end : nearest(edges, window.to);
  return [first, Math.max(first + 1, last)];
}

/** The window of a cut: none for the whole strip, open where it ends now. */
export function windowOf(edges: number[], [first, last]: Cut): Window {
  const end = edges.length - 1;
  if (end < 1 || (first <= 0 && last >= end)) return noWindow;
  return { from: edges[first] ?? null, to: last >= end ? null : (edges[last] ?? null) };
}

/** What a drag from one place to another picks, at least the bucket it began in. Places are shares of the strip, 0 to 1. */
export function dragged(edges: number[], begin: number, end: number): Cut {
  const count = edges.length - 1;
  const bucket = (share: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  const [a, b] = [bucket(Math.min(begin, end)), bucket(Math.max(begin, end))];
  return [a, b + 1];
}

/** A cut moved by buckets, as wide as it was, within the strip. */
export function moved([first, last]: Cut, by: number, count: number): Cut {
  const shift = Math.max(-first, Math.min(count - last, by));
  return [first + shift, last + shift];
}

/** One edge of a cut moved; the other one stays, at least a bucket away. */
export function stretched([first, last]: Cut, edge: 0 | 1, to: number, count: number): Cut {
  return edge === 0
    ? [Math.max(0, Math.min(last - 1, to)), last]
    : [first, Math.min(count, Math.max(first + 1, to))];
}

/** The next picture of the film, or null at its end. From the whole strip it begins with the first part of it. */
export function nextCut(cut: Cut, count: number): Cut | null {
  if (count < 2) return null;
  if (cut[0] <= 0 && cut[1] >= count) return [0, Math.max(1, Math.round(count / 24))];
  return cut[1] >= count ? null : moved(cut, 1, count);
}

function nearest(edges: number[], at: number): number {
  let best = 0;
  for (let i = 1; i < edges.length; i++)
    if (Math.abs((edges[i] ?? 0) - at) < Math.abs((edges[best] ?? 0) - at)) best = i;
  return best;
}
