import type { Position } from 'geojson';
import { describe, expect, it } from 'vitest';
import { placeOf } from './lattice.ts';
import type { RegionFeature, RegionSet } from './shapes.ts';
import { type Deed, editOf, Ground } from './shaping.ts';

/** Nodes of the lattice as degrees. */
const at = (x: number, y: number): Position => placeOf({ x, y });
const region = (code: string, ...ring: [number, number][]): RegionFeature => ({
  type: 'Feature',
  properties: { code, level: 'grid', name: code, name_en: '', change: '', origin: null },
  geometry: {
    type: 'MultiPolygon',
    coordinates: [[[...ring, ring[0] as [number, number]].map(([x, y]) => at(x, y))]],
  },
});
const square = (code: string, x: number, y: number, size = 10): RegionFeature =>
  region(code, [x, y], [x + size, y], [x + size, y + size], [x, y + size]);
const set = (...features: RegionFeature[]): RegionSet => ({ type: 'FeatureCollection', features });
/** Nine squares of ten units, and what they lie in. */
const nine = set(
  ...Array.from({ length: 9 }, (_, i) => square(String(i), (i % 3) * 10, Math.floor(i / 3) * 10)),
);
const whole = square('w', 0, 0, 30);
const wrongs = (ground: Ground, deed: Deed) =>
  [...new Set(ground.after(deed).troubles.map(({ wrong }) => wrong))].toSorted();

describe('a corner that moves', () => {
  it('is sound exactly where it stays inside of the four regions around it', () => {
    const ground = new Ground(nine, whole, false);
    for (let x = -4; x <= 34; x++)
      for (let y = -4; y <= 34; y++) {
        const { shapes, troubles } = ground.after({ do: 'move', from: at(10, 10), to: at(x, y) });
        // Onto the corner at the other end of an edge, the two become one.
        const joins = [x, y].includes(10) && [0, 20].includes(x === 10 ? y : x);
        const sound = joins || (x > 0 && x < 20 && y > 0 && y < 20);
        expect(troubles.length === 0, `${x},${y}: ${JSON.stringify(troubles)}`).toBe(sound);
        expect(shapes).toHaveLength(4);
      }
  });

  it('leaves the parent, or a gap at its border, unless that follows', () => {
    const out: Deed = { do: 'move', from: at(30, 10), to: at(33, 10) };
    const into: Deed = { do: 'move', from: at(30, 10), to: at(27, 10) };
    const fixed = new Ground(nine, whole, false);
    expect(wrongs(fixed, out)).toEqual(['leaves_parent']);
    expect(wrongs(fixed, into)).toEqual(['leaves_gap']);
    expect(wrongs(fixed, { do: 'move', from: at(30, 10), to: at(30, 12) })).toEqual([]);
    const corners = region('w', [0, 0], [30, 0], [30, 10], [30, 20], [30, 30], [0, 30]);
    const following = new Ground(nine, corners, true);
    expect(wrongs(following, out)).toEqual([]);
    expect(wrongs(following, into)).toEqual([]);
  });

  it('takes ground of, or leaves it to, a neighbour that lacks the corner', () => {
    const ground = new Ground(
      set(region('a', [0, 0], [10, 0], [10, 5], [10, 10], [0, 10]), square('b', 10, 0)),
      null,
      false,
    );
    expect(ground.after({ do: 'move', from: at(10, 5), to: at(13, 5) }).troubles).toEqual([
      { wrong: 'overlaps', codes: ['a', 'b'] },
    ]);
    expect(ground.after({ do: 'move', from: at(10, 5), to: at(8, 5) }).troubles).toEqual([
      { wrong: 'leaves_gap', codes: ['a', 'b'] },
    ]);
    expect(ground.after({ do: 'move', from: at(10, 5), to: at(10, 6) }).troubles).toEqual([]);
    expect(ground.after({ do: 'straighten', from: at(10, 5) }).troubles).toEqual([]);
  });

  it('turns a triangle over when it passes the side opposite', () => {
    const ground = new Ground(set(region('a', [0, 0], [10, 0], [5, 5])), null, false);
    expect(wrongs(ground, { do: 'move', from: at(5, 5), to: at(5, -5) })).toEqual(['turned_over']);
    expect(wrongs(ground, { do: 'move', from: at(5, 5), to: at(5, 0) })).toEqual([
      'crosses_itself',
      'turned_over',
    ]);
  });
});

