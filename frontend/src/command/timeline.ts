import { type Ref, shallowRef } from 'vue';
import type { CaseTimes } from '../api/types.ts';
import { ask } from '../base/api.ts';
import { areaQuery, type Filters, spanStart } from './filters.ts';
import { Renewed } from './renewed.ts';

/** How many reports came when: what the time strip shows. It follows all filters but the window picked on it. */
export class Timeline extends Renewed<CaseTimes> {
  readonly times = shallowRef<CaseTimes | null>(null);
  private readonly filters: Ref<Filters>;

  constructor(filters: Ref<Filters>) {
    super(5000);
    this.filters = filters;
  }

  /** Two filters with one of these show the same strip. */
  static of(f: Filters): string {
    return JSON.stringify([areaQuery(f), f.states, f.category, f.span]);
  }

  protected ask(): Promise<CaseTimes> {
    const f = this.filters.value;
    const since = spanStart(f.span, Date.now());
    const query = {
      ...areaQuery(f),
      state: f.states.join(',') || undefined,
      category: f.category || undefined,
      since: since === null ? undefined : new Date(since).toISOString(),
      buckets: 120,
    };
    return ask<CaseTimes>('/api/v1/cases/times', { query });
  }

  protected take(times: CaseTimes): void {
    this.times.value = times;
  }
}
