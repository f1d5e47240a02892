import { type Ref, shallowRef } from 'vue';
import type { CaseTimes } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';
import { ended } from '../staff/session.ts';
import { type Filters, spanStart } from './filters.ts';

/** Changes arrive in bursts; the strip is asked for at most once in this time, ms. */
const pause = 5000;

/** How many reports came when: what the time strip shows. It follows all filters but the window picked on it. */
export class Timeline {
  readonly times = shallowRef<CaseTimes | null>(null);
  readonly problem = shallowRef<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private readonly filters: Ref<Filters>;

  constructor(filters: Ref<Filters>) {
    this.filters = filters;
  }

  /** Two filters with one of these show the same strip. */
  static of(f: Filters): string {
    return JSON.stringify([f.area, f.states, f.category, f.span]);
  }

  async load(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const turn = ++this.turn;
    const f = this.filters.value;
    const since = spanStart(f.span, Date.now());
    const query = {
      region: f.area || undefined,
      state: f.states.join(',') || undefined,
      category: f.category || undefined,
      since: since === null ? undefined : new Date(since).toISOString(),
      buckets: 120,
    };
    try {
      const times = await ask<CaseTimes>('/api/v1/cases/times', { query });
      if (turn !== this.turn) return;
      this.problem.value = null;
      this.times.value = times;
    } catch (cause) {
      if (turn !== this.turn || ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      this.problem.value = cause;
    }
  }

  soon(): void {
    this.timer ??= setTimeout(() => void this.load(), pause);
  }

  close(): void {
    this.turn++;
    clearTimeout(this.timer);
  }
}
