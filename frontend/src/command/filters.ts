import { isLate } from '../api/late.ts';
import type { CaseRow, Me } from '../api/types.ts';
import { isState, type State } from '../base/symbols.ts';
import { dayStart } from '../base/time.ts';
import { readView, type View, viewText } from '../map/view.ts';

/** What the desk shows. All of it stands in the address, so a link shows the same to whoever may see it. */
export const tabs = ['todo', 'all', 'mine'] as const;
export type Tab = (typeof tabs)[number];

export const spans = ['all', 'today', '24h', '7d', '30d', '12m'] as const;
export type Span = (typeof spans)[number];

export const gridsOf = ['then', 'today'] as const;
export type Grids = (typeof gridsOf)[number];

export interface Filters {
  tab: Tab;
  /** Empty is every state. */
  states: State[];
  category: string;
  /** A region code; '' is all I may see. */
  area: string;
  /** Whether an area has the ended cases that ended in it, or those whose place lies in it today. */
  grids: Grids;
  span: Span;
  /** A window picked on the time strip, ms; it goes before the span. */
  from: number | null;
  /** Null with a `from` is now: what comes in is within the window. */
  to: number | null;
  overdue: boolean;
  /** Only what those in charge have urged and is still open. */
  urged: boolean;
}

export interface Layers {
  grids: boolean;
  solid: boolean;
  facilities: boolean;
  services: boolean;
}

export interface Address {
  filters: Filters;
  layers: Layers;
  view: View | null;
  selected: string | null;
}

export const noFilters: Filters = {
  tab: 'todo',
  states: [],
  category: '',
  area: '',
  grids: 'then',
  span: 'all',
  from: null,
  to: null,
  overdue: false,
  urged: false,
};

export const firstLayers: Layers = { grids: true, solid: false, facilities: false, services: false };

/** Reads an address; whatever it cannot understand it leaves at the default, for an address may hold anything. */
export function readAddress(search: string): Address {
  const q = new URLSearchParams(search);
  const layers = q.get('layers');
  const shown = new Set(layers?.split(','));
  const window = readWindow(q.get('t'));
  return {
    filters: {
      tab: oneOf(tabs, q.get('tab')) ?? noFilters.tab,
      states: [...new Set((q.get('state') ?? '').split(',').filter(isState))],
      category: /^\d{1,12}$/.test(q.get('category') ?? '') ? (q.get('category') ?? '') : '',
      area: /^\d{4,15}$/.test(q.get('area') ?? '') ? (q.get('area') ?? '') : '',
      grids: oneOf(gridsOf, q.get('grids')) ?? noFilters.grids,
      span: oneOf(spans, q.get('time')) ?? noFilters.span,
      from: window?.[0] ?? null,
      to: window?.[1] ?? null,
      overdue: q.get('overdue') === '1',
      urged: q.get('urged') === '1',
    },
    layers:
      layers === null
        ? { ...firstLayers }
        : {
            grids: shown.has('grids'),
            solid: shown.has('3d'),
            facilities: shown.has('facilities'),
            services: shown.has('services'),
          },
    view: readView(q.get('at')),
    selected: /^[0-9a-f-]{36}$/i.test(q.get('case') ?? '') ? q.get('case') : null,
  };
}

/** Writes the address, defaults left out; `lang` and what else stood there is the caller's business. */
export function writeAddress(address: Address): URLSearchParams {
  const { filters: f, layers } = address;
  const q = new URLSearchParams();
  if (f.tab !== noFilters.tab) q.set('tab', f.tab);
  if (f.states.length) q.set('state', f.states.join(','));
  if (f.category) q.set('category', f.category);
  if (f.area) q.set('area', f.area);
  if (f.grids !== noFilters.grids) q.set('grids', f.grids);
  if (f.span !== noFilters.span) q.set('time', f.span);
  if (f.from !== null) q.set('t', `${minuteText(f.from)}~${f.to === null ? '' : minuteText(f.to)}`);
  if (f.overdue) q.set('overdue', '1');
  if (f.urged) q.set('urged', '1');
  if (address.selected) q.set('case', address.selected);
  const names = [
    layers.grids && 'grids',
    layers.solid && '3d',
    layers.facilities && 'facilities',
    layers.services && 'services',
  ].filter(Boolean);
  if (names.join() !== 'grids') q.set('layers', names.join(','));
  if (address.view) q.set('at', viewText(address.view));
  return q;
}

