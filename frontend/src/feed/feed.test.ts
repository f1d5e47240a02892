import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Feed, type FeedState } from './feed.ts';

/** The browser's EventSource, driven by hand. */
class Source extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static last: Source;
  static made = 0;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Source.last = this;
    Source.made++;
  }
  close() {
    this.readyState = Source.CLOSED;
  }
  say(kind: string, data: unknown) {
    this.dispatchEvent(
      new MessageEvent(kind, { data: typeof data === 'string' ? data : JSON.stringify(data) }),
    );
  }
}

describe('Feed', () => {
  let states: FeedState[] = [];
  let heard: [string, unknown][] = [];
  let resets = 0;
  let feed: Feed;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', Source);
    states = [];
    heard = [];
    resets = 0;
    Source.made = 0;
    feed = new Feed({
      on: (kind, data) => heard.push([kind, data]),
      onReset: () => resets++,
      onState: (state) => states.push(state),
    });
    feed.open();
  });
  afterEach(() => {
    feed.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is live after hello and counts the changes', () => {
    Source.last.say('hello', { pos: 7 });
    Source.last.say('case', { pos: 8, change: 'created' });
    expect(states.at(-1)).toEqual({ health: 'live', pos: 8 });
    expect(heard).toEqual([['case', { pos: 8, change: 'created' }]]);
  });

  it('passes over what is no JSON', () => {
    Source.last.say('case', '{');
    expect(heard).toEqual([]);
  });

  it('leaves a broken line to the browser, which resumes with the last id', () => {
    Source.last.onopen?.();
    Source.last.onerror?.();
    expect(states.at(-1)?.health).toBe('reconnecting');
    vi.advanceTimersByTime(60_000);
    expect(Source.made).toBe(1);
    Source.last.onopen?.();
    expect(states.at(-1)?.health).toBe('live');
    expect(resets).toBe(0);
  });

  it('opens a new line when the browser gave up, and has everything fetched again', () => {
    Source.last.readyState = Source.CLOSED;
    Source.last.onerror?.();
    vi.advanceTimersByTime(1000);
    expect(Source.made).toBe(2);
    expect(resets).toBe(1);
  });

  it('has everything fetched again on reset', () => {
    Source.last.say('reset', { pos: 99 });
    expect(resets).toBe(1);
    expect(states.at(-1)?.pos).toBe(99);
  });
});
