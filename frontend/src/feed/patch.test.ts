import { describe, expect, it } from 'vitest';
import type { CaseRow } from '../api/types.ts';
import { append, gone, type Item, patch, renew, sweep } from './patch.ts';

const row = (id: string, minute: number, rev = 1): CaseRow =>
  ({
    id,
    rev,
    state: 'reported',
    created_at: new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString(),
  }) as CaseRow;
const list = (...rows: CaseRow[]): Item[] => rows.map((one) => ({ row: one, fresh: false, stale: false }));
const ids = (items: Item[]) => items.map((item) => item.row.id).join('');
const here = { belongs: true, selected: null, more: false };

describe('patch', () => {
  const start = list(row('c', 30), row('b', 20), row('a', 10));

  it('puts a new case on top and marks it fresh', () => {
    const next = patch(start, { ...here, row: row('d', 40) });
    expect(ids(next)).toBe('dcba');
    expect(next[0]?.fresh).toBe(true);
  });

  it('puts a late-coming older case where it belongs', () => {
    expect(ids(patch(start, { ...here, row: row('x', 25) }))).toBe('cxba');
    expect(ids(patch(start, { ...here, row: row('x', 5) }))).toBe('cbax');
  });

  it('leaves what is older than the loaded pages to the next page', () => {
    expect(ids(patch(start, { ...here, more: true, row: row('x', 5) }))).toBe('cba');
  });

  it('changes a row in its place', () => {
    const next = patch(start, { ...here, row: { ...row('b', 20, 2), state: 'filed' } });
    expect(ids(next)).toBe('cba');
    expect(next[1]?.row.state).toBe('filed');
  });

  it('never goes back to an older state', () => {
    const newer = patch(start, { ...here, row: { ...row('b', 20, 5), state: 'closed' } });
    expect(patch(newer, { ...here, row: row('b', 20, 4) })[1]?.row.state).toBe('closed');
  });

  it('drops what no longer belongs, but keeps the selected one, marked', () => {
    expect(ids(patch(start, { ...here, belongs: false, row: row('b', 20, 2) }))).toBe('ca');
    const kept = patch(start, { ...here, belongs: false, selected: 'b', row: row('b', 20, 2) });
    expect(ids(kept)).toBe('cba');
    expect(kept[1]?.stale).toBe(true);
    expect(ids(sweep(kept, 'b'))).toBe('cba');
    expect(ids(sweep(kept, 'a'))).toBe('ca');
  });

  it('leaves the given list alone', () => {
    patch(start, { ...here, row: row('d', 40) });
    gone(start, 'a');
    expect(ids(start)).toBe('cba');
  });
});

describe('pages', () => {
  it('append without what the feed brought already', () => {
    expect(ids(append(list(row('c', 3), row('b', 2)), [row('b', 2), row('a', 1)]))).toBe('cba');
  });

  it('renewed quietly, only unknown rows are fresh, and a newer state stays', () => {
    const next = renew(list(row('b', 2, 7)), [row('c', 3), row('b', 2, 6)], false);
    expect(next.map((item) => item.fresh)).toEqual([true, false]);
    expect(next[1]?.row.rev).toBe(7);
    expect(renew([], [row('c', 3)], true)[0]?.fresh).toBe(false);
  });

  it('without a case that left my sight', () => {
    expect(ids(gone(list(row('b', 2), row('a', 1)), 'b'))).toBe('a');
  });
});