/** The moments a filter lets through, as ISO text for the server; the end is open unless a window was picked. */
export function moments(f: Filters, now: number): { since?: string; until?: string } {
  if (f.from !== null) return { since: iso(f.from), ...(f.to === null ? {} : { until: iso(f.to) }) };
  const start = spanStart(f.span, now);
  return start === null ? {} : { since: iso(start) };
}

/** Where a span begins, ms; null for all the time there is. */
export function spanStart(span: Span, now: number): number | null {
  const hour = 3_600_000;
  if (span === 'all') return null;
  if (span === 'today') return dayStart(now);
  const back = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24, '12m': 365 * 24 }[span] * hour;
  // Steps of ten minutes, so that the address of the tiles stays the same for a while.
  return Math.floor((now - back) / 600_000) * 600_000;
}

export type Query = Record<string, string | boolean | undefined>;

/** The area, and on which grids it is meant; without an area that says nothing. */
export function areaQuery(f: Filters): { region?: string; grids?: Grids } {
  if (!f.area) return {};
  return f.grids === noFilters.grids ? { region: f.area } : { region: f.area, grids: f.grids };
}

/** What list, map and figures have in common. */
export function sharedQuery(f: Filters, now: number): Query {
  return {
    state: f.states.join(',') || undefined,
    category: f.category || undefined,
    ...areaQuery(f),
    overdue: f.overdue || undefined,
    urged: f.urged || undefined,
    ...moments(f, now),
  };
}

/** The list of a tab. States of the to-do and of the filter are both meant: what is in both is shown. */
export function listQuery(f: Filters, me: Me, now: number): Query | null {
  const query = sharedQuery(f, now);
  if (f.tab === 'mine') return { ...query, mine: true };
  if (f.tab === 'all') return query;
  const states = todoStates(me).filter((state) => !f.states.length || f.states.includes(state));
  if (!states.length) return null;
  return { ...query, state: states.join(',') };
}

export function tileQuery(f: Filters, now: number): string {
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(sharedQuery(f, now))) if (value) q.set(name, String(value));
  const text = q.toString();
  return text ? `?${text}` : '';
}

const todoOf: Partial<Record<Me['grants'][number]['role'], State[]>> = {
  operator: ['reported', 'filed', 'returned'],
  supervisor: ['reported', 'resolved'],
  handler: ['dispatched', 'in_progress', 'suspended'],
};
const openStates: State[] = [
  'reported',
  'filed',
  'dispatched',
  'returned',
  'in_progress',
  'suspended',
  'resolved',
];

/** What waits for somebody with these roles; who only looks (a leader) sees all that is open. */
export function todoStates(me: Me): State[] {
  const mine = new Set(me.grants.flatMap((grant) => todoOf[grant.role] ?? []));
  return mine.size ? openStates.filter((state) => mine.has(state)) : openStates;
}

/**
 * Whether a row that came by the feed belongs in the list. null when only the server can tell (who has had a hand in it
 * is not in the row), and the list must be asked for again.
 */
export function belongs(row: CaseRow, f: Filters, me: Me, now: number): boolean | null {
  const states = f.tab === 'todo' ? todoStates(me) : null;
  if (states && !states.includes(row.state)) return false;
  if (f.states.length && !f.states.includes(row.state)) return false;
  if (f.category && !row.category.startsWith(f.category)) return false;
  if (f.area && !regionOf(row, f.grids).startsWith(f.area)) return false;
  if (f.overdue && !isLate(row, now)) return false;
  if (f.urged && !(row.urges > 0 && openStates.includes(row.state))) return false;
  const { since, until } = moments(f, now);
  const at = Date.parse(row.created_at);
  if (since && at < Date.parse(since)) return false;
  if (until && at >= Date.parse(until)) return false;
  return f.tab === 'mine' ? null : true;
}

/** The region a case counts in; a row that was announced before its ground was told has none but its own. */
function regionOf(row: CaseRow, grids: Grids): string {
  return (grids === 'today' && row.ground_code) || row.scope_code;
}

function readWindow(text: string | null): [number, number | null] | null {
  const [from = '', to, ...more] = (text ?? '').split('~');
  const [begin, end] = [Date.parse(from), to ? Date.parse(to) : null];
  if (Number.isNaN(begin) || to === undefined || more.length || (end !== null && !(begin < end))) return null;
  return [begin, end];
}

const minuteText = (ms: number) => `${new Date(ms).toISOString().slice(0, 16)}Z`;
const iso = (ms: number) => new Date(ms).toISOString();

function oneOf<T extends string>(all: readonly T[], value: string | null): T | null {
  return all.find((one) => one === value) ?? null;
}
