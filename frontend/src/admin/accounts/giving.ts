/**
 * What an administrator may give, and for how long. The server decides; this only keeps what it would refuse off the
 * form.
 */
import type { Role } from '../../api/types.ts';
import { beginOf, endOf } from '../../base/time.ts';
import { city, over, type Rights } from '../rights.ts';
import type { Giving, Grant } from './shapes.ts';

export const roles: readonly Role[] = [
  'operator',
  'supervisor',
  'handler',
  'worker',
  'planner',
  'registrar',
  'auditor',
  'administrator',
  'leader',
];

/**
 * The roles that may be given on a place to an account; none where the place is not administered. Who watches is
 * chosen for a city or more, and by nobody for themselves.
 */
export function givable(rights: Rights, scope: string, account: string): Role[] {
  if (!over(rights, scope)) return [];
  const watchmen =
    account !== rights.self && rights.manage.some((from) => from.length <= city && scope.startsWith(from));
  return roles.filter((role) => role !== 'auditor' || watchmen);
}

/** Whether a grant is the administrator's to end. */
export function endable(rights: Rights, grant: Grant): boolean {
  if (grant.state === 'ended') return false;
  const mine = grant.account.id === rights.self || grant.deputy_for?.id === rights.self;
  if (grant.deputy_for && mine) return true;
  return givable(rights, grant.scope, grant.role === 'auditor' ? '' : grant.account.id).includes(grant.role);
}

/** A form of a grant: days as people say them, the last one counting in full. */
export interface GrantForm {
  role: Role | '';
  scope: string;
  department: string;
  from: string;
  until: string;
  reason: string;
}

/** The end of a day, when the last day of a grant or key is over. */
export const endsAfter = (text: string) => new Date(endOf(text)).toISOString();

/** What is sent: a first day that is today or none begins at once; a last day ends with it. */
export function givingOf(form: GrantForm, today: string): Giving {
  return {
    role: form.role as Role,
    scope: form.scope,
    ...(form.role === 'handler' ? { department: form.department } : {}),
    ...(form.from && form.from > today ? { starts_at: new Date(beginOf(form.from)).toISOString() } : {}),
    ...(form.until ? { ends_at: endsAfter(form.until) } : {}),
    ...(form.reason.trim() ? { reason: form.reason.trim() } : {}),
  };
}

/** The same grant once more, for whoever takes an ending back. */
export function again(grant: Grant, reason: string): Giving {
  return {
    role: grant.role,
    scope: grant.scope,
    ...(grant.department ? { department: grant.department } : {}),
    ...(Date.parse(grant.starts_at) > Date.now() ? { starts_at: grant.starts_at } : {}),
    ...(grant.ends_at ? { ends_at: grant.ends_at } : {}),
    reason,
  };
}
