/**
 * Who has left and is still kept, counted: what the server answers by community becomes rows of streets or communities
 * and their sum. Pure.
 */
import type { components } from '../../api/schema.gen.ts';

export type Retention = components['schemas']['PersonRetention'];
export type Kept = components['schemas']['PersonLeftKept'];

export const levels = ['street', 'community'] as const;
export type Level = (typeof levels)[number];

/** Digits of a code. */
const digits: Record<Level, number> = { street: 9, community: 12 };

export interface Row {
  /** '' where no home is known. */
  code: string;
  moved: number;
  died: number;
  due: number;
}

/** The rows of a level in the order of their codes; whose home is not known comes last. */
export function rowsOf(items: readonly Kept[], level: Level): Row[] {
  const rows = new Map<string, Row>();
  for (const { community, moved, died, due } of items) {
    const code = community.slice(0, digits[level]);
    const row = rows.get(code) ?? { code, moved: 0, died: 0, due: 0 };
    rows.set(code, { code, moved: row.moved + moved, died: row.died + died, due: row.due + due });
  }
  return [...rows.values()].sort(
    (one, other) => Number(!one.code) - Number(!other.code) || (one.code < other.code ? -1 : 1),
  );
}

export function sum(items: readonly Kept[]): Row {
  return items.reduce(
    (all, { moved, died, due }) => ({
      code: '',
      moved: all.moved + moved,
      died: all.died + died,
      due: all.due + due,
    }),
    { code: '', moved: 0, died: 0, due: 0 },
  );
}

/** How many people an entry of the log tells of: it names each of them. */
export function erasedIn(entry: { kind: string; object: string; others: string[] | null }): number {
  const more = (entry.others ?? []).filter((one) => one.startsWith('person/')).length;
  return more + Number(entry.kind === 'person' && entry.object !== '');
}
