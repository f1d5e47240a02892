import type { Room, Stack, Storey, Unit } from './shapes.ts';

/** A room where the table has it: its first row and column, and how many it covers. Counted from 0, the top left. */
export interface Cell {
  room: Room;
  unit: Unit;
  row: number;
  col: number;
  rows: number;
  cols: number;
}

export interface UnitColumns {
  unit: Unit;
  from: number;
  columns: number;
}

export interface Layout {
  storeys: Storey[];
  units: UnitColumns[];
  columns: number;
  /** What stands in each place of the table; null where there is no room. */
  slots: (Cell | null)[][];
  cells: Cell[];
}

/**
 * Lays the rooms of a building out as a table: a row for each storey, the top first, and for each unit as many
 * columns as it has rooms on a floor. A room that would lie on another, or outside the storeys, is moved to the next
 * free place of its unit: no room of the registry is ever left off the picture.
 */
export function layout(stack: Pick<Stack, 'storeys' | 'units'>): Layout {
  const storeys = [...(stack.storeys ?? [])].sort((a, b) => b.ordinal - a.ordinal);
  const rowOf = new Map(storeys.map((storey, row) => [storey.ordinal, row]));
  const slots: (Cell | null)[][] = storeys.map(() => []);
  const units: UnitColumns[] = [];
  const cells: Cell[] = [];
  const own = (stack.units ?? []).filter((unit) => !common(unit, stack.units));
  let from = 0;
  for (const unit of own) {
    const placed = placeUnit(unit, from, rowOf, slots);
    cells.push(...placed.cells);
    units.push({ unit, from, columns: placed.columns });
    from += placed.columns;
  }
  for (const unit of (stack.units ?? []).filter((one) => !own.includes(one))) {
    const room = widest(unit);
    const placed = placeUnit(room <= from ? spread(unit, from) : unit, 0, rowOf, slots);
    cells.push(...placed.cells);
    if (placed.columns > from) {
      units.push({ unit, from, columns: placed.columns - from });
      from = placed.columns;
    }
  }
  for (const row of slots) for (let col = 0; col < from; col++) row[col] ??= null;
  cells.sort((a, b) => a.row - b.row || a.col - b.col);
  return { storeys, units, columns: from, slots, cells };
}

/** What belongs to no unit lies under all of them: a garage, a shelter. In a house without units it is the house. */
function common(unit: Unit, units: Unit[] | null): boolean {
  const below = (unit.rooms ?? []).every((room) => room.storey_to < 0);
  return unit.code === '' && below && (units?.length ?? 0) > 1;
}

/** The most rooms a unit has on a storey. */
function widest(unit: Unit): number {
  const count = new Map<number, number>();
  for (const room of unit.rooms ?? []) count.set(room.storey_to, (count.get(room.storey_to) ?? 0) + 1);
  return Math.max(0, ...count.values());
}

/** The rooms of each storey over the whole width, in even shares. */
function spread(unit: Unit, columns: number): Unit {
  const rooms = (unit.rooms ?? []).map((room) => {
    const beside = (unit.rooms ?? [])
      .filter((one) => one.storey_to === room.storey_to)
      .sort((a, b) => a.col - b.col);
    const nth = beside.indexOf(room);
    const share = (i: number) => Math.floor((i * columns) / beside.length);
    return { ...room, col: share(nth) + 1, colspan: share(nth + 1) - share(nth) };
  });
  return { ...unit, columns, rooms };
}

function placeUnit(unit: Unit, from: number, rowOf: Map<number, number>, slots: (Cell | null)[][]) {
  const cells: Cell[] = [];
  let columns = Math.max(1, unit.columns);
  for (const room of unit.rooms ?? []) {
    const row = rowOf.get(room.storey_to) ?? rowOf.get(room.storey_from) ?? slots.length - 1;
    if (row < 0) continue; // a building without storeys has no table
    const below = rowOf.get(room.storey_from) ?? row;
    const cell: Cell = {
      room,
      unit,
      row,
      col: from + room.col - 1,
      rows: Math.max(1, below - row + 1),
      cols: Math.max(1, room.colspan),
    };
    while (covers(cell, slots)) cell.col++;
    for (let r = cell.row; r < cell.row + cell.rows; r++)
      for (let c = cell.col; c < cell.col + cell.cols; c++) (slots[r] as (Cell | null)[])[c] = cell;
    columns = Math.max(columns, cell.col + cell.cols - from);
    cells.push(cell);
  }
  return { cells, columns };
}

function covers(cell: Cell, slots: (Cell | null)[][]): boolean {
  for (let r = cell.row; r < cell.row + cell.rows; r++)
    for (let c = cell.col; c < cell.col + cell.cols; c++) if (slots[r]?.[c]) return true;
  return false;
}

/** What a row of the table has to draw, from left to right: the rooms that begin in it, and the places without one. */
export function drawn(of: Layout, row: number): (Cell | { hole: number; unit: UnitColumns })[] {
  const list: (Cell | { hole: number; unit: UnitColumns })[] = [];
  const slots = of.slots[row] ?? [];
  for (let col = 0; col < of.columns; col++) {
    const cell = slots[col];
    if (!cell) {
      const unit = of.units.find((one) => col >= one.from && col < one.from + one.columns);
      if (unit) list.push({ hole: col, unit });
    } else if (cell.row === row && cell.col === col) list.push(cell);
  }
  return list;
}

/** Only one unit of a building, for a narrow screen. */
export function oneUnit(stack: Stack, code: string): Stack {
  const units = (stack.units ?? []).filter((unit) => unit.code === code || unit.code === '');
  return units.some((unit) => unit.code === code) ? { ...stack, units } : stack;
}

/**
 * How large a room is drawn, in pixels, so that the whole table fits the window as far as it can still be read. On a
 * phone only the width must fit, and a finger must hit.
 */
export function fitted(
  of: Layout | null,
  window: { width: number; height: number },
  phone: boolean,
): { wide: number; high: number } {
  if (!of?.columns) return { wide: 48, high: 30 };
  const wide = (window.width - 56 - 8 * of.units.length) / of.columns - 2;
  const high = (window.height - 52) / Math.max(1, of.storeys.length) - 2;
  if (phone) return { wide: Math.max(44, Math.min(88, wide)), high: 34 };
  const across = Math.max(18, Math.min(76, wide));
  return { wide: across, high: Math.max(12, Math.min(across * 0.46 + 8, high)) };
}
