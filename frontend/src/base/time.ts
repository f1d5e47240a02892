import { lang } from './i18n.ts';

/**
 * Times as people say them, on the city's clock: a case reported there at ten in the evening says so to a reader far
 * away too. All take the moment of now as a parameter, in ms, so that they are exact in tests.
 */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export type Moment = string | number | Date;

/** A moment as the city's clock and calendar show it; `month` from 1. */
interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** The city's zone, such as Asia/Shanghai; without one the device's own. */
let zone: string | undefined;
let reader = wallReader();

/** Takes the zone that the server wrote into the page. Call once when the page starts. */
export function startZone(name = document.documentElement.dataset.zone): void {
  try {
    reader = wallReader(name || undefined);
    zone = name || undefined;
  } catch {
    // A zone without a name, or one this browser does not know: the device's own is the nearest there is.
    zone = undefined;
    reader = wallReader();
  }
}

/** 刚刚, 3 分钟前, 2 小时前, 昨天 20:46, 3 天前, then the date. A moment ahead (a wrong clock) is now. */
export function ago(at: Moment, now: number): string {
  const then = millis(at);
  const gone = Math.max(0, now - then);
  const zh = lang() === 'zh';
  if (gone < minute) return zh ? '刚刚' : 'just now';
  if (gone < hour) return count(Math.floor(gone / minute), zh ? '分钟前' : 'min ago');
  if (sameDay(then, now)) return count(Math.floor(gone / hour), zh ? '小时前' : 'h ago');
  if (sameDay(then, now - day)) return `${zh ? '昨天' : 'yesterday'} ${clock(then)}`;
  if (gone < 7 * day)
    return count(Math.round(gone / day), zh ? '天前' : gone < 1.5 * day ? 'day ago' : 'days ago');
  return date(then, now);
}

/** How long a thing has lasted or will last: 40 秒, 12 分, 3 小时 20 分, 2 天. */
export function lasting(ms: number): string {
  const zh = lang() === 'zh';
  const whole = Math.max(0, ms);
  if (whole < minute) return count(Math.floor(whole / second), zh ? '秒' : 's');
  if (whole < hour) return count(Math.floor(whole / minute), zh ? '分' : 'min');
  if (whole < day) {
    const minutes = Math.floor((whole % hour) / minute);
    const hours = count(Math.floor(whole / hour), zh ? '小时' : 'h');
    return minutes && whole < 10 * hour ? `${hours} ${count(minutes, zh ? '分' : 'min')}` : hours;
  }
  return count(Math.floor(whole / day), zh ? '天' : 'd');
}

/** 剩 3 小时 20 分 or 超时 12 分; `late` says which, so that only the abnormal is coloured. */
export function deadline(due: Moment, now: number): { text: string; late: boolean } {
  const left = millis(due) - now;
  const late = left < 0;
  const span = lasting(Math.abs(left));
  if (lang() === 'zh') return { text: `${late ? '超时' : '剩'} ${span}`, late };
  return { text: late ? `${span} overdue` : `${span} left`, late };
}

/** The exact time, for hover and print: 2026-11-22 20:46:05. */
export function exact(at: Moment): string {
  return `${dayText(at)} ${clock(at)}:${two(wall(at).second)}`;
}

/** Hours and minutes: 20:46. */
export function clock(at: Moment): string {
  const { hour, minute } = wall(at);
  return `${two(hour)}:${two(minute)}`;
}

/** The day, as forms and the server write it: 2026-11-22. */
export function dayText(at: Moment): string {
  const { year, month, day } = wall(at);
  return `${year}-${two(month)}-${two(day)}`;
}

/** When the day of a moment began, ms. */
export function dayStart(at: Moment): number {
  const { year, month, day } = wall(at);
  const begin = Date.UTC(year, month - 1, day);
  const guess = begin - ahead(millis(at));
  // Where the clocks were changed since midnight, midnight was as far ahead as they were then.
  return begin - ahead(guess);
}

/** Noon of a day by UTC, which lies in the same day of every city between the date lines' neighbours. */
const noon = (text: string) => Date.parse(`${text}T12:00:00Z`);

/** When a day that is named as forms do begins, ms. */
export const beginOf = (text: string): number => dayStart(noon(text));

/** When such a day is over, ms: the last day of a grant counts in full. */
export const endOf = (text: string): number => dayStart(noon(text) + day);

/** The last day that counts before a moment: what ends at midnight does not count on the day that begins then. */
export const lastDay = (end: Moment): string => dayText(millis(end) - 1);

/** A moment beside another one: 20:46 on the same day, else 2026-11-22, with the time where it is not midnight. */
export function edgeText(at: number, other: number): string {
  const day = dayText(at);
  if (at !== other && sameDay(at, other)) return clock(at);
  return clock(at) === '00:00' ? day : `${day} ${clock(at)}`;
}

function date(then: number, now: number): string {
  const { year, month, day } = wall(then);
  const thisYear = year === wall(now).year;
  if (lang() === 'zh') return `${thisYear ? '' : `${year} 年 `}${month} 月 ${day} 日`;
  return new Date(then).toLocaleDateString('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    ...(thisYear ? {} : { year: 'numeric' }),
  });
}

function millis(at: Moment): number {
  return typeof at === 'number' ? at : new Date(at).getTime();
}

function sameDay(a: number, b: number): boolean {
  return dayText(a) === dayText(b);
}

function wall(at: Moment): Wall {
  const found: Record<string, number> = {};
  for (const { type, value } of reader.formatToParts(millis(at))) found[type] = Number(value);
  return found as unknown as Wall;
}

function wallReader(timeZone?: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** How far the city's clock was ahead of UTC at a moment, ms. */
function ahead(at: number): number {
  const { year, month, day, hour, minute, second: seconds } = wall(at);
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - Math.floor(at / second) * second;
}

function count(n: number, unit: string): string {
  return `${n} ${unit}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
