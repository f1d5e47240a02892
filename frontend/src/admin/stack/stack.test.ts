import { describe, expect, it } from 'vitest';
import { drawn, fitted, layout, oneUnit } from './layout.ts';
import type { Room, Stack, Storey } from './shapes.ts';
import { type Spot, stepOf, walk } from './walk.ts';

const storey = (ordinal: number): Storey => ({
  ordinal,
  label: ordinal < 0 ? `B${-ordinal}` : String(ordinal + 1),
  kind: ordinal < 0 ? 'below' : ordinal ? 'above' : 'ground',
  base_m: ordinal * 3,
  height_m: 3,
});
const room = (code: string, from: number, col: number, more: Partial<Room> = {}): Room => ({
  id: code,
  code,
  storey_from: from,
  storey_to: from,
  col,
  colspan: 1,
  use: 'dwelling',
  tenure: '',
  area_m2: null,
  status: 'vacant',
  ...more,
});

/*
 *  3 | 301 302  .   | 301
 *  2 | [ 201  ] 203 | 301 (duplex, 2 to 3)
 *  1 | 101  .   103 | 101
 * ---------------------------
 * B1 |  .   .    .  | P1
 */
const house: Stack = {
  building: { id: 'b', name: '1号楼', name_en: '', address: '', levels: 3, levels_below: 1, rev: 1 },
  storeys: [-1, 0, 1, 2].map(storey),
  units: [
    {
      id: 'u1',
      code: '1单元',
      ordinal: 1,
      lift: true,
      columns: 3,
      rooms: [
        room('101', 0, 1),
        room('103', 0, 3),
        room('201', 1, 1, { colspan: 2 }),
        room('203', 1, 3),
        room('301', 2, 1),
        room('302', 2, 2),
      ],
    },
    {
      id: 'u2',
      code: '2单元',
      ordinal: 2,
      lift: false,
      columns: 1,
      rooms: [room('D', 1, 1, { storey_to: 2 }), room('E', 0, 1), room('P1', -1, 1)],
    },
  ],
  statuses: [],
};

const codes = (row: number) =>
  drawn(layout(house), row).map((one) => ('room' in one ? `${one.room.code}:${one.rows}x${one.cols}` : '.'));

describe('the table of a stack', () => {
  it('has the top storey first and the basement last', () => {
    expect(layout(house).storeys.map((one) => one.label)).toEqual(['3', '2', '1', 'B1']);
  });
  it('draws merged rooms once, over their columns and storeys', () => {
    expect(codes(0)).toEqual(['301:1x1', '302:1x1', '.', 'D:2x1']);
    expect(codes(1)).toEqual(['201:1x2', '203:1x1']);
    expect(codes(2)).toEqual(['101:1x1', '.', '103:1x1', 'E:1x1']);
    expect(codes(3)).toEqual(['.', '.', '.', 'P1:1x1']);
  });
  it('fills every row exactly', () => {
    const of = layout(house);
    for (const row of of.slots) expect(row).toHaveLength(4);
    const covered = of.cells.reduce((sum, cell) => sum + cell.rows * cell.cols, 0);
    const empty = of.slots.flat().filter((slot) => !slot).length;
    expect(covered + empty).toBe(4 * 4);
  });
  it('never loses a room that lies on another or outside the storeys', () => {
    const crowd: Stack = {
      ...house,
      units: [
        {
          id: 'u',
          code: '1',
          ordinal: 1,
          lift: false,
          columns: 1,
          rooms: [room('a', 0, 1), room('b', 0, 1), room('c', 9, 1)],
        },
      ],
    };
    const of = layout(crowd);
    expect(of.cells.map((cell) => cell.room.code).sort()).toEqual(['a', 'b', 'c']);
    expect(of.columns).toBe(2);
  });
  it('lays what belongs to no unit under all units', () => {
    const garage = {
      id: '',
      code: '',
      ordinal: 0,
      lift: false,
      columns: 1,
      rooms: [room('B101', -1, 1, { use: 'parking' }), room('B102', -1, 2, { use: 'civil_defence' })],
    };
    const units = [
      ...(house.units ?? []).map((unit) => ({
        ...unit,
        rooms: unit.rooms?.filter((one) => one.code !== 'P1') ?? [],
      })),
      garage,
    ];
    const of = layout({ ...house, units });
    expect(of.columns).toBe(4);
    expect(of.units).toHaveLength(2);
    expect(
      of.cells.filter((cell) => cell.row === 3).map((cell) => [cell.room.code, cell.col, cell.cols]),
    ).toEqual([
      ['B101', 0, 2],
      ['B102', 2, 2],
    ]);
    expect(layout({ ...house, units: [garage] }).columns).toBe(2);
  });
  it('is empty for a building without storeys, and for one without units', () => {
    expect(layout({ storeys: null, units: house.units }).cells).toEqual([]);
    expect(layout({ storeys: house.storeys, units: null }).columns).toBe(0);
  });
  it('can show one unit alone', () => {
    expect(layout(oneUnit(house, '2单元')).columns).toBe(1);
    expect(oneUnit(house, '9单元')).toBe(house);
  });
});

