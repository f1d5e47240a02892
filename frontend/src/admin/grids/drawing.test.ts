import type { MultiPolygon, Position } from 'geojson';
import { describe, expect, it } from 'vitest';
import { boundsOf, cornersOf, nearest, onLattice, regionAt, snapped, stepBack } from './drawing.ts';
import type { Change, RegionFeature, RegionSet } from './shapes.ts';

const square = (x: number, y: number): MultiPolygon => {
  const ring: Position[] = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]; // biome-ignore format: a ring
  return { type: 'MultiPolygon', coordinates: [[ring]] };
};
const region = (
  code: string,
  x: number,
  y: number,
  change: Change | '' = '',
  name = code,
): RegionFeature => ({
  type: 'Feature',
  properties: { code, level: 'grid', name, name_en: '', change, origin: null },
  geometry: square(x, y),
});
const set = (...features: RegionFeature[]): RegionSet => ({ type: 'FeatureCollection', features });

describe('what is under a hand', () => {
  it('is the region that holds the point, and none that goes away', () => {
    const two = set(region('1', 0, 0, 'removed'), region('2', 0, 0, 'changed'), region('3', 1, 0));
    expect(regionAt(two, [0.5, 0.5])?.properties.code).toBe('2');
    expect(regionAt(two, [1.5, 0.5])?.properties.code).toBe('3');
    expect(regionAt(two, [5, 5])).toBeUndefined();
  });

  it('is the nearest corner, or the nearest border, within reach', () => {
    const two = [region('2', 0, 0), region('3', 1, 0)];
    expect(cornersOf(two)).toEqual([[0, 0], [1, 0], [1, 1], [0, 1], [2, 0], [2, 1]]); // biome-ignore format: points
    expect(nearest(two, [1.02, 0.97], 0.1).corner).toEqual([1, 1]);
    const { corner, edge } = nearest(two, [1.05, 0.5], 0.1);
    expect(corner).toBeNull();
    expect(edge).toEqual({ ends: [[1, 0], [1, 1]], at: [1, 0.5] }); // biome-ignore format: points
    expect(nearest(two, [0.5, 0.5], 0.1)).toEqual({ corner: null, edge: null });
    expect(nearest([region('1', 0, 0, 'removed')], [0, 0], 0.1).corner).toBeNull();
  });

  it('is drawn there, but not to the corner that is held, nor to its borders', () => {
    const two = [region('2', 0, 0), region('3', 1, 0)];
    expect(snapped(two, [1.02, 0.97], 0.1)).toEqual([1, 1]);
    expect(snapped(two, [1.05, 0.5], 0.1)).toEqual([1, 0.5]);
    expect(snapped(two, [1.02, 0.97], 0.1, [[1, 1]])).toEqual([1.02, 0.97]);
    expect(snapped([], [1.00000004, 2.00000006], 0.1)).toEqual([1, 2.0000001]);
    expect(onLattice([1.00000004, 2.00000006])).toEqual([1, 2.0000001]);
  });
});

describe('a step back', () => {
  it('restores what was in force, and draws again what was drawn', () => {
    const before = set(region('1', 0, 0), region('2', 1, 0, 'changed', 'old'), region('3', 2, 0, 'removed'));
    const now = set(
      region('1', 0, 0, 'removed'),
      region('2', 1, 1, 'changed', 'new'),
      region('3', 2, 0, 'removed'),
      region('4', 3, 0, 'new'),
    );
    expect(stepBack(now, before)).toEqual([
      { op: 'restore', code: '1' },
      { op: 'restore', code: '4' },
      { op: 'put', code: '2', name: 'old', name_en: '', geometry: square(1, 0) },
    ]);
    expect(stepBack(before, before)).toEqual([]);
    expect(stepBack(set(), set(region('3', 2, 0, 'removed')))).toEqual([{ op: 'remove', code: '3' }]);
    const nested = stepBack(
      set(),
      set(
        region('31', 2, 0, 'removed'),
        region('3', 2, 0, 'removed'),
        region('4', 0, 0, 'new'),
        region('41', 0, 0, 'new'),
      ),
    );
    expect(nested.map(({ op, code }) => `${op} ${code}`)).toEqual([
      'put 4',
      'put 41',
      'remove 31',
      'remove 3',
    ]);
  });
});

it('the box around things of any shape', () => {
  expect(boundsOf([region('1', 0, 0), region('2', 4, 2)])).toEqual([0, 0, 5, 3]);
  expect(boundsOf([{ geometry: { type: 'Point', coordinates: [1, 2] } }])).toEqual([1, 2, 1, 2]);
  expect(boundsOf([{ geometry: null }])).toBeNull();
});
