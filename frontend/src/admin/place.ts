/**
 * Where in the page somebody is, as the address says it: a link shows the same section, filters and selection to
 * whoever opens it. People's names never stand in it: what is searched for among people stays out of the address.
 */
import { ref } from 'vue';

export const sections = [
  'import',
  'registry',
  'plates',
  'export',
  'grids',
  'nets',
  'accounts',
  'departments',
  'keys',
  'retention',
  'audit',
  'settings',
] as const;
export type Section = (typeof sections)[number];
export const tabs = ['people', 'flows', 'buildings', 'organisations', 'services', 'facilities'] as const;
export type Tab = (typeof tabs)[number];
/** A tab with a list of records. */
export type Listed = Exclude<Tab, 'flows'>;

export interface Place {
  section: Section;
  /** The import that is open. */
  run: string;
  tab: Tab;
  /** A region's code, which with all below it narrows the registry. */
  region: string;
  q: string;
  filters: Record<string, string>;
  /** The record that is open. */
  id: string;
  /** The building whose stack is shown; it stands before the section. */
  building: string;
  unit: string;
  room: string;
}

export const nowhere: Place = {
  section: 'registry',
  run: '',
  tab: 'buildings',
  region: '',
  q: '',
  filters: {},
  id: '',
  building: '',
  unit: '',
  room: '',
};

export function readPlace(search: string): Place {
  const p = new URLSearchParams(search);
  const text = (name: string) => p.get(name) ?? '';
  const filters: Record<string, string> = {};
  for (const [name, value] of p) if (/^f\../.test(name) && value) filters[name.slice(2)] = value;
  return {
    section: sections.find((one) => one === (p.get('section') ?? p.get('tab'))) ?? nowhere.section,
    run: text('run'),
    tab: tabs.find((one) => one === p.get('tab')) ?? nowhere.tab,
    region: text('region'),
    q: text('q'),
    filters,
    id: text('id'),
    building: text('building'),
    unit: text('unit'),
    room: text('room'),
  };
}

export function writePlace(at: Place, lang: string | null = null): string {
  const p = new URLSearchParams();
  const set = (name: string, value: string, bare = '') => {
    if (value && value !== bare) p.set(name, value);
  };
  set('building', at.building);
  set('unit', at.unit);
  set('room', at.room);
  set('section', at.section, nowhere.section);
  set('run', at.run);
  set('tab', at.tab, nowhere.tab);
  set('region', at.region);
  if (at.tab !== 'people' && at.section !== 'accounts') set('q', at.q);
  for (const [name, value] of Object.entries(at.filters)) set(`f.${name}`, value);
  set('id', at.id);
  set('lang', lang ?? '');
  const query = p.toString();
  return query ? `?${query}` : '';
}

export const place = ref<Place>(nowhere);

/** Reads the address now and whenever the reader goes back or forward; the result stops it. */
export function followAddress(): () => void {
  const read = () => {
    place.value = readPlace(location.search);
  };
  read();
  addEventListener('popstate', read);
  return () => removeEventListener('popstate', read);
}

/** Goes there. A step is one the reader can go back from; a narrowing (filters, a row) is not. */
export function go(part: Partial<Place>, step = false): void {
  place.value = { ...place.value, ...part };
  const lang = new URLSearchParams(location.search).get('lang');
  const address = location.pathname + writePlace(place.value, lang);
  if (address === location.pathname + location.search) return;
  if (step) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
