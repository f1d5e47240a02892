import type { Lang } from '../base/i18n.ts';

/**
 * The nine facility classes, the service kinds, and the pictures that stand for them on the map and in lists.
 * A picture is a set of strokes in a 16 by 16 box.
 */
export const classes = [
  'waste_bin',
  'guide_sign',
  'bus_stop',
  'postal',
  'phone_booth',
  'seat',
  'mobile_toilet',
  'cycle_parking',
  'cabinet',
  'other',
] as const;
export type FacilityClass = (typeof classes)[number];

export const kinds = [
  'hospital',
  'clinic',
  'pharmacy',
  'nursing_home',
  'canteen',
  'community_centre',
  'social_facility',
  'kindergarten',
  'school',
  'college',
  'library',
  'marketplace',
  'post_office',
  'bank',
  'police',
  'fire_station',
  'townhall',
] as const;
export type ServiceKind = (typeof kinds)[number];

const classNames: Record<FacilityClass, [string, string]> = {
  waste_bin: ['废物箱', 'Waste bin'],
  guide_sign: ['导引指示牌', 'Guide sign'],
  bus_stop: ['公交车站', 'Bus stop'],
  postal: ['邮政设施', 'Postal'],
  phone_booth: ['公用电话亭', 'Phone booth'],
  seat: ['座椅', 'Seat'],
  mobile_toilet: ['活动厕所', 'Mobile toilet'],
  cycle_parking: ['自行车停放', 'Cycle parking'],
  cabinet: ['箱体', 'Cabinet'],
  other: ['其他设施', 'Other'],
};

const kindNames: Record<ServiceKind, [string, string]> = {
  hospital: ['医院', 'Hospital'],
  clinic: ['诊所', 'Clinic'],
  pharmacy: ['药店', 'Pharmacy'],
  nursing_home: ['养老院', 'Nursing home'],
  canteen: ['社区食堂', 'Canteen'],
  community_centre: ['社区中心', 'Community centre'],
  social_facility: ['社会服务', 'Social services'],
  kindergarten: ['幼儿园', 'Kindergarten'],
  school: ['学校', 'School'],
  college: ['高等院校', 'College'],
  library: ['图书馆', 'Library'],
  marketplace: ['菜市场', 'Market'],
  post_office: ['邮局', 'Post office'],
  bank: ['银行', 'Bank'],
  police: ['派出所', 'Police'],
  fire_station: ['消防站', 'Fire station'],
  townhall: ['政务服务', 'Town hall'],
};

const pick = (pair: [string, string] | undefined, lang: Lang) => (lang === 'zh' ? pair?.[0] : pair?.[1]);

export function className(value: string, lang: Lang): string {
  return pick(classNames[value as FacilityClass], lang) ?? pick(classNames.other, lang) ?? value;
}

export function kindName(value: string, lang: Lang): string {
  return pick(kindNames[value as ServiceKind], lang) ?? (lang === 'zh' ? '公共服务' : 'Public service');
}

