import { ask, type Problem } from '../base/api.ts';
import { byId, h } from '../base/dom.ts';
import { lang, named } from '../base/i18n.ts';
import { type Concern, className, type Damage, damagesOf, describe } from './damages.ts';
import { type Draft, type Drafts, filled } from './draft.ts';
import type { Gallery } from './gallery.ts';
import type { Outbox, Parcel, ReportBody } from './outbox.ts';
import { Where } from './where.ts';
import { t } from './words.ts';

export interface Category {
  code: string;
  name: string;
  name_en?: string;
  kind?: 'component' | 'event';
  class?: string;
}

interface Thing {
  code: string;
  class: string;
  /** In the language the page was asked for; name_zh and name_en say which is which. */
  name?: string;
  name_zh?: string;
  name_en?: string;
}

/** What the server wrote beside the page. */
export interface Facts {
  facility?: Thing | null;
  categories?: Category[] | null;
}

/** The report form taken over by script: inputs fill the draft, the draft fills the inputs, send makes a parcel. */
export class Form {
  /** Called when the report could not leave now and waits in the outbox. */
  onKept: () => void = () => undefined;
  private readonly element = byId<HTMLFormElement>('form') as HTMLFormElement;
  private readonly text = byId<HTMLTextAreaElement>('text') as HTMLTextAreaElement;
  private readonly category = byId<HTMLSelectElement>('category');
  private readonly gallery: Gallery;
  private readonly where: Where | undefined;
  private readonly code: string | undefined;
  private draft: Draft;
  private busy = false;
  // Before the store has said what was begun, nothing may be written over it.
  private opened = false;
  // Once the outbox delivers the report by itself, nothing may write the draft back.
  private handedOver = false;
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly facts: Facts,
    private readonly drafts: Drafts,
    private readonly outbox: Outbox,
    gallery: (onChange: () => void) => Gallery,
  ) {
    this.code = byId('facility')?.querySelector('input')?.value;
    this.draft = drafts.fresh();
    this.gallery = gallery(() => this.changed());
    this.where = byId('where')
      ? new Where(
          () => this.draft,
          () => this.changed(),
        )
      : undefined;
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.send();
    });
    this.element.addEventListener('change', () => this.read());
    this.text.addEventListener('input', () => this.read());
    // A phone may drop the page without another word; what was typed is written down at once then.
    document.addEventListener('visibilitychange', () => document.hidden && this.save());
  }

  /** True while the send button waits for this very report; it opens the receipt itself. */
  awaits(key: string): boolean {
    return this.busy && this.draft.key === key;
  }

  async open(): Promise<void> {
    const { draft, restored } = await this.unsent();
    if (restored || !filled(this.draft)) this.draft = draft; // else somebody was quicker than the store
    this.opened = true;
    if (!this.facts.categories?.length && this.category) await this.fetchCategories();
    this.relabel();
    if (restored) this.noticeRestored();
    if (!navigator.onLine) this.offline();
    void this.earlier();
  }

  /** Writes every word and choice anew, in the language of the page. */
  relabel(): void {
    const facility = this.facts.facility;
    const name = byId('facility-name');
    if (name && facility) name.textContent = nameOf(facility);
    this.drawCategories();
    this.write();
    this.gallery.show(this.draft.photos);
    this.where?.show();
  }

  online(): void {
    byId('offline')?.remove();
    if (!this.handedOver) this.gallery.retry(); // else the outbox carries the photos
  }

  offline(): void {
    if (!byId('offline'))
      byId('notices')?.append(h('p', { class: 'notice', id: 'offline', 'data-t': 'offline' }, t('offline')));
  }

  /** A report that was not accepted comes back to be changed. What was never accepted may get a new key. */
  async takeBack(parcel: Parcel): Promise<void> {
    await this.outbox.drop(parcel.key);
    const kept = this.draft.key === parcel.key ? this.draft : undefined;
    const fresh = this.drafts.fresh();
    const { concern, category, text, lon, lat } = parcel.body;
    this.draft = kept
      ? { ...kept, key: fresh.key }
      : {
          ...fresh,
          text: text ?? '',
          photos: parcel.photos,
          ...(concern ? { concern: concern as Concern } : {}),
          ...(category ? { category } : {}),
          ...(lon !== undefined && lat !== undefined ? { place: { lon, lat, how: 'pinned' as const } } : {}),
        };
    this.hide(false);
    this.relabel();
    this.save();
  }

  /** A draft whose report is already in the outbox (the page was closed while sending) is not a draft any more. */
  private async unsent(): Promise<{ draft: Draft; restored: boolean }> {
    const opened = await this.drafts.open(this.code);
    const parcels = await this.outbox.parcels();
    if (!parcels.some((parcel) => parcel.key === opened.draft.key)) return opened;
    await this.drafts.clear(this.code);
    return { draft: this.drafts.fresh(), restored: false };
  }

  private read(): void {
    const chosen = this.element.querySelector<HTMLInputElement>('input[name="concern"]:checked');
    const concern = chosen?.value as Concern | undefined;
    if (concern !== this.draft.concern) {
      this.draft.damages = [];
      if (concern) this.draft.concern = concern;
      byId('what-problem')?.replaceChildren();
    } else {
      const ticked = this.element.querySelectorAll<HTMLInputElement>('#chips input:checked');
      this.draft.damages = Array.from(ticked, (input) => input.value);
    }
    this.draft.text = this.text.value;
    if (this.category?.value) {
      this.draft.category = this.category.value;
      byId('category-problem')?.replaceChildren();
    } else delete this.draft.category;
    this.changed();
  }

  private write(): void {
    const { concern, category, text } = this.draft;
    for (const input of this.element.querySelectorAll<HTMLInputElement>('input[name="concern"]')) {
      input.checked = input.value === concern;
    }
    if (this.text.value !== text) this.text.value = text;
    if (this.category) this.category.value = category ?? '';
    this.layout();
  }

  private changed(): void {
    this.layout();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), 300);
  }

  private save(): void {
    clearTimeout(this.saving);
    if (this.opened && !this.handedOver) void this.drafts.save(this.code, this.draft);
  }

  /** One question at a time: where, then which one, then the rest. An event needs no concern, a known thing no category. */
  private layout(): void {
    const known = Boolean(this.code || this.draft.facility);
    const asked = this.draft.place ? (this.draft.none || this.where?.bare ? 'what' : 'which') : 'where';
    this.element.dataset.step = known ? 'what' : asked;
    byId('category-box')?.toggleAttribute('hidden', known);
    byId('what')?.toggleAttribute('hidden', !known && this.chosenCategory()?.kind === 'event');
    this.drawChips();
  }

  private drawChips(): void {
    const part = byId('damage') as HTMLElement;
    const chips = byId('chips') as HTMLElement;
    const list = this.offered();
    part.hidden = list.length === 0 || Boolean(byId('what')?.hidden);
    const wanted = list.map((damage) => damage.key + t('damage')).join();
    if (chips.dataset.shown === wanted) return;
    chips.dataset.shown = wanted;
    chips.replaceChildren(
      ...list.map((damage) => {
        const checked = this.draft.damages.includes(damage.key);
        const input = h('input', { type: 'checkbox', name: 'damage', value: damage.key, checked });
        return h('label', {}, input, h('span', {}, damage[lang()]));
      }),
    );
  }

  private offered(): Damage[] {
    const known = this.facts.facility ?? this.draft.facility ?? this.chosenCategory();
    return this.draft.concern ? damagesOf(known?.class, this.draft.concern) : [];
  }

  private chosenCategory(): Category | undefined {
    return this.facts.categories?.find((category) => category.code === this.draft.category);
  }

  private drawCategories(): void {
    const select = this.category;
    const list = this.facts.categories ?? [];
    if (!select || list.length === 0) return;
    const option = (one: Category) => h('option', { value: one.code }, named(one));
    const group = (kind: Category['kind'], label: string) =>
      h('optgroup', { label }, ...list.filter((one) => one.kind === kind).map(option));
    const first = h('option', { value: '' }, t('category_choose'));
    const sorted = list.every((one) => one.kind)
      ? [group('component', t('components')), group('event', t('events'))]
      : list.map(option);
    select.replaceChildren(first, ...sorted.filter((one) => one.childNodes.length > 0));
  }

  private async fetchCategories(): Promise<void> {
    const { items } = await ask<{ items: Category[] }>('/api/v1/categories').catch(() => ({ items: [] }));
    this.facts.categories = items;
  }

  /** Others may have reported the same thing; the resident is told, and stays free to report. */
  private async earlier(): Promise<void> {
    const line = byId('earlier');
    if (!this.code || !line) return;
    const found = await ask<{ properties: { open_cases?: number } }>(`/api/v1/facilities/${this.code}`).catch(
      () => null,
    );
    const n = found?.properties.open_cases ?? 0;
    if (n > 0) line.textContent = t('earlier', { n });
    line.hidden = n === 0;
  }

  private async send(): Promise<void> {
    if (this.busy || !this.complete()) return;
    this.busy = true;
    this.progress(t('sending'));
    this.element.querySelector('.notice.bad')?.remove();
    const { key, photos } = this.draft;
    const of = photos.length;
    const outcome = await this.outbox.post({ key, photos, body: this.body(), label: this.label() }, (n) =>
      this.progress(t('sending_photos', { n, of })),
    );
    if (outcome.kind === 'sent') {
      await this.drafts.clear(this.code);
      location.assign(outcome.sent.receipt_url);
      return; // stays busy until the page is gone, so that no third tap finds an open button
    }
    this.busy = false;
    this.progress(undefined);
    if (outcome.kind === 'refused') return this.refused(outcome.parcel, outcome.problem);
    this.handedOver = true;
    clearTimeout(this.saving);
    await this.drafts.clear(this.code);
    this.hide(true);
    this.onKept();
    byId('kept-title')?.focus();
  }

  private async refused(parcel: Parcel, problem: Problem): Promise<void> {
    await this.takeBack(parcel);
    const words = h('p', { class: 'notice bad', role: 'alert', tabindex: -1 }, problem.words);
    this.element.prepend(words);
    words.focus();
  }

  private complete(): boolean {
    const { draft } = this;
    const known = Boolean(this.code || draft.facility);
    if (!known && !draft.place) return false; // the button is not shown yet
    if (!known && !draft.category) return this.need('category-problem', t('need_category'), this.category);
    const event = !known && this.chosenCategory()?.kind === 'event';
    if (!event && !draft.concern) {
      return this.need(
        'what-problem',
        t('need_concern'),
        this.element.querySelector('input[name="concern"]'),
      );
    }
    return true;
  }

  private need(id: string, words: string, focus: HTMLElement | null): false {
    const problem = byId(id);
    if (problem) problem.textContent = words;
    focus?.focus();
    focus?.scrollIntoView({ block: 'center' });
    return false;
  }

  private body(): ReportBody {
    const { draft } = this;
    const code = this.code ?? draft.facility?.code;
    const text = describe(this.chosenDamages(), draft.text);
    return {
      ...(code ? { facility_code: code } : {}),
      ...(!code && draft.category ? { category: draft.category } : {}),
      ...(draft.concern && !byId('what')?.hidden ? { concern: draft.concern } : {}),
      ...(text ? { text } : {}),
      ...(draft.place ? { lon: draft.place.lon, lat: draft.place.lat, crs: 'wgs84' as const } : {}),
    };
  }

  private chosenDamages(): Damage[] {
    return this.offered().filter((damage) => this.draft.damages.includes(damage.key));
  }

  /** What the resident will know this report by, in their list. */
  private label(): string {
    const facility = this.facts.facility ?? this.draft.facility;
    const category = this.chosenCategory();
    const thing = facility ? nameOf(facility) : category ? named(category) : '';
    const what = this.draft.concern && !byId('what')?.hidden ? t(this.draft.concern) : '';
    return [thing, what].filter(Boolean).join(' · ');
  }

  private progress(words: string | undefined): void {
    const button = byId('send') as HTMLElement;
    button.setAttribute('aria-busy', String(words !== undefined));
    const label = button.firstElementChild as HTMLElement;
    label.textContent = words ?? t('send');
  }

  private hide(on: boolean): void {
    this.element.hidden = on;
    if (!on) this.handedOver = false;
  }

  private noticeRestored(): void {
    const again = h('button', { type: 'button', class: 'link', 'data-t': 'draft_clear' }, t('draft_clear'));
    const line = h(
      'p',
      { class: 'notice restored' },
      h('span', { 'data-t': 'draft_back' }, t('draft_back')),
      again,
    );
    again.addEventListener('click', async () => {
      await this.drafts.clear(this.code);
      this.draft = this.drafts.fresh();
      line.remove();
      this.relabel();
    });
    byId('notices')?.append(line);
  }
}

/** The name of a thing in the language of the page; most have none of their own, and its class says it as well. */
function nameOf(thing: Thing): string {
  return (lang() === 'en' ? thing.name_en : thing.name_zh || thing.name) || className(thing.class);
}
