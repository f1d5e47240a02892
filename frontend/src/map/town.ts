import type { Region } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';
import type { Bounds } from './view.ts';

/** The box around the cities of this map; null where none is known yet. */
export async function townBounds(): Promise<Bounds | null> {
  try {
    const { items } = await ask<{ items: Region[] | null }>('/api/v1/regions');
    return around((items ?? []).map((city) => city.bbox));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    return null;
  }
}

/** Degrees. Cities farther apart than this are not one picture: the map would show the sea between them. */
const apart = 8;

/** The box around the boxes; of cities far apart, around the first one and its neighbours. */
export function around(boxes: readonly (Bounds | null | undefined)[]): Bounds | null {
  const all = boxes.filter((box) => box?.length === 4) as Bounds[];
  const first = all[0];
  if (!first) return null;
  const known = all.filter(
    (box) => Math.abs(box[0] - first[0]) < apart && Math.abs(box[1] - first[1]) < apart,
  );
  return [
    Math.min(...known.map((box) => box[0])),
    Math.min(...known.map((box) => box[1])),
    Math.max(...known.map((box) => box[2])),
    Math.max(...known.map((box) => box[3])),
  ];
}
