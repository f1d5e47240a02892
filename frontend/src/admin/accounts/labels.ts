import { c } from './words.ts';

const fields = {
  login: 'login',
  name: 'name',
  scope: 'place',
  role: 'role',
  department: 'department',
  starts_at: 'from',
  ends_at: 'until',
  reason: 'reason',
  code: 'd_code',
  name_en: 'd_name_en',
  parent: 'd_parent',
} as const;

/** What the form calls a field that the server names, also inside a list such as grants[0].role. */
export function fieldName(location: string): string {
  const bare = location.replace(/^body\./, '').replace(/^grants\[\d+\]\./, '');
  return bare in fields ? c(fields[bare as keyof typeof fields]) : '';
}
