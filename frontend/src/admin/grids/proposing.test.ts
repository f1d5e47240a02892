import type { MultiPolygon, Position } from 'geojson';
import { expect, it } from 'vitest';
import { pictureOf, sentence, waysOf } from './proposing.ts';
import type { FoundSet, Proposal, ProposalSet } from './shapes.ts';

const box = (x: number, width: number): MultiPolygon => {
  const ring: Position[] = [[x, 0], [x + width, 0], [x + width, 1], [x, 1], [x, 0]]; // biome-ignore format: a ring
  return { type: 'MultiPolygon', coordinates: [[ring]] };
};
const bent = (of: MultiPolygon, at: Position): MultiPolygon => ({
  type: 'MultiPolygon',
  coordinates: of.coordinates.map((poly) => poly.map((ring) => [...ring.slice(0, 2), at, ...ring.slice(2)])),
});
const give: Proposal = {
  type: 'Feature',
  id: 'x',
  geometry: box(1, 0.5),
  properties: {
    repair: 'give', choice: 1, mends: [3], codes: ['11', '12', '13'], gains: '11', area_m2: 0.02, moved_m: 0, text: '', parent: '1', set: 's', idle: false,
    changes: [{ code: '11', before: box(0, 1), after: box(0, 1.5) }, { code: '12', before: box(2, 1), after: bent(box(2, 1), [3, 0.5]) }, { code: '13', before: box(4, 1), after: null }],
  }, // biome-ignore format: a proposal
};

it('a proposal says what it does, with names', () => {
  expect(sentence(give, (code) => `甲${code}`)).toContain('甲11');
  expect(sentence(give, String)).toContain('< 0.1');
  const gone = { ...give, properties: { ...give.properties, repair: 'remove' as const } };
  expect(sentence(gone, String)).toMatch(/13$/);
});

it('who gains or loses ground is outlined, and what goes is not there afterwards', () => {
  const roles = (side: 'before' | 'after') =>
    pictureOf(give, side).features.map(({ properties }) => properties?.role);
  expect(roles('before')).toEqual(['before', 'before', 'what']);
  expect(roles('after')).toEqual(['after', 'what']);
});

it('ways are those for the very finding, the first choice first', () => {
  const first = { ...give, id: 'y', properties: { ...give.properties, choice: 0 } };
  const other = { ...give, id: 'z', properties: { ...give.properties, parent: '2' } };
  const all = { type: 'FeatureCollection', features: [give, other, first] } as ProposalSet;
  const found = (parent: string, number: number) =>
    ({ properties: { parent, number } }) as FoundSet['features'][number];
  expect(waysOf(found('1', 3), all).map(({ id }) => id)).toEqual(['y', 'x']);
  expect(waysOf(found('1', 4), all)).toEqual([]);
  expect(waysOf(found('1', -1), all)).toEqual([]);
  expect(waysOf(found('1', 3), null)).toEqual([]);
});
