import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLang } from './i18n.ts';
import { ago, clock, dayStart, dayText, deadline, edgeText, exact, lasting, startZone } from './time.ts';

const now = new Date(2026, 10, 22, 20, 46, 5).getTime();
const minutes = (n: number) => n * 60_000;

afterEach(() => setLang('zh'));

describe('times in Chinese', () => {
  beforeEach(() => setLang('zh'));

  it.each([
    [0, '刚刚'],
    [-minutes(5), '刚刚'],
    [minutes(3), '3 分钟前'],
    [minutes(125), '2 小时前'],
    [minutes(24 * 60), '昨天 20:46'],
    [minutes(3 * 24 * 60), '3 天前'],
    [minutes(30 * 24 * 60), '10 月 23 日'],
    [minutes(400 * 24 * 60), '2025 年 10 月 18 日'],
  ])('%d ms ago is %s', (gone, words) => expect(ago(now - gone, now)).toBe(words));

  it('says what is left and what is over', () => {
    expect(deadline(now + minutes(200), now)).toEqual({ text: '剩 3 小时 20 分', late: false });
    expect(deadline(now - minutes(12), now)).toEqual({ text: '超时 12 分', late: true });
    expect(deadline(now, now).late).toBe(false);
    expect(lasting(minutes(60 * 24 * 2 + 5))).toBe('2 天');
    expect(lasting(minutes(60 * 12 + 5))).toBe('12 小时');
    expect(lasting(40_000)).toBe('40 秒');
  });

  it('is exact on hover', () => expect(exact(now)).toBe('2026-11-22 20:46:05'));
});

describe('the clock of the city', () => {
  afterEach(() => startZone(''));
  const late = Date.UTC(2026, 10, 22, 17, 30, 5);

  it('is read in its zone, wherever the device is', () => {
    startZone('Asia/Shanghai');
    expect(exact(late)).toBe('2026-11-23 01:30:05');
    expect(clock(late)).toBe('01:30');
    expect(edgeText(Date.UTC(2026, 10, 22, 16), 0)).toBe('2026-11-23');
    startZone('America/New_York');
    expect(exact(late)).toBe('2026-11-22 12:30:05');
    expect(edgeText(Date.UTC(2026, 10, 22, 16), late)).toBe('11:00');
  });

  it('says when its day began, also on a day when clocks are changed', () => {
    startZone('Asia/Shanghai');
    expect(dayStart(late)).toBe(Date.UTC(2026, 10, 22, 16));
    expect(dayText(dayStart(late))).toBe('2026-11-23');
    startZone('Europe/Zurich'); // from +1 to +2 at 01:00 UTC, and back
    expect(dayStart(Date.UTC(2026, 2, 29, 12))).toBe(Date.UTC(2026, 2, 28, 23));
    expect(dayStart(Date.UTC(2026, 9, 25, 12))).toBe(Date.UTC(2026, 9, 24, 22));
  });

  it("tells yesterday by its midnight, not the device's", () => {
    startZone('Asia/Shanghai');
    expect(ago(Date.UTC(2026, 10, 22, 15, 59), late)).toBe('昨天 23:59');
    expect(ago(Date.UTC(2026, 10, 22, 16, 1), late)).toBe('1 小时前');
  });

  it("is the device's where a zone has no name that is known", () => {
    startZone('Nowhere/Town');
    expect(exact(now)).toBe('2026-11-22 20:46:05');
  });
});

it('speaks English too', () => {
  setLang('en');
  expect(ago(now - minutes(3), now)).toBe('3 min ago');
  expect(ago(now - minutes(24 * 60), now)).toBe('yesterday 20:46');
  expect(ago(now - minutes(30 * 24 * 60), now)).toBe('23 Oct');
  expect(deadline(now - minutes(12), now).text).toBe('12 min overdue');
  expect(deadline(now + minutes(12), now).text).toBe('12 min left');
});
