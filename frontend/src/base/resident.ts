import { byId } from './dom.ts';
import { lang, onLang, setLang, startLang } from './i18n.ts';
import { startZone } from './time.ts';

const largeKey = 'onemap.large';

/** The header of the residents' pages: large type and the other language, both remembered, both without a reload. */
export function startHeader(relabel: () => void): void {
  document.documentElement.classList.add('js');
  startLang();
  startZone();
  const large = byId<HTMLButtonElement>('large');
  const other = byId<HTMLAnchorElement>('lang');

  const setLarge = (on: boolean) => {
    document.documentElement.dataset.type = on ? 'large' : 'normal';
    large?.setAttribute('aria-pressed', String(on));
  };
  setLarge(read() === 'yes');
  large?.addEventListener('click', () => {
    const on = document.documentElement.dataset.type !== 'large';
    setLarge(on);
    write(on ? 'yes' : 'no');
  });

  other?.addEventListener('click', (event) => {
    event.preventDefault();
    setLang(lang() === 'zh' ? 'en' : 'zh');
  });
  const say = () => {
    if (other) other.lang = lang() === 'zh' ? 'en' : 'zh-CN';
    relabel();
  };
  onLang(say);
  say();
}

function read(): string | null {
  try {
    return localStorage.getItem(largeKey);
  } catch {
    return null;
  }
}

function write(value: string): void {
  try {
    localStorage.setItem(largeKey, value);
  } catch {
    // Private windows may refuse storage; the size then lasts as long as the page.
  }
}
