import type { MultiPolygon, Position } from 'geojson';
import { describe, expect, it } from 'vitest';
import { boundsOf, cornersOf, nearest, onLattice, regionAt, snapped, stepBack } from './drawing.ts';
import type { Change, RegionFeature, RegionSet } from './shapes.ts';
import type { Trace } from './terrain.ts';

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
    expect(snapped(two, [], [1.02, 0.97], 0.1)).toMatchObject({ to: [1, 1], on: 'grids', corner: true });
    expect(snapped(two, [], [1.05, 0.5], 0.1)).toMatchObject({ to: [1, 0.5], on: 'grids', corner: false });
    expect(snapped(two, [], [1.02, 0.97], 0.1, [[1, 1]])).toMatchObject({ to: [1.02, 0.97], on: null });
    expect(snapped([], [], [1.00000004, 2.00000006], 0.1).to).toEqual([1, 2.0000001]);
    expect(onLattice([1.00000004, 2.00000006])).toEqual([1, 2.0000001]);
  });
});

describe('what borders may follow', () => {
  // Metres east and north of a place on the equator.
  const m = (x: number, y: number): Position => [x / 111_320, y / 111_320];
  const reach = 12 / 111_320;
  const road: Trace = { kind: 'roads', line: [m(-500, 20), m(0.00001, 20.00003), m(500, 80)] };
  const house: Trace = { kind: 'buildings', line: [m(0, 0), m(30, 0), m(30, 10), m(0, 10), m(0, 0)] };

  it('draws a hand to the middle of a road, along it and where it bends, on the lattice', () => {
    const { to, on, line } = snapped([], [house, road], m(-200, 26), reach);
    expect(on).toBe('roads');
    expect(line).toBe(road.line);
    expect(to).toEqual(onLattice(m(-200, 20.00002)));
    expect(snapped([], [road], m(0, 15), reach).to).toEqual(onLattice(m(0.00001, 20.00003)));
  });

  it('draws it to the corner of a building before its walls and roads, and to the nearest of those', () => {
    expect(snapped([], [road, house], m(33, -3), reach)).toMatchObject({
      to: onLattice(m(30, 0)),
      on: 'buildings',
      corner: true,
    });
    expect(snapped([], [house, road], m(15, 13), reach)).toMatchObject({
      to: onLattice(m(15, 10)),
      corner: false,
    });
    expect(snapped([], [road, house], m(15, 18), reach).on).toBe('roads');
  });

  it('leaves corners of regions first, and their borders where those are as near', () => {
    const grid = region('1', 0, 0);
    expect(snapped([grid], [house], m(0.5, 0.5), reach)).toMatchObject({
      to: [0, 0],
      on: 'grids',
      corner: true,
    });
    const wall: Trace = { kind: 'walls', line: [m(200, 0), m(400, 0)] };
    expect(snapped([grid], [wall], m(300, 4), reach)).toMatchObject({
      to: onLattice(m(300, 0)),
      on: 'grids',
    });
  });

  it('leaves a hand alone where nothing is near, however far one has gone away from the map', () => {
    expect(snapped([], [road, house], m(-200, 60), 1)).toMatchObject({
      to: onLattice(m(-200, 60)),
      on: null,
      line: [],
    });
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
