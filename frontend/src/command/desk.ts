/**
 * The desk: filters, list, open case, figures and feed as one. Its journey: the address is read, list and figures
 * are asked for, the feed opens; from then on every change patches the list, dirties its tiles and, in time, renews
 * the figures. Whatever the reader does is written back into the address.
 */
import { computed, type InjectionKey, inject, ref, shallowRef, watch } from 'vue';
import type { CaseChange, CaseRow, Department, Me, Region } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';
import { Feed, type FeedState } from '../feed/feed.ts';
import type { TownMap } from '../map/door.ts';
import type { View } from '../map/view.ts';
import { Folder } from './casefile.ts';
import { type Filters, noFilters, readAddress, tileQuery, writeAddress } from './filters.ts';
import { Gauges } from './gauges.ts';
import { Queue } from './queue.ts';
import { Timeline } from './timeline.ts';

export type Desk = ReturnType<typeof makeDesk>;
const key: InjectionKey<Desk> = Symbol('desk');

export { key as deskKey };

export function useDesk(): Desk {
  const desk = inject(key);
  if (!desk) throw new Error('a part of the desk was mounted outside it');
  return desk;
}

export function makeDesk(me: Me, tell: (row: CaseRow) => void) {
  const start = readAddress(location.search);
  const filters = ref<Filters>(start.filters);
  const layers = ref(start.layers);
  const view = ref<View | null>(start.view);
  const selected = ref<string | null>(start.selected);
  const town = shallowRef<TownMap | null>(null);
  const feed = ref<FeedState>({ health: 'connecting', pos: null });
  const behind = ref(false);
  const departments = shallowRef<Department[]>([]);
  const regions = shallowRef<Region[]>([]);

  const queue = new Queue(me, filters, selected, tell);
  const gauges = new Gauges(me, filters);
  const timeline = new Timeline(filters);
  /** While the strip plays, the old rows stay until the new ones are there. */
  const playing = ref(false);
  const folder = new Folder(selected, (row) => takeRow(row, false));

  /** Moves every ten minutes with the clock, so that a span like "24 h" stays true on the map. */
  const clock = ref(Math.floor(Date.now() / 600_000));
  const caseQuery = computed(() => tileQuery(filters.value, clock.value * 600_000 + 599_999));

  function takeRow(row: CaseRow, created: boolean, was?: { lon: number; lat: number } | null): void {
    queue.take(row, created);
    folder.changed(row);
    town.value?.cases.touch(row.lon, row.lat);
    if (was) town.value?.cases.touch(was.lon, was.lat);
    gauges.soon();
    timeline.soon();
  }

  const line = new Feed({
    on(kind, data) {
      if (kind === 'case') {
        const change = data as unknown as CaseChange;
        takeRow(change.row, change.change === 'created', change.was);
      } else if (kind === 'case.gone') {
        takeGone(data);
      } else if (kind === 'bulk') {
        renewLayer(String(data.kind ?? ''));
      } else {
        renewLayer(kind);
      }
    },
    onReset: () => void renewAll(),
    onState(state) {
      const before = feed.value.health;
      const back = state.health === 'live' && before !== 'live' && before !== 'connecting';
      feed.value = state;
      if (back) mend();
    },
  });

  /** The line is back, and the feed tells what was missed; what failed to load meanwhile is asked for again. */
  function mend(): void {
    town.value?.renewAll();
    if (queue.problem.value) void queue.load();
    if (folder.problem.value) void folder.open(selected.value);
    if (gauges.problem.value) void gauges.load();
    if (timeline.problem.value) void timeline.load();
  }

  function takeGone(data: Record<string, unknown>): void {
    const id = String(data.id ?? '');
    queue.drop(id);
    gauges.soon();
    timeline.soon();
    town.value?.cases.touchAll();
    if (id === selected.value) void folder.open(id, true);
  }

  function renewLayer(kind: string): void {
    const layer = {
      facility: 'facilities',
      service: 'services',
      building: 'buildings',
      region: 'grids',
      basemap: 'basemap',
    }[kind];
    if (layer) town.value?.renew(layer);
    // A redraw takes open cases along and gives the ground of ended ones to others.
    if (kind === 'case' || kind === 'region') void renewAll();
  }

  /** Everything anew, quietly: until it is there, the desk says that it is behind. */
  async function renewAll(): Promise<void> {
    behind.value = true;
    town.value?.cases.touchAll();
    if (selected.value) void folder.open(selected.value, true);
    const [listed] = await Promise.all([queue.load(true), gauges.load(), timeline.load()]);
    if (listed) behind.value = false;
    else setTimeout(() => void renewAll(), 3000);
  }

  function select(id: string | null): void {
    selected.value = id;
  }

  function change(part: Partial<Filters>): void {
    filters.value = { ...filters.value, ...part };
  }

  function clearFilters(): void {
    filters.value = { ...noFilters, tab: filters.value.tab };
  }

  async function loadLists(): Promise<void> {
    const quiet = (cause: unknown) => {
      if (!(cause instanceof Problem)) throw cause;
      return { items: [] };
    };
    const [found, offices] = await Promise.all([
      loadRegions(me).catch(() => [] as Region[]),
      ask<{ items: Department[] | null }>('/api/v1/departments').catch(quiet),
    ]);
    regions.value = found;
    departments.value = offices.items ?? [];
  }

  watch(selected, (id) => {
    queue.sweep();
    void folder.open(id);
  });
  watch(filters, (next, last) => {
    void queue.load(playing.value);
    if (Timeline.of(next) !== Timeline.of(last)) void timeline.load();
    const tabOnly = JSON.stringify({ ...next, tab: '' }) === JSON.stringify({ ...last, tab: '' });
    if (!tabOnly) void gauges.load();
  });
  // The server's count goes before what was reckoned from the feed.
  watch(gauges.counts, (counts) => {
    const n = counts[filters.value.tab];
    if (n !== undefined && !queue.loading.value) queue.total.value = n;
  });
  watch([filters, layers, view, selected], () => {
    const q = writeAddress({
      filters: filters.value,
      layers: layers.value,
      view: view.value,
      selected: selected.value,
    });
    const lang = new URLSearchParams(location.search).get('lang');
    if (lang) q.set('lang', lang);
    const text = q.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
    history.replaceState(null, '', text ? `?${text}` : location.pathname);
  });

  const minute = setInterval(() => {
    clock.value = Math.floor(Date.now() / 600_000);
  }, 30_000);

  function open(): void {
    void queue.load();
    void gauges.load();
    void timeline.load();
    void loadLists();
    void folder.open(selected.value);
    line.open();
  }

  function close(): void {
    clearInterval(minute);
    line.close();
    queue.close();
    gauges.close();
    timeline.close();
  }

  return {
    me,
    filters,
    layers,
    view,
    selected,
    town,
    feed,
    behind,
    departments,
    regions,
    queue,
    gauges,
    timeline,
    playing,
    folder,
    caseQuery,
    open,
    close,
    select,
    change,
    clearFilters,
    renewAll,
  };
}

/** The regions of my jurisdiction and those right below them; where I may act everywhere, the cities. */
async function loadRegions(me: Me): Promise<Region[]> {
  const scopes = [...new Set(me.grants.map((grant) => grant.scope))];
  const list = (query: Record<string, string>) =>
    ask<{ items: Region[] | null }>('/api/v1/regions', { query }).then((answer) => answer.items ?? []);
  if (scopes.includes('') || !scopes.length) {
    const cities = await list({});
    const below = await Promise.all(cities.slice(0, 3).map((city) => list({ parent: city.code })));
    return [...cities, ...below.flat()];
  }
  const below = await Promise.all(scopes.map((scope) => list({ parent: scope })));
  return below.flat();
}
