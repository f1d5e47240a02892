/**
 * Who moved in and out, counted. Pure: what the server answers by day and community becomes totals, a table, bars and
 * a file. Days are written as the server writes them, 2026-11-22, and reckoned in UTC, where each has 24 hours.
 */
export interface Flow {
  day: string;
  /** A community's code; that of a wider region for dwellings outside all communities. */
  community: string;
  in: number;
  out: number;
}

export interface Period {
  since: string;
  /** Included. */
  until: string;
  /** How many days up to today; null for days that were picked. */
  days: number | null;
}

export interface Count {
  in: number;
  out: number;
}

export interface Bar extends Count {
  /** The first and the last day of what it counts. */
  since: string;
  until: string;
}

/** The periods offered, in days. */
export const spans = [30, 90, 365] as const;
/** The server counts two years at once. */
export const longest = 731;

const dayLength = 86_400_000; // ms

export function dayAfter(day: string, n: number): string {
  return new Date(Date.parse(day) + n * dayLength).toISOString().slice(0, 10);
}

export function daysBetween(since: string, until: string): number {
  return Math.round((Date.parse(until) - Date.parse(since)) / dayLength);
}

/** The period that an address means; what makes no sense there is the last 30 days. */
export function periodOf(filters: Readonly<Record<string, string>>, today: string): Period {
  const { since = '', until = '' } = filters;
  if (isDay(since) && isDay(until) && since <= until && daysBetween(since, until) <= longest)
    return { since, until, days: null };
  const days = spans.find((one) => String(one) === filters.days) ?? spans[0];
  return { since: dayAfter(today, 1 - days), until: today, days };
}

/** A period with another end; the far one comes along where it must, so that the server counts what is asked. */
export function withEnd(
  { since, until }: Period,
  side: 'since' | 'until',
  day: string,
): { since: string; until: string } {
  if (side === 'since') {
    const last = dayAfter(day, longest);
    return { since: day, until: until < day ? day : until > last ? last : until };
  }
  const first = dayAfter(day, -longest);
  return { since: since > day ? day : since < first ? first : since, until: day };
}

function isDay(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

export function total(of: readonly Count[]): Count {
  return of.reduce((sum, one) => ({ in: sum.in + one.in, out: sum.out + one.out }), { in: 0, out: 0 });
}

/** One row a community, where most moved first. */
export function byCommunity(flows: readonly Flow[]): (Count & { community: string })[] {
  const rows = new Map<string, Flow[]>();
  for (const flow of flows) rows.set(flow.community, [...(rows.get(flow.community) ?? []), flow]);
  return [...rows]
    .map(([community, of]) => ({ community, ...total(of) }))
    .toSorted((a, b) => b.in + b.out - a.in - a.out || a.community.localeCompare(b.community));
}

/** Bars for the whole period, quiet days too: a day each, from two months on a week, from a year and a half a month. */
export function barsOf(flows: readonly Flow[], { since, until }: Period): Bar[] {
  const length = daysBetween(since, until) + 1;
  const first = (day: string): string => {
    if (length <= 62) return day;
    if (length > 550) return `${day.slice(0, 7)}-01`;
    return dayAfter(day, -((new Date(day).getUTCDay() + 6) % 7)); // its Monday
  };
  const bars = new Map<string, Bar>();
  for (let day = since; day <= until; day = dayAfter(day, 1)) {
    const bar = bars.get(first(day));
    if (bar) bar.until = day;
    else bars.set(first(day), { since: day, until: day, in: 0, out: 0 });
  }
  for (const flow of flows) {
    const bar = bars.get(first(flow.day));
    if (!bar) continue;
    bar.in += flow.in;
    bar.out += flow.out;
  }
  return [...bars.values()];
}

/** A table for a spreadsheet: with the mark that tells Excel UTF-8, and no cell that it would take for a formula. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}
