import { type Ref, ref, shallowRef } from 'vue';
import type { CasePage, CaseRow, Me } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';
import { append, gone, type Item, patch, renew, sweep } from '../feed/patch.ts';
import { ended } from '../staff/session.ts';
import { belongs, type Filters, listQuery, type Query } from './filters.ts';

const pageSize = 50;

/** The list at the left: asked for page by page, kept current by the feed. */
export class Queue {
  readonly items = shallowRef<Item[]>([]);
  readonly total = ref<number | null>(null);
  readonly loading = ref(false);
  readonly loadingMore = ref(false);
  readonly problem = shallowRef<Problem | null>(null);
  private next: string | null = null;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly me: Me;
  private readonly filters: Ref<Filters>;
  private readonly selected: Ref<string | null>;
  private readonly onNews: (row: CaseRow) => void;

  constructor(me: Me, filters: Ref<Filters>, selected: Ref<string | null>, onNews: (row: CaseRow) => void) {
    this.me = me;
    this.filters = filters;
    this.selected = selected;
    this.onNews = onNews;
  }

  /** Asks for the first page. `quiet` keeps the old rows on the screen until the new ones are there. */
  async load(quiet = false): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const turn = ++this.turn;
    const query = listQuery(this.filters.value, this.me, Date.now());
    this.problem.value = null;
    if (!quiet) {
      this.items.value = [];
      this.total.value = null;
      this.loading.value = true;
    }
    try {
      const page = query ? await this.page(query) : { items: [], next: null, total: 0 };
      if (turn !== this.turn) return true;
      this.items.value = renew(this.items.value, page.items ?? [], !quiet);
      this.next = page.next || null;
      this.total.value = page.total;
      return true;
    } catch (cause) {
      if (turn !== this.turn || ended(cause)) return true;
      if (!(cause instanceof Problem)) throw cause;
      if (!quiet) this.problem.value = cause;
      return false;
    } finally {
      if (turn === this.turn) this.loading.value = false;
    }
  }

  async more(): Promise<void> {
    const query = this.next ? listQuery(this.filters.value, this.me, Date.now()) : null;
    if (!query || this.loadingMore.value || this.loading.value) return;
    const turn = this.turn;
    this.loadingMore.value = true;
    try {
      const page = await this.page({ ...query, cursor: this.next ?? undefined });
      if (turn !== this.turn) return;
      this.items.value = append(this.items.value, page.items ?? []);
      this.next = page.next || null;
    } catch (cause) {
      if (!ended(cause) && !(cause instanceof Problem)) throw cause;
    } finally {
      this.loadingMore.value = false;
    }
  }

  /** A case came or changed. */
  take(row: CaseRow, created: boolean): void {
    const verdict = belongs(row, this.filters.value, this.me, Date.now());
    if (verdict === null) {
      this.soon();
      return;
    }
    const before = this.items.value;
    this.items.value = patch(before, {
      row,
      belongs: verdict,
      selected: this.selected.value,
      more: this.next !== null,
    });
    const counted = (items: Item[]) => items.filter((item) => !item.stale).length;
    if (this.total.value !== null) this.total.value += counted(this.items.value) - counted(before);
    if (created && verdict) this.onNews(row);
  }

  drop(id: string): void {
    const before = this.items.value.length;
    this.items.value = gone(this.items.value, id);
    if (this.total.value !== null) this.total.value -= before - this.items.value.length;
  }

  sweep(): void {
    this.items.value = sweep(this.items.value, this.selected.value);
  }

  /** Asks again in a moment, once for many reasons. */
  soon(): void {
    this.timer ??= setTimeout(() => void this.load(true), 400);
  }

  close(): void {
    this.turn++;
    clearTimeout(this.timer);
  }

  private page(query: Query): Promise<CasePage> {
    return ask<CasePage>('/api/v1/cases', { query: { ...query, limit: pageSize } });
  }
}
