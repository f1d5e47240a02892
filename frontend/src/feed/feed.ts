/**
 * The feed: every change in the order it was committed. The browser's EventSource resumes by itself with the id of
 * the last event it saw; what it cannot do is say how it is, so that is kept here.
 */
export type Health = 'connecting' | 'live' | 'reconnecting' | 'lost';

export interface FeedState {
  health: Health;
  /** The number of the last change seen; null before the first word from the server. */
  pos: number | null;
}

export interface FeedEvents {
  /** One event by its name, with its data decoded. */
  on(kind: FeedKind, data: Record<string, unknown>): void;
  /** The log no longer reaches back to what was seen last: fetch everything again. */
  onReset(): void;
  onState(state: FeedState): void;
}

const kinds = ['case', 'case.gone', 'facility', 'service', 'building', 'region', 'bulk'] as const;
export type FeedKind = (typeof kinds)[number];

export class Feed {
  private source: EventSource | null = null;
  private state: FeedState = { health: 'connecting', pos: null };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private readonly address: string;
  private readonly events: FeedEvents;

  constructor(events: FeedEvents, address = '/api/v1/feed') {
    this.events = events;
    this.address = address;
  }

  open(): void {
    this.close();
    const source = new EventSource(this.address);
    this.source = source;
    source.onopen = () => {
      // A second opening may have missed what the server no longer keeps; it says so by `reset`.
      this.tries = 0;
      this.set({ health: 'live' });
    };
    source.onerror = () => {
      this.set({ health: navigator.onLine === false ? 'lost' : 'reconnecting' });
      if (source.readyState === EventSource.CLOSED) this.later();
    };
    source.addEventListener('hello', (event) => {
      this.tries = 0;
      this.set({ health: 'live', ...posOf(decode(event)) });
    });
    source.addEventListener('reset', (event) => {
      this.set({ health: 'live', ...posOf(decode(event)) });
      this.events.onReset();
    });
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => {
        const data = decode(event);
        if (!data) return;
        this.events.on(kind, data);
        this.set({ health: 'live', ...posOf(data) });
      });
    }
    addEventListener('online', this.again);
  }

  close(): void {
    clearTimeout(this.timer);
    removeEventListener('online', this.again);
    this.source?.close();
    this.source = null;
  }

  /** The browser gives up on an answer that is no stream (a proxy's 502); we do not. */
  private later(): void {
    clearTimeout(this.timer);
    const wait = Math.min(15_000, 1000 * 2 ** this.tries++);
    this.timer = setTimeout(() => {
      this.open();
      // A new EventSource has no last id: what happened meanwhile is fetched instead.
      this.events.onReset();
    }, wait);
  }

  private readonly again = (): void => {
    if (this.source?.readyState !== EventSource.OPEN) {
      this.open();
      this.events.onReset();
    }
  };

  private set(change: Partial<FeedState>): void {
    const next = { ...this.state, ...change };
    if (next.health === this.state.health && next.pos === this.state.pos) return;
    this.state = next;
    this.events.onState(next);
  }
}

function decode(event: Event): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse((event as MessageEvent<string>).data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function posOf(data: Record<string, unknown> | null): { pos?: number } {
  return typeof data?.pos === 'number' ? { pos: data.pos } : {};
}
