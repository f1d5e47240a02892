import { Problem } from '../base/api.ts';
import { byId, h } from '../base/dom.ts';
import { ago } from '../base/time.ts';
import { mine } from './mine.ts';
import type { Outbox, Parcel, Sent } from './outbox.ts';
import { t } from './words.ts';

/** Shows what has not left yet, and below the form what was sent from this device before. */
export class Kept {
  private parcels: Parcel[] = [];
  private sent: Sent[] = [];
  private headed = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly onEdit: (parcel: Parcel) => void,
    private readonly now: () => number,
  ) {}

  update(parcels: Parcel[]): void {
    this.parcels = parcels;
    this.draw();
  }

  delivered(sent: Sent): void {
    this.sent.push(sent);
    this.draw();
  }

  /** After the resident pressed send and it could not leave: says so in full, in place of the form. */
  head(on: boolean): void {
    this.headed = on;
    this.draw();
  }

  draw(): void {
    const box = byId('kept') as HTMLElement;
    // A parcel on its first way is shown by the button itself.
    const shown = this.parcels.filter(
      (parcel) => this.headed || parcel.tries > 0 || parcel.state === 'refused',
    );
    box.hidden = shown.length === 0 && this.sent.length === 0;
    const items = [
      ...this.sent.map((sent) => this.arrived(sent)),
      ...shown.map((parcel) => this.waiting(parcel)),
    ];
    box.replaceChildren(
      ...(this.headed && shown.length
        ? [h('h1', { tabindex: -1, id: 'kept-title' }, t('kept')), h('p', { class: 'sub' }, t('kept_help'))]
        : [h('h2', {}, t('waiting'))].filter(() => shown.length > 0)),
      h('ul', { class: 'list' }, ...items),
      ...(this.headed ? [h('a', { class: 'go', href: location.href }, t('again'))] : []),
    );
    this.drawMine();
  }

  private waiting(parcel: Parcel): HTMLElement {
    const refused = parcel.state === 'refused';
    const retry = h(
      'button',
      { type: 'button', class: 'plain', onclick: () => void this.outbox.flush(true) },
      t('kept_retry'),
    );
    const edit = h(
      'button',
      { type: 'button', class: 'plain', onclick: () => this.onEdit(parcel) },
      t('kept_edit'),
    );
    const drop = h(
      'button',
      { type: 'button', class: 'plain', onclick: () => void this.outbox.drop(parcel.key) },
      t('kept_drop'),
    );
    return h(
      'li',
      {},
      h('b', {}, parcel.label),
      h('span', { class: refused ? 'meta problem' : 'meta', role: 'status' }, this.status(parcel)),
      h('div', { class: 'acts' }, ...(refused ? [edit, drop] : parcel.state === 'waiting' ? [retry] : [])),
    );
  }

  private status(parcel: Parcel): string {
    if (parcel.state === 'sending') return t('kept_sending');
    const why = parcel.problem ? new Problem(parcel.problem).words : '';
    if (parcel.state === 'refused') return `${t('kept_refused')}：${why}`;
    const seconds = Math.max(1, Math.ceil((parcel.due - this.now()) / 1000));
    const when = seconds < 90 ? t('seconds', { n: seconds }) : t('minutes', { n: Math.ceil(seconds / 60) });
    return t('kept_next', { when });
  }

  private arrived(sent: Sent): HTMLElement {
    return h(
      'li',
      {},
      h(
        'a',
        { href: sent.receipt_url },
        h('b', {}, t('kept_sent', { number: sent.number })),
        h('span', {}, t('kept_see')),
      ),
    );
  }

  private drawMine(): void {
    const box = byId('mine') as HTMLElement;
    const list = mine();
    box.hidden = list.length === 0;
    if (box.hidden) return;
    const items = list.map((one) =>
      h(
        'li',
        {},
        h(
          'a',
          { href: `/r/${one.receipt}` },
          h('span', {}, one.label || one.number),
          h('span', { class: 'meta' }, ago(one.at, this.now())),
        ),
      ),
    );
    box.replaceChildren(h('h2', {}, t('mine')), h('ul', { class: 'list' }, ...items));
  }
}