describe('the size of a room', () => {
  const tower = layout({
    storeys: Array.from({ length: 34 }, (_, i) => storey(i)),
    units: Array.from({ length: 4 }, (_, u) => ({
      id: `u${u}`,
      code: String(u + 1),
      ordinal: u + 1,
      lift: true,
      columns: 6,
      rooms: Array.from({ length: 34 * 6 }, (_, i) => room(`${u} ${i}`, Math.floor(i / 6), (i % 6) + 1)),
    })),
  });
  it('lets 34 storeys of 4 units of 6 rooms fit a desk', () => {
    const { wide, high } = fitted(tower, { width: 950, height: 620 }, false);
    expect((wide + 2) * 24 + 8 * 4 + 56).toBeLessThanOrEqual(950);
    expect((high + 2) * 34 + 52).toBeLessThanOrEqual(620);
    expect(wide).toBeGreaterThan(32);
  });
  it('stays readable where nothing fits, and large enough for a finger', () => {
    expect(fitted(tower, { width: 300, height: 200 }, false)).toEqual({ wide: 18, high: 12 });
    expect(fitted(tower, { width: 360, height: 500 }, true)).toEqual({ wide: 44, high: 34 });
    expect(fitted(null, { width: 0, height: 0 }, false).wide).toBeGreaterThan(0);
  });
});

describe('walking through the stack', () => {
  const of = layout(house);
  const at = ({ row, col }: Spot) => of.slots[row]?.[col]?.room.code;
  const go = (from: Spot, ...keys: string[]) =>
    keys.reduce((spot, key) => {
      const step = stepOf(key.replace('^', ''), key.startsWith('^'));
      return step ? walk(of, spot, step) : spot;
    }, from);

  it('steps over merged rooms whole, and over holes', () => {
    expect(at(go({ row: 1, col: 0 }, 'ArrowRight'))).toBe('203');
    expect(at(go({ row: 1, col: 2 }, 'ArrowLeft'))).toBe('201');
    expect(at(go({ row: 2, col: 0 }, 'ArrowRight'))).toBe('103');
    expect(at(go({ row: 0, col: 1 }, 'ArrowRight'))).toBe('D');
  });
  it('keeps its lane through a wide room', () => {
    expect(at(go({ row: 0, col: 1 }, 'ArrowDown'))).toBe('201');
    expect(at(go({ row: 0, col: 1 }, 'ArrowDown', 'ArrowUp'))).toBe('302');
  });
  it('leaves a duplex by its far end', () => {
    expect(at(go({ row: 0, col: 3 }, 'ArrowDown'))).toBe('E');
    expect(at(go({ row: 2, col: 3 }, 'ArrowUp'))).toBe('D');
  });
  it('goes storey by storey where nothing lies straight below', () => {
    expect(at(go({ row: 2, col: 0 }, 'ArrowDown'))).toBe('101');
    expect(at(go({ row: 2, col: 0 }, 'PageDown'))).toBe('P1');
    expect(at(go({ row: 3, col: 3 }, 'PageUp'))).toBe('E');
  });
  it('knows the ends of a storey and of the building', () => {
    expect(at(go({ row: 2, col: 2 }, 'Home'))).toBe('101');
    expect(at(go({ row: 0, col: 0 }, 'End'))).toBe('D');
    expect(at(go({ row: 1, col: 0 }, '^Home'))).toBe('301');
    expect(at(go({ row: 1, col: 0 }, '^End'))).toBe('P1');
  });
  it('stays where nothing lies further on', () => {
    expect(go({ row: 0, col: 0 }, 'ArrowLeft', 'ArrowUp')).toEqual({ row: 0, col: 0 });
    expect(stepOf('a', false)).toBeNull();
  });
});
