import type { components } from '../../api/schema.gen.ts';

type S = components['schemas'];

/** What the wizard sends: a building is described in a few lines, and the server makes rooms of it. */
export type Recipe = S['BuildingPlan'];
export type Exception = S['BuildingException'];

/** An exception as it is typed; empty fields say nothing. */
export interface Typed {
  unit: string;
  floors: string;
  rooms: string;
  skip: string;
  merge: string;
  cols: string;
  use: string;
  storey_to: string;
}

export const blank: Typed = {
  unit: '',
  floors: '',
  rooms: '',
  skip: '',
  merge: '',
  cols: '',
  use: '',
  storey_to: '',
};

export type Fault = 'floors' | 'rooms' | 'skip' | 'merge' | 'cols' | 'empty';

/** Reads a typed exception, or says which field cannot be read. Full-width commas and dashes are taken as well. */
export function readException(typed: Typed): Exception | { fault: Fault } {
  const floors = plain(typed.floors);
  if (!/^[0-9A-Za-z]+(-[0-9A-Za-z]+)?(,[0-9A-Za-z]+(-[0-9A-Za-z]+)?)*$/.test(floors))
    return { fault: 'floors' };
  const out: Exception = { floors };
  if (typed.unit) out.unit = typed.unit;
  if (typed.rooms.trim()) {
    const rooms = Number(typed.rooms);
    if (!Number.isInteger(rooms) || rooms < 0 || rooms > 50) return { fault: 'rooms' };
    out.rooms = rooms;
  }
  const skip = numbers(typed.skip);
  if (!skip) return { fault: 'skip' };
  if (skip.length) out.skip = skip;
  const merge = pairs(typed.merge);
  if (!merge) return { fault: 'merge' };
  if (merge.length) out.merge = merge;
  const cols = numbers(typed.cols);
  if (!cols) return { fault: 'cols' };
  if (cols.length) out.cols = cols;
  if (typed.use) out.use = typed.use;
  const to = plain(typed.storey_to);
  if (to) out.storey_to = to;
  const says = out.rooms !== undefined || out.skip || out.merge || out.use || out.storey_to;
  return says ? out : { fault: 'empty' };
}

/** Labels that no storey has: "4，13 14" is 4, 13, 14. */
export function readLabels(text: string): string[] {
  return [
    ...new Set(
      plain(text, ' ')
        .split(/[,\s]+/)
        .filter(Boolean),
    ),
  ];
}

function numbers(text: string): number[] | null {
  const parts = plain(text).split(',').filter(Boolean);
  const list = parts.map(Number);
  return list.every((n) => Number.isInteger(n) && n >= 1 && n <= 50) ? list : null;
}

function pairs(text: string): [number, number][] | null {
  const list: [number, number][] = [];
  for (const part of plain(text).split(',').filter(Boolean)) {
    const [from, to] = part.split('-').map(Number);
    if (!from || !to || !Number.isInteger(from) || !Number.isInteger(to) || to <= from || to > 50)
      return null;
    list.push([from, to]);
  }
  return list;
}

function plain(text: string, space = ''): string {
  return text
    .normalize('NFKC')
    .replace(/[、;]/g, ',')
    .replace(/[－–—~～至]/g, '-')
    .replace(/\s+/g, space)
    .replace(/^,+|,+$/g, '');
}
