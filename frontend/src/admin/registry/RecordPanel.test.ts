import { afterEach, expect, it, vi } from 'vitest';
import { createApp, nextTick } from 'vue';
import { kinds } from './kinds.ts';
import RecordPanel from './RecordPanel.vue';

afterEach(() => vi.unstubAllGlobals());

/** A form for something new, with what it sent. */
function opened() {
  const keys: string[] = [];
  const made: string[] = [];
  const answers: (() => Promise<Response>)[] = [];
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    keys.push(new Headers(init.headers).get('Idempotency-Key') ?? '');
    return answers.shift()?.() ?? Promise.reject(new TypeError('no connection'));
  });
  const at = document.createElement('div');
  const app = createApp(RecordPanel, {
    kind: kinds.organisations,
    tab: 'organisations',
    id: '',
    spot: [113.3, 23.4],
    onMade: (id: string) => made.push(id),
  });
  app.mount(at);
  const submit = async () => {
    at.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await new Promise((done) => setTimeout(done));
    await nextTick();
  };
  return { keys, made, answers, submit, close: () => app.unmount() };
}
const created = () => Promise.resolve(Response.json({ id: 'n1' }, { status: 201 }));

it('sends the same key with each try until it succeeds, so that nothing is made twice', async () => {
  const form = opened();
  await form.submit(); // no answer came: nobody knows whether it was made
  form.answers.push(() => Promise.resolve(Response.json({ code: 'busy' }, { status: 503 })), created);
  await form.submit();
  await form.submit();
  expect(form.keys).toHaveLength(3);
  expect(new Set(form.keys).size).toBe(1);
  expect(form.keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(form.made).toEqual(['n1']);
  form.close();
});

it('sends once when it is pressed twice', async () => {
  const form = opened();
  let answer: (r: Response) => void = () => {};
  form.answers.push(() => new Promise((resolve) => (answer = resolve)), created);
  const first = form.submit();
  await form.submit();
  answer(await created());
  await first;
  await new Promise((done) => setTimeout(done));
  expect(form.keys).toHaveLength(1);
  expect(form.made).toEqual(['n1']);
  form.close();
});

it('takes another key for another form', async () => {
  const one = opened();
  await one.submit();
  const other = opened();
  await other.submit();
  expect(other.keys[0]).not.toBe(one.keys[0]);
  one.close();
  other.close();
});
