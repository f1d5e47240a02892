import { describe, expect, it } from 'vitest';
import { fieldsOf, guessKind, missing, originOf, unused, withOrigin, withValue, wordsOf } from './mapping.ts';
import type { FieldOf, ImportKind, Mapping } from './shapes.ts';

const field = (name: string, more: Partial<FieldOf> = {}): FieldOf => ({
  name,
  title: name,
  title_en: name,
  type: 'text',
  required: false,
  help: '',
  help_en: '',
  values: null,
  ...more,
});
const bins = field('kind', {
  required: true,
  values: [
    { value: 'waste_basket', title: '果皮箱', title_en: 'Litter bin' },
    { value: 'bench', title: '座椅', title_en: 'Bench' },
  ],
});
const kind: ImportKind = {
  kind: 'facilities',
  title: '公共设施',
  title_en: 'Facilities',
  geometry: 'point',
  fields: [field('ref', { required: true }), bins, field('name'), field('lon'), field('lat')],
};
const columns = [
  { name: 'id', samples: ['1', '2'] },
  { name: 'typ', samples: ['Abfallhai', '座椅', 'Bench', ''] },
  { name: 'rest', samples: null },
];
const empty: Mapping = { kind: 'facilities', source: 'z' };

describe('where a field comes from', () => {
  it('is a column, a constant or nothing, and only one of them', () => {
    const column = withOrigin(empty, 'ref', { from: 'column', column: 'id' });
    expect(originOf(column, 'ref')).toEqual({ from: 'column', column: 'id' });
    const constant = withOrigin(column, 'ref', { from: 'constant', value: '7' });
    expect(constant.columns).toEqual({});
    expect(originOf(constant, 'ref')).toEqual({ from: 'constant', value: '7' });
    expect(originOf(withOrigin(constant, 'ref', { from: 'nothing' }), 'ref')).toEqual({ from: 'nothing' });
  });
  it('may be an empty constant while it is being typed', () => {
    expect(originOf(withOrigin(empty, 'name', { from: 'constant', value: '' }), 'name').from).toBe(
      'constant',
    );
  });
  it('may be put together from several columns', () => {
    const joined = withOrigin(empty, 'name', { from: 'pattern', pattern: '{typ} {id}' });
    expect(originOf(joined, 'name')).toEqual({ from: 'pattern', pattern: '{typ} {id}' });
    expect(unused(columns, joined)).toEqual(['rest']);
    expect(originOf(withOrigin(empty, 'name', { from: 'pattern', pattern: '' }), 'name').from).toBe(
      'pattern',
    );
  });
  it('leaves the mapping it began with as it was', () => {
    withOrigin(empty, 'ref', { from: 'column', column: 'id' });
    expect(empty).toEqual({ kind: 'facilities', source: 'z' });
  });
});

describe('what is open', () => {
  it('names required fields without a value, unless a default stands in', () => {
    const names = (mapping: Mapping) => missing(kind, mapping).map((one) => one.name);
    expect(names(empty)).toEqual(['ref', 'kind']);
    expect(names({ ...empty, columns: { ref: 'id' }, defaults: { kind: 'bench' } })).toEqual([]);
    expect(missing(undefined, empty)).toEqual([]);
  });
  it('names columns that go nowhere', () => {
    expect(unused(columns, { ...empty, columns: { ref: 'id' } })).toEqual(['typ', 'rest']);
    expect(unused(null, empty)).toEqual([]);
  });
});

describe('words of theirs', () => {
  const mapping: Mapping = { ...empty, columns: { kind: 'typ' } };
  it('are known by ours in either language, else open', () => {
    expect([...wordsOf(bins, columns, mapping)]).toEqual([
      ['Abfallhai', ''],
      ['座椅', 'bench'],
      ['Bench', 'bench'],
    ]);
  });
  it('are settled by the mapping, and can be let go', () => {
    const settled = withValue(mapping, 'kind', 'Abfallhai', 'waste_basket');
    expect(wordsOf(bins, columns, settled).get('Abfallhai')).toBe('waste_basket');
    expect(withValue(settled, 'kind', 'Abfallhai', '').values).toEqual({});
  });
});

it('a place may be given as x and y', () => {
  expect(fieldsOf(kind).map((one) => one.name)).toEqual(['ref', 'kind', 'name', 'lon', 'lat', 'x', 'y']);
  expect(fieldsOf({ ...kind, fields: [field('ref')] })).toHaveLength(1);
});

it.each([
  ['2025年常住人口.xlsx', 'people'],
  ['翠竹社区楼栋.csv', 'buildings'],
  ['zueriwieneu_2024.csv', 'cases'],
  ['Abfallbehaelter.geojson', 'facilities'],
  ['stadtkreise.shp.zip', 'regions'],
  ['企业名录.csv', 'organisations'],
  ['x.csv', ''],
])('a file called %s is taken for %s', (name, guess) => {
  expect(guessKind(name)).toBe(guess);
});
