import { lang } from '../base/i18n.ts';

/** The four things that can be wrong with a facility, in the order of the tiles: 脏 乱 差 破损. */
export const concerns = ['dirty', 'messy', 'poor', 'broken'] as const;
export type Concern = (typeof concerns)[number];

/** The nine classes that carry a plate, and everything else. */
export const classes = {
  waste_bin: { zh: '废物箱', en: 'Waste bin' },
  guide_sign: { zh: '行人导引指示牌', en: 'Pedestrian sign' },
  bus_stop: { zh: '公交车站设施', en: 'Bus stop' },
  postal: { zh: '邮政设施', en: 'Postal facility' },
  phone_booth: { zh: '公用电话亭', en: 'Phone booth' },
  seat: { zh: '座椅', en: 'Public seat' },
  mobile_toilet: { zh: '活动厕所', en: 'Mobile toilet' },
  cycle_parking: { zh: '自行车存车设施', en: 'Cycle parking' },
  cabinet: { zh: '各类箱体', en: 'Street cabinet' },
  other: { zh: '其他设施', en: 'Other facility' },
} as const;
export type FacilityClass = keyof typeof classes;

export interface Damage {
  key: string;
  concern: Concern;
  zh: string;
  en: string;
}

const all = (concern: Concern, ...items: [key: string, zh: string, en: string][]): Damage[] =>
  items.map(([key, zh, en]) => ({ key, concern, zh, en }));

