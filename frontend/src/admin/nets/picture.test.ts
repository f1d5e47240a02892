import { expect, it } from 'vitest';
import { boxOf, codesOf, pictureOf } from './picture.ts';
import type { Cells, Parting } from './shapes.ts';

const square = (x: number) => ({
  type: 'MultiPolygon' as const,
  coordinates: [
    [
      [
        [x, 0],
        [x + 1, 0],
        [x + 1, 2],
        [x, 0],
      ],
    ],
  ],
});
const cells: Cells = {
  type: 'FeatureCollection',
  features: [
    { type: 'Feature', properties: { code: 'PC-01', name: '一警区' }, geometry: square(0) },
    { type: 'Feature', properties: { code: 'PC-02', name: '' }, geometry: square(3) },
  ],
};
const parting = {
  type: 'Feature',
  id: '1',
  properties: { sort: 'gap', lon: 1, lat: 1 },
  geometry: square(1),
} as unknown as Parting;

it('shows cells under their own codes, and what is chosen above the rest', () => {
  const of = pictureOf(cells, [parting], null);
  expect(of.regions.features.map((one) => one.properties?.label)).toEqual(['一警区\nPC-01', 'PC-02']);
  expect(of.areas.features).toHaveLength(1);
  expect(of.found.features).toHaveLength(0);
  expect(pictureOf(cells, [parting], parting).found.features[0]?.properties?.weight).toBe('error');
});

it('finds the box around shapes', () => {
  expect(boxOf(cells.features)).toEqual([0, 0, 4, 2]);
  expect(boxOf([parting], 1)).toEqual([0, -1, 3, 3]);
  expect(boxOf([])).toBeNull();
});

it('names the first of many codes', () => {
  expect(codesOf(['A', 'B'])).toBe('A、B');
  expect(codesOf(['A', 'B', 'C', 'D'])).toBe('A、B、C …');
});
