import type { Concern } from './damages.ts';
import type { Store } from './store.ts';

/** A photo of a report: its bytes, and the server's id once it has been uploaded. */
export interface Photo {
  name: string;
  bytes: ArrayBuffer;
  type: string;
  id?: string;
}

export interface Place {
  lon: number;
  lat: number; // WGS84, as geolocation and the map give it
  how: 'located' | 'pinned';
  accuracy?: number; // metres
}

/** What a resident has filled in so far. `key` is minted with the draft and goes with every attempt to send it. */
export interface Draft {
  key: string;
  facility?: { code: string; class: string; name?: string };
  place?: Place;
  /** Said to be none of the facilities near the place. */
  none?: boolean;
  category?: string;
  concern?: Concern;
  damages: string[];
  text: string;
  photos: Photo[];
  touched: number; // ms
}

// A draft is for the thing in front of the resident; after this it would only confuse.
const stale = 3 * 24 * 3600 * 1000; // ms

export class Drafts {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly newKey: () => string,
    private readonly now: () => number,
  ) {}

  /** The unfinished draft of this facility (or of the page without a code), else a fresh one. */
  async open(code: string | undefined): Promise<{ draft: Draft; restored: boolean }> {
    const kept = await this.store.get<Draft>('draft', slot(code)).catch(() => undefined);
    if (kept && this.now() - kept.touched < stale && filled(kept)) return { draft: kept, restored: true };
    return { draft: this.fresh(), restored: false };
  }

  fresh(): Draft {
    return { key: this.newKey(), damages: [], text: '', photos: [], touched: this.now() };
  }

  /** Writes one after the other, so that a slow earlier write never overtakes a later one. */
  save(code: string | undefined, draft: Draft): Promise<void> {
    const copy = {
      ...draft,
      damages: [...draft.damages],
      photos: draft.photos.map((p) => ({ ...p })),
      touched: this.now(),
    };
    return this.after(() => this.store.put('draft', slot(code), copy));
  }

  clear(code: string | undefined): Promise<void> {
    return this.after(() => this.store.remove('draft', slot(code)));
  }

  private after(act: () => Promise<void>): Promise<void> {
    // A full or refused database must not stop the resident; the page still holds everything.
    const run = this.queue.then(act).catch(() => undefined);
    this.queue = run;
    return run;
  }
}

export function filled(draft: Draft): boolean {
  return Boolean(draft.concern || draft.category || draft.place || draft.text.trim() || draft.photos.length);
}

/** 32 hex digits. crypto.randomUUID exists only on https, and a test town may be opened by plain http. */
export function mintKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function slot(code: string | undefined): string {
  return code ?? 'pin';
}