/** What people see on each class, in their words, so that a tap says more than a sentence would. */
export const damages: Record<FacilityClass, Damage[]> = {
  waste_bin: [
    ...all(
      'dirty',
      ['overflow', '装满溢出', 'Overflowing'],
      ['stained', '箱体污渍', 'Stained'],
      ['smell', '有异味', 'Smells'],
    ),
    ...all(
      'messy',
      ['litter', '周围有垃圾', 'Litter around it'],
      ['bulky', '旁边堆了大件', 'Bulky waste beside it'],
      ['moved', '被挪了位置', 'Moved from its place'],
    ),
    ...all(
      'poor',
      ['lid_stuck', '盖子开合不灵', 'Lid sticks'],
      ['label_faded', '分类标识看不清', 'Sorting label unreadable'],
      ['rust', '生锈掉漆', 'Rust, peeling paint'],
    ),
    ...all(
      'broken',
      ['door', '箱门坏了', 'Door broken'],
      ['body', '箱体破裂', 'Body cracked'],
      ['fallen', '倒了', 'Fallen over'],
      ['missing', '不见了', 'Missing'],
    ),
  ],
  guide_sign: [
    ...all('dirty', ['dusty', '牌面积灰', 'Dusty'], ['graffiti', '被涂画', 'Painted over']),
    ...all(
      'messy',
      ['stickers', '贴了小广告', 'Stickers on it'],
      ['hidden', '被树枝遮住', 'Hidden by branches'],
    ),
    ...all(
      'poor',
      ['faded', '字迹看不清', 'Faded'],
      ['wrong', '指的方向不对', 'Points the wrong way'],
      ['outdated', '内容过时', 'Out of date'],
    ),
    ...all(
      'broken',
      ['tilted', '牌子歪了', 'Leaning'],
      ['panel', '牌面破裂', 'Panel cracked'],
      ['pole', '立杆断裂', 'Pole broken'],
      ['missing', '牌子丢失', 'Missing'],
    ),
  ],
  bus_stop: [
    ...all(
      'dirty',
      ['litter', '站台有垃圾', 'Litter on the platform'],
      ['stained', '站牌脏污', 'Stop sign dirty'],
    ),
    ...all(
      'messy',
      ['stickers', '贴了小广告', 'Stickers on it'],
      ['bikes', '单车堵住站台', 'Bicycles in the way'],
      ['vendors', '被占用', 'Taken over'],
    ),
    ...all(
      'poor',
      ['timetable', '线路牌看不清', 'Route sign unreadable'],
      ['light', '夜里灯不亮', 'No light at night'],
      ['leak', '雨棚漏雨', 'Shelter leaks'],
    ),
    ...all(
      'broken',
      ['glass', '玻璃破碎', 'Glass broken'],
      ['seat', '座椅坏了', 'Seat broken'],
      ['roof', '顶棚损坏', 'Roof damaged'],
      ['pole', '站牌歪倒', 'Sign leaning'],
    ),
  ],
  postal: [
    ...all('dirty', ['stained', '箱体脏污', 'Stained'], ['graffiti', '被涂画', 'Painted over']),
    ...all(
      'messy',
      ['stickers', '贴了小广告', 'Stickers on it'],
      ['blocked', '被杂物挡住', 'Blocked by things'],
    ),
    ...all(
      'poor',
      ['times_faded', '开取时间看不清', 'Collection times unreadable'],
      ['rust', '生锈掉漆', 'Rust, peeling paint'],
      ['screen', '屏幕不亮', 'Screen dark'],
    ),
    ...all(
      'broken',
      ['slot', '投信口损坏', 'Slot damaged'],
      ['lock', '锁坏了', 'Lock broken'],
      ['door', '柜门关不上', 'Door does not shut'],
      ['tilted', '歪斜松动', 'Leaning, loose'],
    ),
  ],
  phone_booth: [
    ...all('dirty', ['litter', '亭内有垃圾', 'Litter inside'], ['stained', '玻璃脏污', 'Glass dirty']),
    ...all(
      'messy',
      ['stickers', '贴了小广告', 'Stickers on it'],
      ['stored', '被堆放杂物', 'Used for storage'],
    ),
    ...all(
      'poor',
      ['silent', '电话打不通', 'No dial tone'],
      ['light', '灯不亮', 'No light'],
      ['faded', '说明看不清', 'Instructions unreadable'],
    ),
    ...all(
      'broken',
      ['glass', '玻璃破碎', 'Glass broken'],
      ['handset', '听筒损坏', 'Handset broken'],
      ['tilted', '亭体歪斜', 'Leaning'],
      ['missing', '话机丢失', 'Telephone missing'],
    ),
  ],
  seat: [
    ...all(
      'dirty',
      ['stained', '被污损', 'Stained'],
      ['droppings', '有鸟粪', 'Bird droppings'],
      ['graffiti', '被涂画', 'Painted over'],
    ),
    ...all(
      'messy',
      ['litter', '周围有垃圾', 'Litter around it'],
      ['occupied', '被杂物占用', 'Covered with things'],
      ['moved', '被挪了位置', 'Moved from its place'],
    ),
    ...all(
      'poor',
      ['paint', '油漆剥落', 'Paint peeling'],
      ['rust', '生锈', 'Rusty'],
      ['water', '座面积水', 'Water stays on it'],
    ),
    ...all(
      'broken',
      ['slat', '木条断裂', 'Slat broken'],
      ['loose', '松动', 'Loose'],
      ['nail', '有钉子露出', 'Nail sticks out'],
      ['back', '靠背损坏', 'Back broken'],
      ['missing', '缺了一部分', 'A part is missing'],
    ),
  ],
  mobile_toilet: [
    ...all(
      'dirty',
      ['unclean', '没有打扫', 'Not cleaned'],
      ['smell', '异味重', 'Strong smell'],
      ['overflow', '粪污外溢', 'Overflowing'],
    ),
    ...all(
      'messy',
      ['litter', '周围有垃圾', 'Litter around it'],
      ['stored', '被堆放杂物', 'Used for storage'],
    ),
    ...all(
      'poor',
      ['no_water', '没有水', 'No water'],
      ['no_paper', '没有厕纸', 'No paper'],
      ['light', '灯不亮', 'No light'],
      ['closed', '该开没开', 'Closed when it should be open'],
    ),
    ...all(
      'broken',
      ['door', '门锁坏了', 'Door lock broken'],
      ['flush', '冲水坏了', 'Flush broken'],
      ['floor', '地板塌陷', 'Floor sunken'],
      ['ramp', '坡道损坏', 'Ramp damaged'],
    ),
  ],
  cycle_parking: [
    ...all('dirty', ['litter', '有垃圾落叶', 'Litter and leaves'], ['stained', '架体脏污', 'Rack dirty']),
    ...all(
      'messy',
      ['scattered', '车辆乱停', 'Bicycles left anyhow'],
      ['abandoned', '有废弃车辆', 'Abandoned bicycles'],
      ['full', '停满外溢', 'Full to the pavement'],
    ),
    ...all(
      'poor',
      ['lines', '停车线看不清', 'Lines faded'],
      ['rust', '生锈', 'Rusty'],
      ['screen', '还车桩没反应', 'Dock does not respond'],
    ),
    ...all(
      'broken',
      ['bent', '车架变形', 'Rack bent'],
      ['loose', '松动', 'Loose'],
      ['canopy', '车棚破损', 'Canopy damaged'],
      ['lock', '锁桩坏了', 'Dock lock broken'],
    ),
  ],
  cabinet: [
    ...all('dirty', ['stained', '箱体脏污', 'Stained'], ['graffiti', '被涂画', 'Painted over']),
    ...all(
      'messy',
      ['stickers', '贴了小广告', 'Stickers on it'],
      ['wires', '线缆杂乱', 'Cables tangled'],
      ['stored', '被堆放杂物', 'Things piled on it'],
    ),
    ...all(
      'poor',
      ['rust', '生锈掉漆', 'Rust, peeling paint'],
      ['label', '警示标识缺失', 'Warning sign gone'],
      ['noise', '噪声大', 'Noisy'],
    ),
    ...all(
      'broken',
      ['door', '箱门没关', 'Door open'],
      ['body', '箱体破损', 'Body damaged'],
      ['tilted', '歪斜', 'Leaning'],
      ['bare', '电线裸露', 'Bare wires'],
    ),
  ],
  other: [
    ...all(
      'dirty',
      ['stained', '脏污', 'Dirty'],
      ['litter', '周围有垃圾', 'Litter around it'],
      ['smell', '有异味', 'Smells'],
    ),
    ...all(
      'messy',
      ['stickers', '贴了小广告', 'Stickers on it'],
      ['stored', '堆放杂物', 'Things piled there'],
      ['blocked', '挡路', 'In the way'],
    ),
    ...all(
      'poor',
      ['rust', '生锈掉漆', 'Rust, peeling paint'],
      ['dark', '该亮不亮', 'Does not light'],
      ['no_water', '没有水', 'No water'],
      ['noise', '噪声大', 'Noisy'],
    ),
    ...all(
      'broken',
      ['cracked', '破裂', 'Cracked'],
      ['loose', '松动', 'Loose'],
      ['tilted', '歪斜', 'Leaning'],
      ['missing', '缺失', 'Missing'],
    ),
  ],
};

export function className(name: string | undefined): string {
  const found = classes[(name ?? 'other') as FacilityClass] ?? classes.other;
  return found[lang()];
}

export function damagesOf(name: string | undefined, concern: Concern): Damage[] {
  const list = damages[(name ?? 'other') as FacilityClass] ?? damages.other;
  return list.filter((damage) => damage.concern === concern);
}

/**
 * The chosen damages as the first line of the report's text. Staff work in Chinese, so the Chinese words are always
 * there; a resident who reads English finds their own beside them on the receipt.
 */
export function describe(chosen: readonly Damage[], text: string): string {
  const zh = chosen.map((damage) => damage.zh).join('、');
  const first = lang() === 'en' && zh ? `${chosen.map((d) => d.en).join(', ')} (${zh})` : zh;
  return [first, text.trim()].filter((part) => part !== '').join('\n');
}
