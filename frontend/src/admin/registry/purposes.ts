/**
 * What records are opened for. Said once it holds for the records opened in the next ten minutes; the last ones are
 * kept as long as this tab is, each account's own. None of it ever stands in an address.
 */
const holds = 10 * 60_000; // ms
const most = 5;

interface Kept {
  /** The newest first. */
  recent: string[];
  /** When the newest was said, in ms. */
  at: number;
}

const key = (self: string) => `onemap.purposes.${self}`;

function read(self: string): Kept {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(self)) ?? 'null') as Kept | null;
    if (kept && Array.isArray(kept.recent)) return kept;
  } catch {
    // Storage may be refused, or hold something else: then nothing was said yet.
  }
  return { recent: [], at: 0 };
}

/** What an account said last, the newest first. */
export function recentPurposes(self: string): string[] {
  return read(self).recent.filter((one) => typeof one === 'string');
}

/** What records are opened for at this moment, '' when it has to be asked. */
export function runningPurpose(self: string, now = Date.now()): string {
  const { recent, at } = read(self);
  return now - at < holds ? (recent[0] ?? '') : '';
}

/** Keeps what was said; the time begins anew only with another one, or when it was over. */
export function sayPurpose(self: string, purpose: string, now = Date.now()): void {
  if (runningPurpose(self, now) === purpose) return;
  const recent = [purpose, ...recentPurposes(self).filter((one) => one !== purpose)].slice(0, most);
  try {
    sessionStorage.setItem(key(self), JSON.stringify({ recent, at: now } satisfies Kept));
  } catch {
    // Without storage each record asks.
  }
}

/** As a request carries it. */
export const purposeHeader = (purpose: string) => ({ 'X-Purpose': encodeURIComponent(purpose) });
