import type { Lang } from '../base/i18n.ts';

/**
 * Opening hours as OpenStreetMap writes them ("Mo-Fr 08:00-17:30; Sa,Su off"), in people's words. What goes beyond
 * days and times (months, holidays by name, sunrise) is shown as it is written: better odd than wrong.
 */
const zhDays: Record<string, string> = {
  Mo: '一',
  Tu: '二',
  We: '三',
  Th: '四',
  Fr: '五',
  Sa: '六',
  Su: '日',
};
const enDays: Record<string, string> = {
  Mo: 'Mon',
  Tu: 'Tue',
  We: 'Wed',
  Th: 'Thu',
  Fr: 'Fri',
  Sa: 'Sat',
  Su: 'Sun',
};

export function hoursText(value: string, lang: Lang): string {
  const text = value.trim();
  if (text === '24/7') return lang === 'zh' ? '全天' : 'Day and night';
  const rules = text.split(';').map((rule) => ruleText(rule.trim(), lang));
  return rules.every((rule) => rule !== null) ? rules.join(lang === 'zh' ? '；' : '; ') : text;
}

function ruleText(rule: string, lang: Lang): string | null {
  const match = rule.match(
    /^(?:((?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:[-,](?:Mo|Tu|We|Th|Fr|Sa|Su|PH))*)\s+)?(off|closed|[\d:,\-\s]+)$/,
  );
  if (!match) return null;
  const times = timesText(match[2] ?? '', lang);
  if (times === null) return null;
  return `${match[1] ? daysText(match[1], lang) : lang === 'zh' ? '每天' : 'Daily'} ${times}`;
}

function daysText(days: string, lang: Lang): string {
  if (days === 'Mo-Su') return lang === 'zh' ? '每天' : 'Daily';
  const one = (day: string) => {
    if (day === 'PH') return lang === 'zh' ? '节假日' : 'holidays';
    return lang === 'zh' ? `周${zhDays[day]}` : (enDays[day] ?? day);
  };
  const span = lang === 'zh' ? '至' : '–';
  return days
    .split(',')
    .map((part) => part.split('-').map(one).join(span))
    .join(lang === 'zh' ? '、' : ', ');
}

function timesText(times: string, lang: Lang): string | null {
  if (times === 'off' || times === 'closed') return lang === 'zh' ? '休息' : 'closed';
  const spans = times.split(',').map((span) => span.trim());
  if (!spans.every((span) => /^\d{1,2}:\d{2}-\d{1,2}:\d{2}$/.test(span))) return null;
  return spans.map((span) => span.replace('-', '–')).join(lang === 'zh' ? '、' : ', ');
}
