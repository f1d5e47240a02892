import { type Ref, ref, shallowRef } from 'vue';
import type { CasePage, Figures, Me } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';
import { ended } from '../staff/session.ts';
import { type Filters, listQuery, type Tab, tabs } from './filters.ts';

/** Changes arrive in bursts; the figures are asked for at most once in this time, ms. */
const pause = 1500;

/** The figures in the top bar, the time strip, and the counts on the tabs. */
export class Gauges {
  readonly figures = shallowRef<Figures | null>(null);
  readonly counts = ref<Partial<Record<Tab, number>>>({});
  readonly problem = shallowRef<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private readonly me: Me;
  private readonly filters: Ref<Filters>;

  constructor(me: Me, filters: Ref<Filters>) {
    this.me = me;
    this.filters = filters;
  }

  async load(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const turn = ++this.turn;
    const filters = this.filters.value;
    try {
      const [figures, ...totals] = await Promise.all([
        ask<Figures>('/api/v1/cases/figures', { query: { region: filters.area || undefined } }),
        ...tabs.map((tab) => this.total({ ...filters, tab })),
      ]);
      if (turn !== this.turn) return;
      this.problem.value = null;
      this.figures.value = figures;
      this.counts.value = Object.fromEntries(tabs.map((tab, i) => [tab, totals[i] ?? 0]));
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

  private async total(filters: Filters): Promise<number> {
    const query = listQuery(filters, this.me, Date.now());
    if (!query) return 0;
    const page = await ask<CasePage>('/api/v1/cases', { query: { ...query, limit: 1 } });
    return page.total;
  }
}
