import { type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';
import { type Asking, askFull, Problem } from '../base/api.ts';
import { ended } from '../staff/session.ts';

export interface Wanted {
  path: string;
  query?: Asking['query'];
  headers?: Record<string, string>;
}

export interface Asked<T> {
  data: ShallowRef<T | null>;
  etag: Ref<string | null>;
  problem: ShallowRef<Problem | null>;
  busy: Ref<boolean>;
  load(): Promise<void>;
}

/** Asks for what is wanted, again whenever that changes; an answer that comes too late is dropped. */
export function useAsked<T>(wanted: () => Wanted | null, keep = false): Asked<T> {
  const data = shallowRef<T | null>(null);
  const etag = ref<string | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const busy = ref(false);
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    const want = wanted();
    problem.value = null;
    if (!keep || !want) data.value = null;
    if (!want) return;
    busy.value = true;
    try {
      const answer = await askFull<T>(want.path, { query: want.query, headers: want.headers ?? {} });
      if (mine !== turn) return;
      data.value = answer.data;
      etag.value = answer.etag;
    } catch (cause) {
      if (mine !== turn || ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      problem.value = cause;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  watch(() => JSON.stringify(wanted()), load, { immediate: true });
  return { data, etag, problem, busy, load };
}

/** Runs one deed at a time and keeps what went wrong, in words for people. */
export function useDeed() {
  const busy = ref(false);
  const problem = shallowRef<Problem | null>(null);
  async function run<T>(deed: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    problem.value = null;
    try {
      return await deed();
    } catch (cause) {
      if (ended(cause)) return undefined;
      if (!(cause instanceof Problem)) throw cause;
      problem.value = cause;
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, run };
}
