// @vitest-environment node
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask } from '../base/api.ts';
import type { Photo } from './draft.ts';
import { type Carrier, Outbox, type Parcel, type Sent } from './outbox.ts';
import { MemoryStore } from './store.ts';

/** A server that behaves as the contract says: one report for one key, photos by id, and faults on request. */
class Town {
  reports = new Map<string, { number: string; photos: string[] }>();
  photos = new Map<string, number>();
  posts = 0;
  /** What the next requests meet instead of an answer. */
  faults: ('cut' | 'cut-after' | 500 | 429 | 422 | 'photos-gone')[] = [];
  private server: Server | undefined;

  async open(): Promise<string> {
    this.server = createServer((request, response) => {
      void bytes(request).then((body) => {
        const fault = this.faults[0];
        const isReport = request.url === '/api/v1/reports';
        if (fault === 'cut' || fault === 500 || fault === 429) {
          this.faults.shift();
          if (fault === 'cut') return request.socket.destroy();
          return reply(fault, { code: 'server', status: fault });
        }
        if (!isReport) {
          const id = `ph${this.photos.size + 1}`;
          this.photos.set(id, body.byteLength);
          return reply(201, { id, width: 1, height: 1 });
        }
        this.posts++;
        const report = JSON.parse(body.toString()) as { photos: string[] };
        if (fault === 422 || fault === 'photos-gone') {
          this.faults.shift();
          const location = fault === 422 ? 'body.concern' : 'body.photos[0]';
          return reply(422, { code: 'invalid', status: 422, errors: [{ location, message: '不对' }] });
        }
        const key = String(request.headers['idempotency-key']);
        const known = this.reports.get(key) ?? { number: `N${this.reports.size + 1}`, photos: report.photos };
        this.reports.set(key, known);
        if (fault === 'cut-after') {
          this.faults.shift();
          return request.socket.destroy();
        }
        return reply(201, {
          number: known.number,
          receipt: `r-${known.number}`,
          receipt_url: `/r/r-${known.number}`,
        });
      });
      const reply = (status: number, body: unknown) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      };
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

async function bytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const opened: { close(): void }[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const one of opened.splice(0)) one.close();
});

async function setup(store = new MemoryStore()) {
  const town = new Town();
  const origin = await town.open();
  const clock = { now: 1_000_000 };
  const carrier: Carrier = {
    photo: async (photo) => {
      const body = new Blob([photo.bytes], { type: photo.type });
      return (await ask<{ id: string }>(`${origin}/api/v1/photos`, { body })).id;
    },
    report: (key, body) =>
      ask<Sent>(`${origin}/api/v1/reports`, { body, headers: { 'Idempotency-Key': key } }),
  };
  const open = () => {
    const outbox = new Outbox(store, carrier, () => clock.now);
    opened.push({ close: () => outbox.stop() });
    return outbox;
  };
  opened.push(town);
  return { town, store, clock, open, outbox: open() };
}

const photo = (): Photo => ({
  name: 'a.jpg',
  type: 'image/jpeg',
  bytes: new Uint8Array([255, 216, 255]).buffer,
});
const report = (key = 'k1', photos: Photo[] = []): Pick<Parcel, 'key' | 'body' | 'photos' | 'label'> => ({
  key,
  photos,
  label: '座椅 · 破损',
  body: { facility_code: '22222222', concern: 'broken' },
});

describe('the outbox', () => {
  it('uploads the photos, sends the report and forgets it', async () => {
    const { town, outbox } = await setup();
    const numbers: number[] = [];
    const outcome = await outbox.post(report('k1', [photo(), { ...photo(), id: 'ph-early' }]), (n) =>
      numbers.push(n),
    );
    expect(outcome).toMatchObject({ kind: 'sent', sent: { number: 'N1', receipt_url: '/r/r-N1' } });
    expect(town.reports.get('k1')?.photos).toEqual(['ph1', 'ph-early']);
    expect(numbers).toEqual([1]);
    expect(await outbox.parcels()).toEqual([]);
  });

  it('makes one report of two taps', async () => {
    const { town, outbox } = await setup();
    const outcomes = await Promise.all([outbox.post(report()), outbox.post(report()), outbox.flush(true)]);
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(town.posts).toBe(1);
  });

  it.each(['cut', 500, 429] as const)('keeps the report through %s and sends it later', async (fault) => {
    const { town, clock, outbox } = await setup();
    town.faults = [fault];
    const outcome = await outbox.post(report('k1', [photo()]));
    expect(outcome.kind).toBe('waiting');
    expect(await outbox.parcels()).toMatchObject([
      { key: 'k1', state: 'waiting', tries: 1, due: clock.now + 5000 },
    ]);

    expect(await outbox.flush()).toEqual([]); // not due yet
    clock.now += 5000;
    expect(await outbox.flush()).toMatchObject([{ kind: 'sent' }]);
    expect(town.reports.size).toBe(1);
  });

  it('makes one report when the answer was lost on its way back', async () => {
    const { town, outbox } = await setup();
    town.faults = ['cut-after'];
    expect((await outbox.post(report())).kind).toBe('waiting');
    expect(await outbox.flush(true)).toMatchObject([{ kind: 'sent', sent: { number: 'N1' } }]);
    expect(town.posts).toBe(2);
    expect(town.reports.size).toBe(1);
  });

  it('waits longer after each failure', async () => {
    const { town, clock, outbox } = await setup();
    town.faults = [500, 500, 500, 500, 500, 500, 500, 500];
    await outbox.post(report());
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      const [parcel] = await outbox.parcels();
      pauses.push(((parcel as Parcel).due - clock.now) / 1000);
      clock.now = (parcel as Parcel).due;
      await outbox.flush();
    }
    expect(pauses).toEqual([5, 15, 45, 120, 300, 600, 600]);
  });

  it('goes on after the page was closed, also in the middle of sending', async () => {
    const { town, store, open } = await setup();
    const parcel: Parcel = { ...report('k1', [photo()]), state: 'sending', tries: 0, due: 0 };
    await store.put('outbox', 'k1', parcel);

    const reopened = open();
    const sent: string[] = [];
    reopened.onSent = (one, answer) => sent.push(`${one.label} ${answer.number}`);
    expect(await reopened.parcels()).toMatchObject([{ state: 'waiting' }]);
    await reopened.flush(true);
    expect(sent).toEqual(['座椅 · 破损 N1']);
    expect(town.reports.get('k1')?.photos).toEqual(['ph1']);
  });

  it('does not send again what the server will never take, and lets it be dropped', async () => {
    const { town, outbox } = await setup();
    town.faults = [422];
    const outcome = await outbox.post(report());
    expect(outcome).toMatchObject({ kind: 'refused', problem: { status: 422, code: 'invalid' } });
    expect(await outbox.flush(true)).toEqual([]);
    expect(town.posts).toBe(1);
    await outbox.drop('k1');
    expect(await outbox.parcels()).toEqual([]);
  });

  it('sends photos anew that the server no longer has', async () => {
    const { town, outbox } = await setup();
    town.faults = ['photos-gone'];
    // The fault waits for the report, as the photo has its id from long ago.
    const outcome = await outbox.post(report('k1', [{ ...photo(), id: 'long-gone' }]));
    expect(outcome.kind).toBe('sent');
    expect(town.reports.get('k1')?.photos).toEqual(['ph1']);
  });

  it('sends by itself when the time has come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { town, clock, outbox } = await setup();
    town.faults = [500];
    const sent = new Promise((resolve) => {
      outbox.onSent = (_parcel, answer) => resolve(answer.number);
    });
    await outbox.post(report());
    clock.now += 5000;
    vi.advanceTimersByTime(5000);
    expect(await sent).toBe('N1');
  });

  it('tells what is still here after every change', async () => {
    const { town, outbox } = await setup();
    const seen: string[] = [];
    outbox.onChange = (parcels) => seen.push(parcels.map((parcel) => parcel.state).join());
    town.faults = [500];
    await outbox.post(report());
    await outbox.flush(true);
    expect(seen.filter((one, i) => one !== seen[i - 1])).toEqual(['sending', 'waiting', 'sending', '']);
  });
});
