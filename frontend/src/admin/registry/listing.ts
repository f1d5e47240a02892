import { type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';
import { type Asking, ask, Problem } from '../../base/api.ts';
import { ended } from '../../staff/session.ts';
import { type Answered, rowsOf } from './rows.ts';
import type { Row } from './shapes.ts';

export interface ListOf {
  path: string;
  key: string;
  query: NonNullable<Asking['query']>;
  /** A name or a number that is looked for among people: it goes in a body, never in an address. */
  about?: string;
}

const pageSize = 50;

export interface Listing<R> {
  rows: ShallowRef<R[]>;
  next: Ref<string | null>;
  total: Ref<number | null>;
  busy: Ref<boolean>;
  problem: ShallowRef<Problem | null>;
  load(): Promise<void>;
  more(): Promise<void>;
}

/** A list that is asked for page by page, anew whenever what is wanted changes. */
export function useListing<R = Row>(wanted: () => ListOf | null): Listing<R> {
  const rows: ShallowRef<R[]> = shallowRef([]);
  const next = ref<string | null>(null);
  const total = ref<number | null>(null);
  const busy = ref(false);
  const problem = shallowRef<Problem | null>(null);
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(cursor?: string): Promise<void> {
    const want = wanted();
    const mine = ++turn;
    problem.value = null;
    if (!cursor) {
      rows.value = [];
      next.value = null;
      total.value = null;
    }
    if (!want) return;
    busy.value = true;
    try {
      const query = { ...want.query, limit: pageSize, cursor };
      const answer = want.about
        ? await ask<Answered>(`${want.path}/query`, { method: 'POST', query, body: { q: want.about } })
        : await ask<Answered>(want.path, { query });
      if (mine !== turn) return;
      const found = rowsOf(answer, want.key) as R[];
      rows.value = cursor ? [...rows.value, ...found] : found;
      next.value = answer.next ? String(answer.next) : null;
      total.value = answer.total ?? (next.value ? null : rows.value.length);
    } catch (cause) {
      if (mine !== turn || ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      problem.value = cause;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  const more = async () => {
    if (next.value && !busy.value) await load(next.value);
  };
  /** A little later, so that typing asks once. */
  watch(
    () => JSON.stringify(wanted()),
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), 180);
    },
  );
  void load();
  return { rows, next, total, busy, problem, load: () => load(), more };
}

/** The arrows go from row to row, by the button that each begins with. */
export function stepRow(event: KeyboardEvent, at: number): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = (event.currentTarget as HTMLElement)
    .closest('tbody')
    ?.querySelectorAll<HTMLElement>('button.pick');
  all?.[at + by]?.focus();
}
