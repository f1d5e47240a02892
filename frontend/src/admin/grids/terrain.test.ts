import type { FeatureCollection } from 'geojson';
import { describe, expect, it } from 'vitest';
import { Terrain } from './terrain.ts';

const set: FeatureCollection = {
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { kind: 'roads' },
      geometry: {
        type: 'LineString',
        coordinates: [
          [113, 23],
          [113.001, 23],
        ],
      },
    },
    {
      type: 'Feature',
      properties: { kind: 'buildings' },
      geometry: {
        type: 'MultiPolygon',
        coordinates: [
          [
            [
              [113, 23],
              [113.001, 23],
              [113, 23.001],
              [113, 23],
            ],
          ],
        ],
      },
    },
  ],
};

describe('what lies around a hand', () => {
  it('is read once for a square, around its middle', async () => {
    const asked: [number, number][] = [];
    const terrain = new Terrain(async (...at) => {
      asked.push(at);
      return set;
    });
    expect(terrain.near([113.0011, 23.0011])).toBeNull();
    await Promise.all([terrain.ready([113.0011, 23.0011]), terrain.ready([113.0012, 23.0012])]);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.[0]).toBeCloseTo(113.002, 9);
    expect(asked[0]?.[1]).toBeCloseTo(23.002, 9);
    expect(terrain.near([113.0012, 23.0012])?.map(({ kind, line }) => [kind, line.length])).toEqual([
      ['roads', 2],
      ['buildings', 4],
    ]);
    expect(terrain.near([113.0051, 23])).toBeNull();
  });

  it('is asked for again when it could not be read', async () => {
    let turn = 0;
    const terrain = new Terrain(() => (turn++ ? Promise.resolve(set) : Promise.reject(new Error('away'))));
    await terrain.ready([113, 23]);
    expect(terrain.near([113, 23])).toBeNull();
    await terrain.ready([113, 23]);
    expect(terrain.near([113, 23])).toHaveLength(2);
  });
});
