import { Problem, type ProblemBody } from '../base/api.ts';
import type { Photo } from './draft.ts';
import type { Store } from './store.ts';

/** The body of POST /api/v1/reports, but for the photos, whose ids are known only once they are uploaded. */
export interface ReportBody {
  facility_code?: string;
  category?: string;
  concern?: string;
  text?: string;
  lon?: number;
  lat?: number;
  crs?: 'wgs84';
}

export interface Sent {
  number: string;
  receipt: string;
  title?: string;
  receipt_url: string;
}

/**
 * A report on its way. waiting -> sending -> sent, or back to waiting after a passing fault, or refused when the
 * server will never take it as it is. The key stays the same through all attempts, so that the server makes one case.
 */
export interface Parcel {
  key: string;
  body: ReportBody;
  photos: Photo[];
  label: string;
  state: 'waiting' | 'sending' | 'refused';
  tries: number;
  due: number; // ms, when to try next
  problem?: ProblemBody;
}

export type Outcome =
  | { kind: 'sent'; sent: Sent }
  | { kind: 'waiting'; parcel: Parcel; problem: Problem }
  | { kind: 'refused'; parcel: Parcel; problem: Problem };

/** The two requests a parcel needs. */
export interface Carrier {
  photo(photo: Photo): Promise<string>;
  report(key: string, body: ReportBody & { photos: string[] }): Promise<Sent>;
}

// Seconds to wait after each failed attempt; the last one repeats.
const pauses = [5, 15, 45, 120, 300, 600];

export class Outbox {
  private readonly running = new Map<string, Promise<Outcome>>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Called after every change, with what is still here. */
  onChange: (parcels: Parcel[]) => void = () => undefined;
  /** Called when a parcel was delivered, also long after it was posted. */
  onSent: (parcel: Parcel, sent: Sent) => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly carrier: Carrier,
    private readonly now: () => number,
  ) {}

  /** Keeps the report first and sends it then, so that nothing can be lost in between. */
  async post(
    report: Pick<Parcel, 'key' | 'body' | 'photos' | 'label'>,
    onPhoto?: (n: number) => void,
  ): Promise<Outcome> {
    const busy = this.running.get(report.key);
    if (busy) return busy; // a second tap
    const parcel: Parcel = { ...report, state: 'waiting', tries: 0, due: this.now() };
    return this.once(parcel, onPhoto);
  }

  /** Tries everything that is due; with `all`, everything that waits (the connection is back, or somebody asks). */
  async flush(all = false): Promise<Outcome[]> {
    const parcels = (await this.parcels()).filter((parcel) => parcel.state !== 'refused');
    const due = parcels.filter((parcel) => all || parcel.due <= this.now());
    const outcomes = await Promise.all(due.map((parcel) => this.once(parcel)));
    await this.plan();
    return outcomes;
  }

  async parcels(): Promise<Parcel[]> {
    const kept = await this.store.all<Parcel>('outbox').catch(() => []);
    // "sending" without a run of ours means that the page was closed in the middle of it.
    return kept.map((p) =>
      p.state === 'sending' && !this.running.has(p.key) ? { ...p, state: 'waiting' } : p,
    );
  }

  async drop(key: string): Promise<void> {
    await this.store.remove('outbox', key);
    await this.changed();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private once(parcel: Parcel, onPhoto?: (n: number) => void): Promise<Outcome> {
    const busy = this.running.get(parcel.key);
    if (busy) return busy;
    const run = this.deliver(parcel, onPhoto).finally(async () => {
      this.running.delete(parcel.key);
      await this.changed();
      await this.plan();
    });
    this.running.set(parcel.key, run);
    return run;
  }

  private async deliver(parcel: Parcel, onPhoto?: (n: number) => void): Promise<Outcome> {
    parcel.state = 'sending';
    await this.keep(parcel);
    try {
      const sent = await this.carry(parcel, onPhoto);
      await this.store.remove('outbox', parcel.key).catch(() => undefined);
      this.onSent(parcel, sent);
      return { kind: 'sent', sent };
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : new Problem({ status: 0, code: 'offline' });
      parcel.problem = problem.body;
      if (problem.passing) {
        parcel.state = 'waiting';
        parcel.due = this.now() + pause(parcel.tries++);
        await this.keep(parcel);
        return { kind: 'waiting', parcel, problem };
      }
      parcel.state = 'refused';
      await this.keep(parcel);
      return { kind: 'refused', parcel, problem };
    }
  }

  private async carry(parcel: Parcel, onPhoto?: (n: number) => void): Promise<Sent> {
    const ids = await this.upload(parcel, onPhoto);
    try {
      return await this.carrier.report(parcel.key, { ...parcel.body, photos: ids });
    } catch (cause) {
      // Photos that waited too long for their report may be gone at the server: they are still here, so send them anew.
      if (!(cause instanceof Problem) || !aboutPhotos(cause) || ids.length === 0) throw cause;
      for (const photo of parcel.photos) delete photo.id;
      return this.carrier.report(parcel.key, { ...parcel.body, photos: await this.upload(parcel, onPhoto) });
    }
  }

  private async upload(parcel: Parcel, onPhoto?: (n: number) => void): Promise<string[]> {
    for (const [index, photo] of parcel.photos.entries()) {
      if (photo.id) continue;
      onPhoto?.(index + 1);
      photo.id = await this.carrier.photo(photo);
      await this.keep(parcel);
    }
    return parcel.photos.map((photo) => photo.id as string);
  }

  // A full database must not stop the sending itself.
  private async keep(parcel: Parcel): Promise<void> {
    await this.store.put('outbox', parcel.key, parcel).catch(() => undefined);
    await this.changed();
  }

  private async changed(): Promise<void> {
    this.onChange(await this.parcels());
  }

  /** Sets one timer for the parcel that is due next. */
  private async plan(): Promise<void> {
    clearTimeout(this.timer);
    const waiting = (await this.parcels()).filter((parcel) => parcel.state === 'waiting');
    if (waiting.length === 0) return;
    const next = Math.min(...waiting.map((parcel) => parcel.due));
    this.timer = setTimeout(() => void this.flush(), Math.max(250, next - this.now()));
  }
}

function pause(tries: number): number {
  return (pauses[Math.min(tries, pauses.length - 1)] as number) * 1000;
}

function aboutPhotos(problem: Problem): boolean {
  return (
    problem.status === 422 && (problem.body.errors ?? []).some((error) => error.location.includes('photo'))
  );
}
