/** A setting in words. */
import type { components } from '../../api/schema.gen.ts';
import { lang, listed } from '../../base/i18n.ts';
import { roleName } from '../../staff/words.ts';
import { a } from '../words.ts';
import { g } from './words.ts';

export type Setting = components['schemas']['SettingLine'];
type Word = Parameters<typeof g>[0];

export const groups = ['city', 'people', 'signin', 'server'] as const;

/** What a setting is called; one without words by its own name. */
export const title = (one: Setting) => g(one.key as Word);
export const lead = (one: Setting) => g(`${one.key}_lead` as Word);

/** A value of the setting as people say it. */
export function said(one: Setting, value: unknown): string {
  if (one.kind === 'roles') {
    const list = value as string[];
    return listed(list.map((role) => roleName(role, lang()))) || g('no_role');
  }
  if (one.kind === 'number') {
    if (one.key === 'keep_left' && value === 0) return g('forever');
    return one.unit ? g(one.unit, { n: Number(value) }) : String(value);
  }
  if (one.kind === 'fixed') return fixed(one, String(value));
  return String(value) || g('unset');
}

function fixed(one: Setting, value: string): string {
  if (value === 'true') return a('yes');
  if (value === 'false') return a('no');
  if (value) return value;
  if (one.key === 'database') return g('database_own');
  return one.key.endsWith('_key') ? g('in_environment') : g('unset');
}

/** Where the value comes from. */
export function source(one: Setting): string {
  const from = { flag: `--${one.flag}`, variable: one.variable ?? '' };
  return g(`source_${one.source}`, from);
}

export const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
