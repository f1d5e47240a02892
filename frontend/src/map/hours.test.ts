import { describe, expect, it } from 'vitest';
import { hoursText } from './hours.ts';

describe('opening hours', () => {
  it.each([
    ['24/7', '全天', 'Day and night'],
    ['Mo-Su 08:00-21:30', '每天 08:00–21:30', 'Daily 08:00–21:30'],
    [
      'Mo-Fr 08:30-12:00,14:00-17:30',
      '周一至周五 08:30–12:00、14:00–17:30',
      'Mon–Fri 08:30–12:00, 14:00–17:30',
    ],
    ['Mo-Sa 08:00-18:00; Su off', '周一至周六 08:00–18:00；周日 休息', 'Mon–Sat 08:00–18:00; Sun closed'],
    ['Mo,We,PH 09:00-17:00', '周一、周三、节假日 09:00–17:00', 'Mon, Wed, holidays 09:00–17:00'],
    ['06:00-22:00', '每天 06:00–22:00', 'Daily 06:00–22:00'],
  ])('%s', (value, zh, en) => {
    expect(hoursText(value, 'zh')).toBe(zh);
    expect(hoursText(value, 'en')).toBe(en);
  });
  it.each(['Apr-Oct 08:00-20:00', 'sunrise-sunset', '08:00–18:00', 'by appointment', ''])(
    'leaves %j as it is',
    (value) => {
      expect(hoursText(value, 'zh')).toBe(value);
    },
  );
});