it('a border bends for both neighbours, and straightens again', () => {
  const ground = new Ground(nine, whole, false);
  const bent = ground.after({ do: 'bend', ends: [at(10, 10), at(10, 20)], to: at(13, 15) });
  expect(bent.shapes.map(({ properties }) => properties.code)).toEqual(['3', '4']);
  expect(bent.troubles).toEqual([]);
  expect(wrongs(ground, { do: 'bend', ends: [at(10, 20), at(10, 10)], to: at(23, 15) })).toEqual([
    'crosses_itself',
    'overlaps',
  ]);
  expect(wrongs(ground, { do: 'bend', ends: [at(30, 10), at(30, 20)], to: at(28, 15) })).toEqual([
    'leaves_gap',
  ]);
  expect(ground.after({ do: 'straighten', from: at(10, 10) }).troubles.length).toBe(0);
});

it('what is drawn freely is told what it lies on', () => {
  const ground = new Ground(set(...nine.features.slice(1)), whole, false);
  const ring = (...points: [number, number][]): Deed => ({
    do: 'draw',
    ring: points.map(([x, y]) => at(x, y)),
  });
  expect(wrongs(ground, ring([0, 0], [10, 0], [10, 10], [0, 10]))).toEqual([]);
  expect(wrongs(ground, ring([0, 0], [12, 0], [10, 10], [0, 10]))).toEqual(['overlaps']);
  expect(wrongs(ground, ring([-2, -2], [10, 0], [10, 10], [0, 10]))).toEqual(['leaves_parent']);
  expect(wrongs(ground, ring([0, 0], [10, 10], [10, 0], [0, 10]))).toEqual(['crosses_itself', 'turned_over']);
  expect(wrongs(ground, ring([0, 0], [10, 0]))).toEqual([]);
});

it('the edit of a deed is what the server takes', () => {
  expect(editOf({ do: 'straighten', from: [1, 2] }, '9')).toEqual({ op: 'straighten', from: [1, 2] });
  expect(editOf({ do: 'bend', ends: [[0, 0], [2, 2]], to: [1, 2] }, '9').geometry?.coordinates).toEqual([[0, 0], [1, 2], [2, 2]]); // biome-ignore format: points
  expect(editOf({ do: 'draw', ring: [[0, 0], [1, 0], [0, 1]] }, '9')).toMatchObject({ op: 'put', parent: '9', geometry: { coordinates: [[[0, 0], [1, 0], [0, 1], [0, 0]]] } }); // biome-ignore format: points
});

it('a region of ten thousand corners answers while a hand moves', () => {
  const ring = Array.from({ length: 10_000 }, (_, i): [number, number] => {
    const angle = (i / 5000) * Math.PI;
    return [Math.round(1e6 * Math.cos(angle)), Math.round(1e6 * Math.sin(angle))];
  });
  const ground = new Ground(set(region('round', ...ring)), null, false);
  const from = at(...(ring[2500] as [number, number]));
  const began = performance.now();
  for (let i = 1; i <= 5; i++)
    expect(ground.after({ do: 'move', from, to: at(0, 1e6 + i) }).troubles).toEqual([]);
  expect(ground.after({ do: 'move', from, to: at(0, -2e6) }).troubles).toEqual([
    { wrong: 'crosses_itself', codes: ['round'] },
  ]);
  expect((performance.now() - began) / 6).toBeLessThan(250);
});
