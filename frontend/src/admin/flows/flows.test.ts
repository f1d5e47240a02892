import { describe, expect, it } from 'vitest';
import { barsOf, byCommunity, csvOf, dayAfter, type Flow, periodOf, total, withEnd } from './flows.ts';

const flow = (day: string, community: string, came: number, went: number): Flow => ({
  day,
  community,
  in: came,
  out: went,
});
const period = (since: string, until: string) => ({ since, until, days: null });

describe('the period', () => {
  it('is the last 30 days, today among them', () =>
    expect(periodOf({}, '2026-03-01')).toEqual({ since: '2026-01-31', until: '2026-03-01', days: 30 }));
  it('is what the address says', () => {
    expect(periodOf({ days: '90' }, '2026-11-23').since).toBe('2026-08-26');
    const picked = { since: '2026-01-01', until: '2026-02-01' };
    expect(periodOf(picked, '2026-11-23')).toEqual({ ...picked, days: null });
  });
  it.each<Record<string, string>>([
    { days: '31' },
    { since: '2026-02-31', until: '2026-03-31' },
    { since: '2026-03-31', until: '2026-03-01' },
    { since: '2020-01-01', until: '2026-01-01' },
    { since: 'yesterday', until: '2026-03-01' },
  ])('falls back where it makes no sense: %o', (filters) =>
    expect(periodOf(filters, '2026-11-23').days).toBe(30),
  );
  it.each([
    ['since', '2026-02-01', '2026-02-01', '2026-03-01'],
    ['since', '2026-05-01', '2026-05-01', '2026-05-01'],
    ['since', '2020-01-01', '2020-01-01', '2022-01-01'],
    ['until', '2026-02-01', '2026-01-01', '2026-02-01'],
    ['until', '2025-02-01', '2025-02-01', '2025-02-01'],
    ['until', '2029-01-01', '2027-01-01', '2029-01-01'],
  ] as const)('takes another end, %s %s', (side, day, since, until) =>
    expect(withEnd(period('2026-01-01', '2026-03-01'), side, day)).toEqual({ since, until }),
  );
  it('steps over the ends of months', () => {
    expect(dayAfter('2024-02-28', 1)).toBe('2024-02-29');
    expect(dayAfter('2026-01-01', -1)).toBe('2025-12-31');
  });
});

describe('the counts', () => {
  const flows = [flow('2026-11-02', 'a', 1, 0), flow('2026-11-02', 'b', 2, 5), flow('2026-11-08', 'a', 0, 3)];

  it('add up over days and communities, the liveliest first', () => {
    expect(total(flows)).toEqual({ in: 3, out: 8 });
    expect(byCommunity(flows)).toEqual([
      { community: 'b', in: 2, out: 5 },
      { community: 'a', in: 1, out: 3 },
    ]);
  });

  it('stand on days, quiet ones too', () => {
    const bars = barsOf(flows, period('2026-11-01', '2026-11-08'));
    expect(bars.map((bar) => bar.in)).toEqual([0, 3, 0, 0, 0, 0, 0, 0]);
    expect(bars.at(-1)).toEqual({ since: '2026-11-08', until: '2026-11-08', in: 0, out: 3 });
  });

  it.each([
    ['2026-09-01', '2026-11-08', 10, '2026-11-02'], // weeks begin on Monday; the first is cut
    ['2025-01-15', '2026-11-08', 23, '2026-11-01'],
  ])('stand on weeks and months from %s to %s, none lost', (since, until, count, last) => {
    const bars = barsOf(flows, period(since, until));
    expect(bars).toHaveLength(count);
    expect(bars[0]?.since).toBe(since);
    expect(bars.at(-1)).toMatchObject({ since: last, until });
    expect(total(bars)).toEqual(total(flows));
  });
});

describe('the file', () => {
  it('quotes what would break it', () =>
    expect(
      csvOf([
        ['a,"b"', 1],
        ['行\n二', -2],
      ]),
    ).toBe('\ufeff"a,""b""",1\r\n"行\n二",-2\r\n'));
  it('holds no formula', () => expect(csvOf([['=1+1']])).toBe("\ufeff'=1+1\r\n"));
});
