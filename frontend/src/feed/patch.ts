import type { CaseRow } from '../api/types.ts';

/**
 * A list of cases, newest first, kept current by the feed. All functions give a new list and leave the old one.
 * A row that no longer belongs leaves the list, unless it is the one being looked at: that one stays, marked, until
 * the eye moves on, so that nothing slips away under the hand.
 */
export interface Item {
  row: CaseRow;
  /** Came by itself while the list was open. */
  fresh: boolean;
  /** No longer belongs; shown only because it is selected. */
  stale: boolean;
}

export interface Patch {
  row: CaseRow;
  belongs: boolean;
  selected: string | null;
  /** The oldest row loaded is not the last of the list: what is older than it is not shown yet. */
  more: boolean;
}

export function patch(list: readonly Item[], { row, belongs, selected, more }: Patch): Item[] {
  const at = list.findIndex((item) => item.row.id === row.id);
  const known = list[at];
  if (known) {
    // The feed and a page of the list may cross on the way: never go back to an older state.
    if (known.row.rev > row.rev) return [...list];
    if (belongs) return list.with(at, { ...known, row, stale: false });
    if (row.id === selected) return list.with(at, { ...known, row, stale: true });
    return list.toSpliced(at, 1);
  }
  if (!belongs) return [...list];
  const before = list.findIndex((item) => newer(row, item.row));
  if (before === -1) return more ? [...list] : [...list, { row, fresh: true, stale: false }];
  return list.toSpliced(before, 0, { row, fresh: true, stale: false });
}

/** A case left my sight (moved to another area, or taken from me). */
export function gone(list: readonly Item[], id: string): Item[] {
  return list.filter((item) => item.row.id !== id);
}

/** The eye moved on: what was kept only for it goes. */
export function sweep(list: readonly Item[], selected: string | null): Item[] {
  return list.some((item) => item.stale && item.row.id !== selected)
    ? list.filter((item) => !item.stale || item.row.id === selected)
    : [...list];
}

/** The next page, without what came by the feed meanwhile. */
export function append(list: readonly Item[], rows: readonly CaseRow[]): Item[] {
  const known = new Set(list.map((item) => item.row.id));
  return [
    ...list,
    ...rows.filter((row) => !known.has(row.id)).map((row) => ({ row, fresh: false, stale: false })),
  ];
}

/** The list asked for anew. What was seen in a later state by the feed keeps it; rows not seen before are fresh. */
export function renew(list: readonly Item[], rows: readonly CaseRow[], quiet: boolean): Item[] {
  const known = new Map(list.map((item) => [item.row.id, item]));
  return rows.map((row) => {
    const old = known.get(row.id);
    if (!old) return { row, fresh: !quiet, stale: false };
    return { row: old.row.rev > row.rev ? old.row : row, fresh: old.fresh, stale: false };
  });
}

function newer(a: CaseRow, b: CaseRow): boolean {
  const [at, bt] = [Date.parse(a.created_at), Date.parse(b.created_at)];
  return at === bt ? a.id > b.id : at > bt;
}
