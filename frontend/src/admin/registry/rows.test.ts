import { describe, expect, it } from 'vitest';
import { changes, rowOf, rowsOf } from './rows.ts';
import { boxOf, pointOf } from './where.ts';

const feature = {
  geometry: { type: 'Point' as const, coordinates: [113.1, 23.2] },
  properties: { id: 'u1', code: '7K3M9Q2W', name: '果皮箱' },
};

describe('rows of the registry', () => {
  it('come from a list and from a map alike', () => {
    expect(rowsOf({ items: [{ id: 'a', name: 'x' }] }, 'id')).toEqual([{ id: 'a', name: 'x' }]);
    expect(rowsOf({ features: [feature] }, 'code')).toMatchObject([{ id: '7K3M9Q2W', name: '果皮箱' }]);
    expect(rowsOf({ items: null }, 'id')).toEqual([]);
  });
  it('know where they lie', () => {
    expect(pointOf({ lon: 113, lat: 23 })).toEqual([113, 23]);
    expect(pointOf(rowOf(feature, 'code'))).toEqual([113.1, 23.2]);
    expect(pointOf({ lon: null, lat: null })).toBeNull();
    const ring = [
      [
        [0, 0],
        [2, 0],
        [2, 4],
        [0, 0],
      ],
    ];
    expect(pointOf({ geometry: { type: 'Polygon', coordinates: ring } })).toEqual([1, 2]);
    expect(boxOf({ type: 'MultiPolygon', coordinates: [ring] })).toEqual([0, 0, 2, 4]);
  });
});

describe('what a form sends', () => {
  const before = { name: '长者饭堂', capacity: 40, opened_on: '2020-01-01', phone: null, head: false };
  const types = { capacity: 'number', opened_on: 'date', head: 'yes' } as const;

  it('is only what was changed', () => {
    const same = { name: '长者饭堂', capacity: '40', opened_on: '2020-01-01', phone: '', head: 'false' };
    expect(changes(before, same, types)).toEqual({});
    expect(changes(before, { ...same, capacity: '55', name: ' 食堂 ', head: 'true' }, types)).toEqual({
      capacity: 55,
      name: '食堂',
      head: true,
    });
  });
  it('tells an emptied number and date from an emptied text', () => {
    expect(changes(before, { name: '', capacity: '', opened_on: '' }, types)).toEqual({
      name: '',
      capacity: null,
      opened_on: null,
    });
  });
});
