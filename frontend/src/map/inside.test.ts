import type { Polygon, Position } from 'geojson';
import { expect, it } from 'vitest';
import { inside } from './inside.ts';
import { redrawSources } from './redraw.ts';

const polygon = (...rings: Position[][]): Polygon => ({ type: 'Polygon', coordinates: rings });
const square = (x: number, y: number, side: number): Position[] => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]; // biome-ignore format: a ring

it('a name stands in the ground it is of', () => {
  expect(inside(polygon(square(0, 0, 4)))).toEqual([2, 2]);
  // A horseshoe: its middle is outside.
  const horseshoe: Position[] = [[0, 0], [9, 0], [9, 6], [6, 6], [6, 2], [2, 2], [2, 6], [0, 6], [0, 0]]; // biome-ignore format: a ring
  expect(inside(polygon(horseshoe))).toEqual([7.5, 3]);
  // Beside a hole in the middle.
  expect(inside(polygon(square(0, 0, 10), square(3, 3, 4)))).toEqual([1.5, 5]);
  // In the largest of its parts.
  expect(inside({ type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(8, 8, 2)]] })).toEqual([
    9, 9,
  ]);
  expect(inside(polygon(square(1, 1, 0)))).toBeNull();
  expect(inside({ type: 'Point', coordinates: [1, 1] })).toBeNull();
});

it('a region has one name on the map, in the language of the page', () => {
  const properties = { code: '990101001002003', name: '河畔03网格', name_en: 'Hepan Grid 03', change: '' };
  const none = { type: 'FeatureCollection' as const, features: [] };
  const regions = {
    ...none,
    features: [{ type: 'Feature' as const, properties, geometry: polygon(square(0, 0, 4)) }],
  };
  const label = (lang: 'zh' | 'en') => {
    const source = redrawSources({ regions, areas: none, found: none, chosen: [], sketch: [] }, lang);
    return source['redraw-names']?.data;
  };
  expect(label('zh')).toMatchObject({ features: [{ properties: { label: '河畔03网格\n003' } }] });
  expect(label('en')).toMatchObject({
    features: [{ geometry: { coordinates: [2, 2] }, properties: { label: 'Hepan Grid 03\n003' } }],
  });
});
