import { describe, expect, it } from 'vitest';
import { planOf } from './plan.ts';
import type { Stack } from './shapes.ts';

const bare: Stack = {
  building: { id: 'b', name: '', name_en: '', address: '', levels: 18, levels_below: 2, rev: 1 },
  storeys: null,
  units: null,
  statuses: null,
};
const storey = (ordinal: number, label: string) => ({
  ordinal,
  label,
  kind: ordinal < 0 ? ('below' as const) : ('above' as const),
  base_m: ordinal * 3,
  height_m: 3,
});

describe('where the wizard begins', () => {
  it('takes what is known of a building without rooms', () => {
    expect(planOf(bare)).toMatchObject({
      floors: 18,
      below: 2,
      units: [{ code: '1', lift: true }],
      below_use: 'parking',
    });
  });
  it('takes what a building has, with the labels it leaves out', () => {
    const made = planOf({
      ...bare,
      storeys: [storey(3, '5'), storey(2, '3'), storey(1, '2'), storey(0, '1'), storey(-1, 'B1')],
      units: [{ id: 'u', code: '甲', ordinal: 1, lift: false, columns: 4, rooms: null }],
    });
    expect(made).toMatchObject({
      floors: 4,
      below: 1,
      rooms: 4,
      units: [{ code: '甲', lift: false }],
      skip: '4',
    });
  });
});
