import { describe, expect, it } from 'vitest';
import { Drafts, mintKey } from './draft.ts';
import { MemoryStore } from './store.ts';

function setup() {
  const store = new MemoryStore();
  const clock = { now: 1_000_000 };
  let count = 0;
  const drafts = new Drafts(
    store,
    () => `key-${++count}`,
    () => clock.now,
  );
  return { store, clock, drafts };
}

describe('drafts', () => {
  it('come back with their photos and the same key', async () => {
    const { drafts } = setup();
    const { draft } = await drafts.open('AAAA');
    const photo = { name: 'a.jpg', type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]).buffer, id: 'ph1' };
    await drafts.save('AAAA', {
      ...draft,
      concern: 'broken',
      damages: ['slat'],
      text: '断了',
      photos: [photo],
    });

    const back = await drafts.open('AAAA');
    expect(back.restored).toBe(true);
    expect(back.draft).toMatchObject({ key: draft.key, concern: 'broken', damages: ['slat'], text: '断了' });
    expect(new Uint8Array(back.draft.photos[0]?.bytes ?? new ArrayBuffer(0))).toEqual(
      new Uint8Array([1, 2, 3]),
    );
    expect(back.draft.photos[0]?.id).toBe('ph1');
  });

  it('of one facility are not those of another', async () => {
    const { drafts } = setup();
    await drafts.save('AAAA', { ...drafts.fresh(), text: '甲' });
    expect((await drafts.open('BBBB')).restored).toBe(false);
    expect((await drafts.open(undefined)).restored).toBe(false);
  });

  it('that are empty, cleared or three days old are not brought back', async () => {
    const { drafts, clock } = setup();
    await drafts.save('AAAA', drafts.fresh());
    expect((await drafts.open('AAAA')).restored).toBe(false);

    await drafts.save('AAAA', { ...drafts.fresh(), text: '断了' });
    clock.now += 3 * 24 * 3600 * 1000;
    expect((await drafts.open('AAAA')).restored).toBe(false);

    await drafts.save('AAAA', { ...drafts.fresh(), text: '断了' });
    await drafts.clear('AAAA');
    expect((await drafts.open('AAAA')).restored).toBe(false);
  });

  it('keep the last of many quick changes', async () => {
    const { drafts } = setup();
    const draft = drafts.fresh();
    await Promise.all(['a', 'ab', 'abc'].map((text) => drafts.save('AAAA', { ...draft, text })));
    expect((await drafts.open('AAAA')).draft.text).toBe('abc');
  });

  it('do not stop anybody when the database refuses', async () => {
    const { store, clock } = setup();
    store.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    const drafts = new Drafts(store, mintKey, () => clock.now);
    await expect(drafts.save('AAAA', drafts.fresh())).resolves.toBeUndefined();
  });

  it('have keys of 32 hex digits, each its own', () => {
    const keys = Array.from({ length: 100 }, mintKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });
});
