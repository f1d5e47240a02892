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

export function around(boxes: readonly (Bounds | null | undefined)[]): Bounds | null {
  const known = boxes.filter((box) => box?.length === 4) as Bounds[];
  if (!known.length) return null;
  return [
    Math.min(...known.map((box) => box[0])),
    Math.min(...known.map((box) => box[1])),
    Math.max(...known.map((box) => box[2])),
    Math.max(...known.map((box) => box[3])),
  ];
}
