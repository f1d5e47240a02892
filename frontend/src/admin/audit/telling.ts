import type { components } from '../../api/schema.gen.ts';
import { lang, listed } from '../../base/i18n.ts';
import { roleName } from '../../staff/words.ts';
import { c } from '../accounts/words.ts';
import { actions, fields, type Pair, things } from './dictionary.ts';
import { u } from './words.ts';

export type Entry = components['schemas']['OversightEntry'];
const said = (pair: Pair) => pair[lang() === 'zh' ? 0 : 1];

/** A kind of object in words; one without words stands as it is. */
export function thing(kind: string): string {
  const pair = things[kind];
  return pair ? said(pair) : kind;
}

/** What an operation did, in words; one without words by its own name. */
export function told(action: string): string {
  for (const group of actions) {
    const pair = group.of[action];
    if (pair) return said(pair);
  }
  return action;
}

/** The actions there are to choose from, in groups. */
export function choices(): { name: string; items: { id: string; words: string }[] }[] {
  return actions.map(({ name, of }) => ({
    name: said(name),
    items: Object.entries(of).map(([id, pair]) => ({ id, words: said(pair) })),
  }));
}

export const kinds = () => Object.entries(things).map(([id, pair]) => ({ id, words: said(pair) }));

/** Who did it, by user name; in words where it was no account. */
export const whoSaid = (entry: Entry) =>
  entry.actor || u(entry.actor_kind === 'system' ? 'system' : 'nobody');

/** An account as it is chosen. */
export interface Somebody {
  login: string;
  name: string;
}

/** Each account once, by name. */
export function somebodies(all: readonly Somebody[]): Somebody[] {
  return [...new Map(all.map((one) => [one.login, one])).values()].sort((one, other) =>
    one.name.localeCompare(other.name, lang()),
  );
}

/** The accounts that entries are of. */
export const accountsIn = (entries: readonly Entry[]): Somebody[] =>
  entries
    .filter((one) => one.actor_kind === 'account' && one.actor)
    .map((one) => ({ login: one.actor, name: one.actor_name || one.actor }));

/** Each of a list once. */
const once = (list: readonly string[]) => listed([...new Set(list)]);

/** The names of fields of a kind that were changed or asked for, in words. */
export function fieldsSaid(names: readonly string[], kind: string): string {
  return once(
    names.map((name) => {
      const pair = fields[`${kind}.${name}`] ?? fields[name];
      return pair ? said(pair) : name;
    }),
  );
}

const grantsOf = (held: string) => held.split('; ').filter(Boolean);

/**
 * The grants under which it was done, in words. The log says of each its role, place and department, then its id:
 * "handler 9901 D02 grant 0190..., for 0190...".
 */
export function heldSaid(held: string): string {
  return grantsOf(held)
    .map((one) => {
      const [role = '', ...rest] = one.replace(/ (grant|for) [0-9a-f-]{36}/g, '').split(' ');
      const place = /^\d+$/.test(rest[0] ?? '') ? rest.shift() : '';
      const parts = [roleName(role, lang()), place || c('everywhere'), ...rest];
      if (/ for [0-9a-f-]{36}/.test(one)) parts.push(u('standing_in'));
      return parts.join(' · ');
    })
    .join(lang() === 'zh' ? '；' : '; ');
}

/** The offices alone, without places and ids. */
export const officesSaid = (held: string) =>
  once(grantsOf(held).map((one) => roleName(one.split(' ')[0] ?? '', lang())));

/** Where an object is looked at; '' when it has no page. */
export function pageOf(kind: string, id: string): string {
  if (!id) return '';
  const at = encodeURIComponent(id);
  switch (kind) {
    case 'account':
      return `/admin?section=accounts&id=${at}`;
    case 'case':
      return `/command?case=${at}`;
    case 'person':
      return `/admin?tab=people&id=${at}`;
    case 'organisation':
    case 'service':
      return `/admin?tab=${kind}s&id=${at}`;
    case 'building':
      return `/admin?building=${at}`;
    case 'import':
      return `/admin?section=import&run=${at}`;
    case 'department':
      return `/admin?section=departments&q=${at}`;
    case 'setting':
      return '/admin?section=settings';
    case 'key':
      return '/admin?section=keys';
  }
  return '';
}
