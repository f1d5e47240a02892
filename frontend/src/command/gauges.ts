import { type Ref, ref, shallowRef } from 'vue';
import type { CasePage, Figures, Me } from '../api/types.ts';
import { ask } from '../base/api.ts';
import { areaQuery, type Filters, listQuery, type Tab, tabs } from './filters.ts';
import { Renewed } from './renewed.ts';

/** The figures in the top bar, the time strip, and the counts on the tabs. */
export class Gauges extends Renewed<[Figures, ...number[]]> {
  readonly figures = shallowRef<Figures | null>(null);
  readonly counts = ref<Partial<Record<Tab, number>>>({});
  private readonly me: Me;
  private readonly filters: Ref<Filters>;

  constructor(me: Me, filters: Ref<Filters>) {
    super(1500);
    this.me = me;
    this.filters = filters;
  }

  protected ask(): Promise<[Figures, ...number[]]> {
    const filters = this.filters.value;
    return Promise.all([
      ask<Figures>('/api/v1/cases/figures', { query: areaQuery(filters) }),
      ...tabs.map((tab) => this.total({ ...filters, tab })),
    ]);
  }

  protected take([figures, ...totals]: [Figures, ...number[]]): void {
    this.figures.value = figures;
    this.counts.value = Object.fromEntries(tabs.map((tab, i) => [tab, totals[i] ?? 0]));
  }

  private async total(filters: Filters): Promise<number> {
    const query = listQuery(filters, this.me, Date.now());
    if (!query) return 0;
    const page = await ask<CasePage>('/api/v1/cases', { query: { ...query, limit: 1 } });
    return page.total;
  }
}
