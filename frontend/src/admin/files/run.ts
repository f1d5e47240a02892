/** One import on its way: the file looked at, its mapping, the run, the end. Asked for again while it runs. */
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue';
import { ask, Problem } from '../../base/api.ts';
import { ended } from '../../staff/session.ts';
import { useDeed } from '../asked.ts';
import type { Import, Mapping } from './shapes.ts';

const typing = 350; // ms
const beat = 700; // ms between two looks at a run

export function useRun(id: string) {
  const path = `/api/v1/imports/${id}`;
  const run = shallowRef<Import | null>(null);
  const problem = shallowRef<Problem | null>(null);
  /** The mapping as it stands on the screen; the server follows a moment later. */
  const mapping = shallowRef<Mapping | null>(null);
  const pending = ref(false);
  const deed = useDeed();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let poll: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  let closed = false;

  function take(next: Import): void {
    run.value = next;
    if (!pending.value) mapping.value = next.mapping;
    clearTimeout(poll);
    if (next.state === 'running' && !closed) poll = setTimeout(() => void load(), beat);
  }

  async function load(): Promise<void> {
    try {
      const answer = await ask<Import>(path);
      if (closed) return;
      problem.value = null;
      take(answer);
    } catch (cause) {
      if (closed || ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      problem.value = cause;
      // A run goes on without us; we look again when the line is back.
      if (run.value?.state === 'running' && cause.passing) poll = setTimeout(() => void load(), beat * 3);
    }
  }

  function change(next: Mapping): void {
    mapping.value = next;
    pending.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), typing);
  }

  async function save(): Promise<boolean> {
    clearTimeout(timer);
    if (!mapping.value) return false;
    const mine = ++turn;
    try {
      const answer = await ask<Import>(`${path}/mapping`, {
        method: 'PUT',
        body: mapping.value,
        timeout: 60_000,
      });
      if (mine !== turn || closed) return false;
      pending.value = false;
      problem.value = null;
      take(answer);
      return true;
    } catch (cause) {
      if (mine !== turn || closed || ended(cause)) return false;
      if (!(cause instanceof Problem)) throw cause;
      pending.value = false;
      problem.value = cause;
      return false;
    }
  }

  /** After a trial, or a run that broke off, the file is looked at again as it was when it came. */
  async function reopen(): Promise<void> {
    await deed.run(save);
  }
  async function start(dry: boolean): Promise<void> {
    if (pending.value && !(await save())) return;
    await deed.run(async () => {
      take(await ask<Import>(`${path}/run`, { body: { dry_run: dry } }));
    });
  }
  async function stop(): Promise<void> {
    await deed.run(async () => {
      await ask(`${path}/stop`, { method: 'POST' }).catch((cause) => {
        // 409: it has come to its end meanwhile, as is shown then.
        if (!(cause instanceof Problem && cause.status === 409)) throw cause;
      });
      await load();
    });
  }

  void load();
  onBeforeUnmount(() => {
    closed = true;
    clearTimeout(timer);
    clearTimeout(poll);
  });
  return {
    path,
    run,
    mapping,
    problem: computed(() => deed.problem.value ?? problem.value),
    pending,
    busy: deed.busy,
    load,
    change,
    reopen,
    start,
    stop,
  };
}
