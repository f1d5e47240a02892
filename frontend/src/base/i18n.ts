/**
 * Words in two languages. Each page keeps its own pair of dictionaries and asks `words(zh, en)` for its `t`,
 * so that a small page never carries the words of a large one. Chinese is the first language: its dictionary
 * fixes the keys, and the compiler refuses an English one with a key missing or too many.
 */
export type Lang = 'zh' | 'en';

export type Values = Readonly<Record<string, string | number>>;
export type Dictionary = Readonly<Record<string, string>>;
export type Translate<Key extends string> = ((key: Key, values?: Values) => string) & {
  readonly zh: Readonly<Record<Key, string>>;
  readonly en: Readonly<Record<Key, string>>;
};

const storageKey = 'onemap.lang';
const listeners = new Set<(lang: Lang) => void>();
let current: Lang = 'zh';

/** The language of the address, else the one chosen before, else Chinese. Call once when the page starts. */
export function startLang(search = location.search): Lang {
  current = asLang(new URLSearchParams(search).get('lang')) ?? asLang(remembered()) ?? 'zh';
  mark();
  return current;
}

export function lang(): Lang {
  return current;
}

/** Changes the language of the page, remembers it, keeps the address honest and tells every listener. */
export function setLang(next: Lang): void {
  if (next === current) return;
  current = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // Storage may be refused (private windows); the choice then lasts as long as the page.
  }
  const here = new URL(location.href);
  if (here.searchParams.has('lang')) {
    here.searchParams.set('lang', next);
    history.replaceState(history.state, '', here);
  }
  mark();
  for (const listener of listeners) listener(next);
}

/** Calls back after each change of language; the result stops it. */
export function onLang(listener: (lang: Lang) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Makes the typed `t` of one page. `{name}` in a text is replaced by `values.name`. */
export function words<Zh extends Dictionary>(zh: Zh, en: { readonly [K in keyof Zh]: string }) {
  type Key = keyof Zh & string;
  const t = (key: Key, values?: Values): string => fill((current === 'zh' ? zh : en)[key], values);
  return Object.assign(t, { zh, en }) as Translate<Key>;
}

/** Picks the name in the current language from a pair as the server sends it; falls back to the other. */
export function named(item: { name?: string | null; name_en?: string | null }): string {
  return (current === 'en' ? item.name_en || item.name : item.name || item.name_en) ?? '';
}

/** What language a text is said in where it is not the page's: names without an English one stay Chinese. */
export function tongueOf(text: string): 'zh-CN' | undefined {
  return current === 'en' && /\p{Script=Han}/u.test(text) ? 'zh-CN' : undefined;
}

/** Words one after the other, as the current language lists them. */
export function listed(list: readonly string[]): string {
  return list.join(current === 'zh' ? '、' : ', ');
}

export function fill(text: string, values?: Values): string {
  return values ? text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all)) : text;
}

function mark(): void {
  document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en';
}

function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function asLang(value: string | null): Lang | null {
  if (!value) return null;
  if (value.toLowerCase().startsWith('zh')) return 'zh';
  return value.toLowerCase().startsWith('en') ? 'en' : null;
}
