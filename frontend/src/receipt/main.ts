import { ask, Problem } from '../base/api.ts';
import { byId, facts, h, relabel, svg } from '../base/dom.ts';
import { lang } from '../base/i18n.ts';
import { startHeader } from '../base/resident.ts';
import { isState, stateName, symbol } from '../base/symbols.ts';
import { ago, deadline, exact } from '../base/time.ts';
import { t, type Word } from './words.ts';

/** GET /api/v1/receipts/{receipt}: what a resident may see of their case. */
interface Receipt {
  number: string;
  title: string;
  title_en?: string;
  state: string;
  place?: string;
  created_at: string;
  due_at?: string | null;
  facility?: { code: string; name?: string } | null;
  text?: string;
  photos?: { id: string; url: string; thumb_url: string; stage: 'report' | 'after' }[];
  steps: {
    at: string;
    state: string;
    action: string;
    note?: string | null;
    department_name?: string | null;
  }[];
}

const every = 15_000; // ms between two looks, while the page is in front
const open = new Set(['reported', 'filed', 'dispatched', 'returned', 'in_progress', 'suspended', 'resolved']);

const token = decodeURIComponent(location.pathname.split('/').filter(Boolean).pop() ?? '');
let receipt = facts<Receipt | null>('facts') ?? undefined;
let seenAt = Date.now();
let timer: ReturnType<typeof setTimeout> | undefined;
// Comparing with what was drawn keeps the page still, and the reader's place in it, when nothing is new.
let drawn = '';

startHeader(() => {
  relabel(t);
  drawn = '';
  draw();
});
if (byId('receipt')) void refresh();
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && byId('receipt')) void refresh();
});

async function refresh(): Promise<void> {
  clearTimeout(timer);
  const notice = byId('notice') as HTMLElement;
  try {
    const next = await ask<Receipt>(`/api/v1/receipts/${encodeURIComponent(token)}`);
    const news = receipt && receipt.state !== next.state;
    receipt = next;
    seenAt = Date.now();
    notice.textContent = news && isState(next.state) ? t('updated', { state: stateName(next.state) }) : '';
  } catch (cause) {
    const away = cause instanceof Problem && cause.passing;
    if (away && receipt) notice.textContent = t('stale', { when: ago(seenAt, Date.now()) });
  }
  draw();
  if (!document.hidden) timer = setTimeout(() => void refresh(), every);
}

function draw(): void {
  const box = byId('receipt');
  if (!box || !receipt) return;
  const fresh = view(receipt);
  const print = fresh.map((element) => element.outerHTML).join('');
  if (print === drawn) return;
  drawn = print;
  box.replaceChildren(...fresh);
  document.title = `${titleOf(receipt)} · ${t('title')}`;
}

function view(one: Receipt): HTMLElement[] {
  const now = Date.now();
  const late = open.has(one.state) && Boolean(one.due_at) && deadline(one.due_at as string, now).late;
  return [
    head(one, late),
    h('h1', {}, titleOf(one)),
    details(one, now),
    ...(one.photos?.length ? [h('h2', {}, t('photos')), photos(one.photos)] : []),
    h('h2', {}, t('steps')),
    h('ol', { class: 'steps' }, ...[...one.steps].reverse().map((step) => stepOf(step, now))),
  ];
}

function head(one: Receipt, late: boolean): HTMLElement {
  if (!isState(one.state)) return h('p', { class: 'now' }, h('b', {}, one.state));
  return h(
    'p',
    { class: 'now' },
    svg(symbol(one.state, { size: 30, overdue: late, silent: true })),
    h('b', {}, stateName(one.state)),
    h('span', { class: 'sub' }, t(`say_${one.state}`)),
  );
}

function details(one: Receipt, now: number): HTMLElement {
  const due = one.due_at && open.has(one.state) ? deadline(one.due_at, now) : undefined;
  const rows: [Word, Node | string | undefined][] = [
    ['number', one.number],
    ['where', one.place || one.facility?.name],
    ['sent_at', moment(one.created_at, now)],
    [
      'due',
      due &&
        h('span', { class: due.late ? 'late' : undefined, title: exact(one.due_at as string) }, due.text),
    ],
    ['said', one.text],
  ];
  return h(
    'dl',
    {},
    ...rows.flatMap(([key, value]) => (value ? [h('dt', {}, t(key)), h('dd', {}, value)] : [])),
  );
}

function stepOf(step: Receipt['steps'][number], now: number): HTMLElement {
  const note = step.note ? h('span', { class: 'note' }, step.note) : null;
  return h('li', {}, h('span', {}, stepWords(step)), note, moment(step.at, now));
}

function stepWords(step: Receipt['steps'][number]): string {
  const key = `step_${step.action}`;
  const named = step.action === 'dispatch' || step.action === 'accept';
  if (named && !step.department_name) return t(`step_${step.action as 'dispatch' | 'accept'}_plain`);
  if (key in t.zh) return t(key as Word, { who: step.department_name ?? '' });
  return isState(step.state) ? stateName(step.state) : step.state;
}

function photos(list: NonNullable<Receipt['photos']>): HTMLElement {
  const items = list.map((photo, index) => {
    const stage = t(photo.stage === 'after' ? 'after' : 'before');
    const picture = h('img', {
      src: photo.thumb_url,
      alt: t('nth', { stage, n: index + 1 }),
      loading: 'lazy',
    });
    return h('li', {}, h('a', { href: photo.url }, picture, stage));
  });
  return h('ul', { class: 'strip' }, ...items);
}

function moment(at: string, now: number): HTMLElement {
  return h('time', { datetime: at, title: exact(at) }, ago(at, now));
}

function titleOf(one: Receipt): string {
  return lang() === 'en' ? one.title_en || one.title : one.title;
}
