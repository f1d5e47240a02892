import type { Me, Role } from '../api/types.ts';
import type { Section, Tab } from './place.ts';

/** Who keeps the registry: files come in and go out through them, and they write. */
const keepers: readonly Role[] = ['registrar', 'administrator'];
/** Who may read named records, each within the own area. */
const trusted: readonly Role[] = [...keepers, 'worker'];

/** Who reads what others did. */
const watchers: readonly Role[] = ['auditor', 'administrator'];

/** Digits of a city's code. */
export const city = 4;

const has = (me: Me, roles: readonly Role[]) => me.grants.some((grant) => roles.includes(grant.role));

/** What an account may do here. It only decides what is offered; the server decides what is answered. */
export interface Rights {
  keep: boolean;
  /** Whether it is that of a whole city, with those who have left it. */
  keepCity: boolean;
  people: boolean;
  /** Who asks: an account's id. */
  self: string;
  /** All places worked in, as prefixes of region codes; '' is everywhere. */
  area: readonly string[];
  /** Those whose registry is kept. */
  kept: readonly string[];
  /** The places administered, as prefixes of region codes; '' is everywhere. */
  manage: readonly string[];
  /** The places whose log of who did what is theirs to read, as prefixes. */
  watch: readonly string[];
}

export function rightsOf(me: Me): Rights {
  return {
    keep: has(me, keepers),
    keepCity: me.grants.some(({ role, scope }) => keepers.includes(role) && scope.length <= city),
    people: has(me, trusted),
    self: me.id,
    area: me.grants.map((grant) => grant.scope),
    kept: me.grants.filter((grant) => keepers.includes(grant.role)).map((grant) => grant.scope),
    manage: me.grants.filter((grant) => grant.role === 'administrator').map((grant) => grant.scope),
    watch: me.grants.filter((grant) => watchers.includes(grant.role)).map((grant) => grant.scope),
  };
}

const bySection: Partial<Record<Section, (rights: Rights) => boolean>> = {
  registry: () => true,
  nets: () => true,
  grids: ({ manage }) => manage.length > 0,
  accounts: ({ manage }) => manage.length > 0,
  departments: ({ manage }) => manage.length > 0,
  keys: ({ manage }) => manage.length > 0,
  retention: ({ keepCity }) => keepCity,
  audit: ({ watch }) => watch.length > 0,
  settings: ({ manage }) => manage.some((from) => from.length <= city),
};

export function maySee(rights: Rights, section: Section): boolean {
  return bySection[section]?.(rights) ?? rights.keep;
}

/** Whether a place is administered. */
export function over(rights: Rights, scope: string): boolean {
  return rights.manage.some((from) => scope.startsWith(from));
}

export function mayRead(rights: Rights, tab: Tab): boolean {
  return (tab !== 'people' && tab !== 'flows') || rights.people;
}

/** Whether the page is worth a link in somebody's menu. */
export function comesHere(me: Me): boolean {
  return has(me, [...trusted, ...watchers]);
}

/** Whether the planner's page has figures for somebody. */
export function plans(me: Me): boolean {
  return has(me, ['planner', 'leader', 'supervisor', 'registrar', 'administrator']);
}
