import type { Geometry } from 'geojson';
import type { Page, Row } from './shapes.ts';

interface Feature {
  geometry: Geometry | null;
  properties: Record<string, unknown>;
}
export type Answered = Partial<Page<Record<string, unknown> | Feature>> & {
  features?: Feature[] | null;
};

/** A list as rows, whether it came as items or as features of a map. `key` is what an address names a record by. */
export function rowsOf(answer: Answered, key: string): Row[] {
  return (answer.items ?? answer.features ?? []).map((one) => rowOf(one as Record<string, unknown>, key));
}

export function rowOf(one: Record<string, unknown> | Feature, key: string): Row {
  const { geometry, properties } = one as Partial<Feature>;
  const row =
    properties && typeof properties === 'object'
      ? { ...properties, geometry }
      : (one as Record<string, unknown>);
  return { ...row, id: String(row[key] ?? row.id ?? '') };
}

/** What a form sends: only what was changed; an emptied text says nothing stands there, an emptied number null. */
export function changes(
  before: Record<string, unknown>,
  draft: Record<string, string>,
  types: Record<string, 'text' | 'number' | 'date' | 'choice' | 'yes'>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, typed] of Object.entries(draft)) {
    if (typed === shown(before[name])) continue;
    const type = types[name];
    if (type === 'number') out[name] = typed.trim() === '' ? null : Number(typed);
    else if (type === 'date') out[name] = typed || null;
    else if (type === 'yes') out[name] = typed === 'true';
    else out[name] = typed.trim();
  }
  return out;
}

/** A value as a form shows it. */
export function shown(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