const dot = 'M8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 1 0 0-3z';
const strokes: Record<string, string> = {
  waste_bin: 'M4 5h8M6.5 5V3.5h3V5M5 5l.6 7.5h4.8L11 5M7.2 7.3v3M8.8 7.3v3',
  guide_sign: 'M8 2.5v11M8 3.8h3.6l1.4 1.4-1.4 1.4H8M8 7.6H4.4L3 9l1.4 1.4H8',
  bus_stop: 'M4 3.5h8v7.5H4zM4 7.5h8M5.5 11v1.5M10.5 11v1.5M5.8 9.3h.1M10.2 9.3h.1',
  postal: 'M3 4.5h10v7H3zM3 5l5 3.8L13 5',
  phone_booth:
    'M4.8 3.2 6.4 3l1 2.6-1.2 1c.6 1.4 1.6 2.4 3 3l1-1.2 2.6 1-.2 1.6c-.1.8-.8 1.3-1.6 1.2C7.3 11.6 4.4 8.7 3.8 5c-.1-.9.3-1.6 1-1.8z',
  seat: 'M4.5 3v5.5h7V3M3.5 8.5h9M4.5 8.5V13M11.5 8.5V13M4.5 5.5h7',
  mobile_toilet: 'M4 13V3h8v10zM9.8 8v.1M6 5.5h4',
  cycle_parking:
    'M4.2 8.2a2.1 2.1 0 1 0 .01 0zM11.8 8.2a2.1 2.1 0 1 0 .01 0zM4.2 10.3 6.5 5.8h3.6l1.7 4.5M6.5 5.8l2 4.5 2-4.5M5.6 4.5h1.6',
  cabinet: 'M4 3h8v9.5H4zM8 3v9.5M6.6 7.2v1.2M9.4 7.2v1.2',
  other: dot,
  hospital: 'M6.3 3h3.4v3.3H13v3.4H9.7V13H6.3V9.7H3V6.3h3.3z',
  clinic: 'M8 3.5v9M3.5 8h9',
  pharmacy: 'M4.2 8.3 8.3 4.2a2.5 2.5 0 0 1 3.5 3.5l-4.1 4.1a2.5 2.5 0 0 1-3.5-3.5zM6.2 6.3l3.5 3.5',
  nursing_home: 'M8 12.8 3.6 8.4a2.6 2.6 0 0 1 3.7-3.7l.7.7.7-.7a2.6 2.6 0 0 1 3.7 3.7z',
  canteen: 'M3 8h10a5 5 0 0 1-10 0zM6.5 6V3.8M9.5 6V3.8',
  community_centre: 'M2.8 8 8 3.3 13.2 8M4.3 7v5.7h7.4V7M7 12.7V9.6h2v3.1',
  social_facility:
    'M6 4.8a1.8 1.8 0 1 0 .01 0zM3 12.5c.2-2.3 1.3-3.5 3-3.5s2.8 1.2 3 3.5M10.6 5.6a1.5 1.5 0 1 0 .01 0zM10.7 9.2c1.4 0 2.2 1 2.4 2.8',
  kindergarten:
    'M8 3v10M8 3c-3 .2-4.8 2-5 4.8 1.5-1 3.3-1 5 0 1.7-1 3.5-1 5 0C12.8 5 11 3.2 8 3zM8 13c0 1-1.8 1-1.8-.3',
  school: 'M2.5 6.5 8 4l5.5 2.5L8 9zM4.8 7.8v3c1.9 1.5 4.5 1.5 6.4 0v-3M13.5 6.5v3.8',
  college: 'M2.5 6.5 8 4l5.5 2.5L8 9zM4.8 7.8v3c1.9 1.5 4.5 1.5 6.4 0v-3M13.5 6.5v3.8',
  library:
    'M8 4.8C6.5 3.7 4.8 3.5 3 3.7v7.8c1.8-.2 3.5 0 5 1.1 1.5-1.1 3.2-1.3 5-1.1V3.7c-1.8-.2-3.5 0-5 1.1zM8 4.8v7.8',
  marketplace: 'M3 7h10l-1 5.5H4zM5.2 7 7 3.3M10.8 7 9 3.3',
  post_office: 'M3 4.5h10v7H3zM3 5l5 3.8L13 5',
  bank: 'M4.8 3.5 8 7.5l3.2-4M8 7.5V13M5.2 8.3h5.6M5.2 10.6h5.6',
  police:
    'M8 2.8c1.6 1 3.2 1.4 4.8 1.4 0 4-1.3 7-4.8 9-3.5-2-4.8-5-4.8-9 1.6 0 3.2-.4 4.8-1.4zM8 6v3.4M6.3 7.7h3.4',
  fire_station:
    'M8.3 2.8c.3 2.4 3.4 3.6 3.4 6.7A3.7 3.7 0 0 1 8 13.2a3.7 3.7 0 0 1-3.7-3.7c0-1.5.8-2.5 1.6-3.3.2 1 .6 1.5 1.2 1.8-.3-2 .2-3.9 1.2-5.2z',
  townhall: 'm8 3 1.5 3.2 3.5.4-2.6 2.4.7 3.5L8 10.8l-3.1 1.7.7-3.5L3 6.6l3.5-.4z',
};

export function iconPath(name: string): string {
  return strokes[name] ?? dot;
}

/** An icon for lists, in the colour of the text around it. */
export function icon(name: string, size = 16): string {
  return `<svg width="${size}" height="${size}" viewBox="0 0 16 16" aria-hidden="true"><path d="${iconPath(name)}" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}
