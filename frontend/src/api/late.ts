import type { State } from '../base/symbols.ts';
import type { CaseRow } from './types.ts';

/** The states in which a deadline runs: it is somebody's turn. The server's `overdue` means the same. */
export const running: readonly State[] = ['reported', 'filed', 'dispatched', 'returned', 'in_progress'];

/** now in ms. */
export function isLate(row: Pick<CaseRow, 'due_at' | 'state'>, now: number): boolean {
  return row.due_at !== null && running.includes(row.state) && Date.parse(row.due_at) < now;
}
