import type { Typed } from './exceptions.ts';
import type { Stack } from './shapes.ts';

export interface Form {
  floors: number;
  below: number;
  rooms: number;
  units: { code: string; lift: boolean }[];
  pattern: string;
  skip: string;
  ground_use: string;
  below_use: string;
  exceptions: Typed[];
}

/** The form as it begins: what the building has already, else what most houses have. */
export function planOf(stack: Stack): Form {
  const storeys = stack.storeys ?? [];
  const units = stack.units ?? [];
  const above = storeys.filter((one) => one.ordinal >= 0).length;
  const below = storeys.filter((one) => one.ordinal < 0).length;
  return {
    floors: above || stack.building.levels || 6,
    below: below || stack.building.levels_below || 0,
    rooms: Math.max(1, ...units.map((unit) => unit.columns)) || 2,
    units: storeys.length
      ? units.filter((unit) => unit.code).map(({ code, lift }) => ({ code, lift }))
      : [{ code: '1', lift: (stack.building.levels ?? 0) > 6 }],
    pattern: '{floor}{col:02}',
    skip: skipped(storeys),
    ground_use: '',
    below_use: below || stack.building.levels_below ? 'parking' : '',
    exceptions: [],
  };
}

/** The numbers that no storey is called, though higher ones are. */
function skipped(storeys: { ordinal: number; label: string }[]): string {
  const labels = storeys.filter((one) => one.ordinal >= 0).map((one) => one.label);
  const top = Math.max(0, ...labels.map((label) => Number.parseInt(label, 10) || 0));
  const known = new Set(labels);
  const missing: number[] = [];
  for (let n = 1; n <= top; n++) if (!known.has(String(n))) missing.push(n);
  return missing.join(', ');
}
