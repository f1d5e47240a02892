import { ask, Problem } from '../base/api.ts';
import { byId, h } from '../base/dom.ts';
import { lang } from '../base/i18n.ts';
import { foreignPlate, readPlate, showPlate } from '../base/plate.ts';
import { className } from './damages.ts';
import type { Draft, Place } from './draft.ts';
import { t } from './words.ts';

/** A facility as GET /api/v1/facilities gives it; only what the page shows. */
interface Near {
  properties: {
    code: string;
    class: string;
    name?: string;
    name_en?: string;
    place?: string;
    distance_m?: number;
  };
}

const nearby = 8; // how many to choose from
const reach = 300; // metres

/** The part of the page that finds out where, when no code was scanned: a position, then the thing itself. */
export class Where {
  private readonly line = byId('place') as HTMLElement;
  private readonly list = byId('which-list') as HTMLElement;
  private readonly map = byId('map-box') as HTMLElement;
  private looking: AbortController | undefined;
  private items: Near['properties'][] = [];
  private state: 'idle' | 'loading' | 'shown' | 'failed' = 'idle';

  constructor(
    private readonly draft: () => Draft,
    private readonly onChange: () => void,
  ) {
    byId('locate')?.addEventListener('click', () => this.locate());
    byId('pick')?.addEventListener('click', () => void this.pick());
    this.typedCode();
  }

  /** Brings the part in line with the draft: after opening, after a restored draft, after a change of language. */
  show(): void {
    const { place } = this.draft();
    if (place) {
      this.say(placeWords(place));
      if (this.state === 'idle') void this.look(place);
    }
    this.draw();
  }

  /** True when there is nothing here to choose from, so the kind of problem has to be told instead. */
  get bare(): boolean {
    return this.state === 'failed' || (this.state === 'shown' && this.items.length === 0);
  }

  private locate(): void {
    if (!window.isSecureContext || !navigator.geolocation) {
      this.say(t('geo_insecure'), true);
      return;
    }
    this.say(t('locating'));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        this.place({
          lon: coords.longitude,
          lat: coords.latitude,
          how: 'located',
          accuracy: Math.round(coords.accuracy),
        }),
      (error) => this.say(t(error.code === error.PERMISSION_DENIED ? 'geo_denied' : 'geo_failed'), true),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  }

  // The map weighs ten times the page, so it comes only when somebody asks for it.
  private async pick(): Promise<void> {
    if (!this.map.hidden) return;
    this.map.hidden = false;
    let at = this.draft().place;
    const here = h('button', { type: 'button', class: 'go' }, t('pick_done'));
    here.disabled = !at; // until the map has told its middle, there is no "here"
    this.say(t('pick_help'));
    try {
      const { pick } = await import('../map/pick.ts');
      const picker = await pick(this.map, {
        center: at ? [at.lon, at.lat] : undefined,
        onMove: ([lon, lat]) => {
          at = { lon, lat, how: 'pinned' };
          here.disabled = false;
        },
      });
      here.addEventListener('click', () => {
        picker.destroy();
        here.remove();
        this.map.hidden = true;
        this.map.replaceChildren();
        if (at) this.place(at.how === 'pinned' ? at : { ...at, how: 'pinned' });
      });
      this.map.after(here);
      this.map.scrollIntoView({ block: 'center' });
    } catch {
      this.map.hidden = true;
      this.map.replaceChildren();
      this.say(t('pick_failed'), true);
    }
  }

  private place(place: Place): void {
    const draft = this.draft();
    draft.place = place;
    delete draft.facility;
    delete draft.none;
    this.onChange();
    this.say(placeWords(place));
    void this.look(place);
  }

  private async look(place: Place): Promise<void> {
    this.looking?.abort();
    const looking = new AbortController();
    this.looking = looking;
    this.state = 'loading';
    this.draw();
    try {
      const found = await ask<{ features: Near[] }>('/api/v1/facilities', {
        query: { near: `${place.lon.toFixed(6)},${place.lat.toFixed(6)}`, limit: nearby, radius: reach },
        signal: looking.signal,
      });
      this.items = found.features.map((feature) => feature.properties);
      this.state = 'shown';
    } catch {
      if (looking.signal.aborted) return;
      this.items = [];
      this.state = 'failed';
    }
    this.draw();
    this.onChange();
  }

  private draw(): void {
    const part = byId('which') as HTMLElement;
    const help = byId('which-help') as HTMLElement;
    part.hidden = this.state === 'idle';
    const say = {
      idle: 'which_help',
      loading: 'which_loading',
      failed: 'which_failed',
      shown: 'which_help',
    } as const;
    help.textContent = t(this.state === 'shown' && this.items.length === 0 ? 'which_empty' : say[this.state]);
    if (this.state === 'loading') {
      const bones = [1, 2, 3].map(() => h('div', { class: 'bone' }));
      this.list.replaceChildren(...bones);
      return;
    }
    const none = this.items.length ? [this.choice(undefined)] : [];
    this.list.replaceChildren(...this.items.map((item) => this.choice(item)), ...none);
  }

  private choice(item: Near['properties'] | undefined): HTMLElement {
    const draft = this.draft();
    const chosen = item ? draft.facility?.code === item.code : Boolean(draft.none);
    const input = h('input', { type: 'radio', name: 'which', value: item?.code ?? '', checked: chosen });
    input.addEventListener('change', () => {
      if (item) draft.facility = { code: item.code, class: item.class, name: item.name ?? '' };
      else delete draft.facility;
      draft.none = !item;
      this.onChange();
    });
    if (!item) return h('label', {}, input, h('span', {}, t('which_none')));
    const plate = h('i', { class: 'plate' }, `${t('code')} ${showPlate(item.code)}`);
    const under = h('small', {}, item.place ? `${item.place} · ` : null, plate);
    const far = item.distance_m === undefined ? null : t('metres', { m: Math.round(item.distance_m) });
    return h(
      'label',
      {},
      input,
      h(
        'span',
        {},
        (lang() === 'en' ? item.name_en : item.name) || className(item.class),
        under,
        far ? h('small', { class: 'far' }, far) : null,
      ),
    );
  }

  private typedCode(): void {
    const input = byId<HTMLInputElement>('typed') as HTMLInputElement;
    const problem = byId('typed-problem') as HTMLElement;
    const go = async () => {
      const reading = readPlate(input.value);
      if (reading.ok) return location.assign(`/q/${reading.code}`);
      const foreign = foreignPlate(input.value);
      if (foreign && (await carried(foreign))) return location.assign(`/q/${encodeURIComponent(foreign)}`);
      problem.textContent = t(`plate_${reading.why}`, { c: reading.character ?? '' });
      input.setAttribute('aria-invalid', 'true');
      input.focus();
    };
    input.addEventListener('input', () => {
      problem.textContent = '';
      input.removeAttribute('aria-invalid');
    });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault(); // Enter here opens the code; it must not send the report
      void go();
    });
    byId('typed-go')?.addEventListener('click', () => void go());
  }

  private say(words: string, bad = false): void {
    this.line.textContent = words;
    this.line.classList.toggle('problem', bad);
  }
}

/** Whether something carries this code; when nobody can tell, the words about our own codes are shown. */
async function carried(code: string): Promise<boolean> {
  try {
    await ask(`/api/v1/facilities/${encodeURIComponent(code)}`);
    return true;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    return false;
  }
}

function placeWords(place: Place): string {
  return place.how === 'pinned' ? t('pinned') : t('located', { m: Math.max(1, place.accuracy ?? 1) });
}
