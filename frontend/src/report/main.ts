import { byId, facts, relabel } from '../base/dom.ts';
import { startHeader } from '../base/resident.ts';
import { Drafts, mintKey } from './draft.ts';
import { type Facts, Form } from './form.ts';
import { Gallery } from './gallery.ts';
import { Kept } from './kept.ts';
import { remember } from './mine.ts';
import { Outbox } from './outbox.ts';
import { Post } from './photos.ts';
import { openStore } from './store.ts';
import { t } from './words.ts';

/*
 * The report page. The server sends a form that works by itself; this script takes it over: it keeps a draft, makes
 * photos small and uploads them at once, and hands the finished report to the outbox, which does not let go of it
 * before the server has confirmed it.
 */
const now = () => Date.now();
let form: Form | undefined;
let kept: Kept | undefined;

startHeader(() => {
  relabel(t);
  form?.relabel();
  kept?.draw();
});
void start();

async function start(): Promise<void> {
  const store = await openStore();
  const post = new Post();
  const outbox = new Outbox(store, post, now);
  const known = facts<Facts>('facts') ?? {};

  form = new Form(known, new Drafts(store, mintKey, now), outbox, (change) => new Gallery(post, change));
  const list = new Kept(outbox, (parcel) => void form?.takeBack(parcel), now);
  kept = list;
  form.onKept = () => list.head(true);
  outbox.onChange = (parcels) => list.update(parcels);
  outbox.onSent = (parcel, sent) => {
    remember({ receipt: sent.receipt, number: sent.number, label: parcel.label, at: now() });
    if (!form?.awaits(parcel.key)) list.delivered(sent);
  };

  await form.open();
  list.draw();
  window.addEventListener('online', () => {
    form?.online();
    void outbox.flush(true);
  });
  window.addEventListener('offline', () => form?.offline());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void outbox.flush();
  });
  // Coming back by the browser's back button finds the page as it was left: busy, and with the old key.
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
  await outbox.flush(true);
  setInterval(() => list.draw(), 5_000); // the seconds until the next try
  byId('form')?.setAttribute('data-ready', '');
}
