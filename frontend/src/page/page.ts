/**
 * What every page has and shows everywhere: its theme, its language, the time. As refs, so that a change is seen at
 * once and nothing on the screen (a half-written note, the place on the map) is lost by it.
 */
import { type Ref, ref } from 'vue';
import { type Lang, lang, listed, named, onLang, setLang, startLang, tongueOf } from '../base/i18n.ts';
import { type State, stateName } from '../base/symbols.ts';
import { dayText, startZone } from '../base/time.ts';
import type { Theme } from '../map/palette.ts';

const theme = ref<Theme>('night');
const language = ref<Lang>('zh');
/** ms; moves every ten seconds, which is as fine as "3 分钟前" needs. */
const now = ref(Date.now());
let key = '';

/** Call once before mounting. Each page has its own first theme and remembers its own choice. */
export function startPage(page: string, first: Theme): void {
  key = `onemap.theme.${page}`;
  language.value = startLang();
  startZone();
  onLang((next) => {
    language.value = next;
    now.value = Date.now();
  });
  setTheme(remembered() ?? first, false);
  setInterval(() => {
    now.value = Date.now();
  }, 10_000);
}

export function usePage(): { theme: Ref<Theme>; lang: Ref<Lang>; now: Ref<number> } {
  return { theme, lang: language, now };
}

/** The day it is in the city, as forms write it: 2026-11-22. */
export function today(): string {
  return dayText(Date.now());
}

export function setTheme(next: Theme, keep = true): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
  if (!keep) return;
  try {
    localStorage.setItem(key, next);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}

export function otherTheme(): void {
  setTheme(theme.value === 'night' ? 'day' : 'night');
}

export function otherLang(): void {
  setLang(lang() === 'zh' ? 'en' : 'zh');
}

/** Makes words follow the language where a template uses them. */
export function live<T extends (...args: never[]) => string | undefined>(t: T): T {
  const follow = (...args: Parameters<T>) => {
    void language.value;
    return t(...args);
  };
  return follow as T;
}

export const shownName = live(named);
export const shownList = live(listed);
export const tongue = live(tongueOf);
export const shownState = live(stateName as (state: State | 'overdue' | 'urgent') => string);

/** A number with thin groups, as in 48 213. */
export function grouped(n: number): string {
  return String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(key);
    return value === 'night' || value === 'day' ? value : null;
  } catch {
    return null;
  }
}
