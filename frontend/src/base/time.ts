import { lang } from './i18n.ts';

/** Times as people say them. All take the moment of now as a parameter, in ms, so that they are exact in tests. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export type Moment = string | number | Date;

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
  const when = new Date(millis(at));
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())} ${clock(when.getTime())}:${two(when.getSeconds())}`;
}

/** Hours and minutes of the device's clock: 20:46. */
export function clock(at: Moment): string {
  const when = new Date(millis(at));
  return `${two(when.getHours())}:${two(when.getMinutes())}`;
}

/** A moment beside another one: 20:46 on the same day, else 2026-11-22, with the time where it is not midnight. */
export function edgeText(at: number, other: number): string {
  const when = new Date(at);
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  if (at !== other && sameDay(at, other)) return clock(at);
  return clock(at) === '00:00' ? day : `${day} ${clock(at)}`;
}

function date(then: number, now: number): string {
  const when = new Date(then);
  const thisYear = when.getFullYear() === new Date(now).getFullYear();
  if (lang() === 'zh') {
    return `${thisYear ? '' : `${when.getFullYear()} 年 `}${when.getMonth() + 1} 月 ${when.getDate()} 日`;
  }
  return when.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(thisYear ? {} : { year: 'numeric' }),
  });
}

function millis(at: Moment): number {
  return typeof at === 'number' ? at : new Date(at).getTime();
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function count(n: number, unit: string): string {
  return `${n} ${unit}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
