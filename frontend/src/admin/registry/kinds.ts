import { lang, words } from '../../base/i18n.ts';
import { alphabet, showPlate } from '../../base/plate.ts';
import { className, kindName } from '../../map/icons.ts';
import { live } from '../../page/page.ts';
import type { Listed } from '../place.ts';
import { called } from '../stack/words.ts';
import type { Row } from './shapes.ts';
import { codeName, codesOf, type List, r } from './words.ts';

const k = live(
  words(
    {
      name: '名称',
      name_en: '英文名',
      code: '编码',
      use: '用途',
      address: '地址',
      levels: '地上层数',
      levels_below: '地下层数',
      height: '高度（米）',
      built_year: '建成年份',
      structure: '结构',
      uscc: '统一社会信用代码',
      kind: '类型',
      industry: '行业',
      phone: '电话',
      employees: '从业人数',
      opened_on: '开办日期',
      closed_on: '注销日期',
      hours: '开放时间',
      capacity: '容量',
      capacity_unit: '容量单位',
      operator: '运营方',
      state: '状态',
      plate: '码牌',
      place: '位置',
      owner: '权属单位',
      maintainer: '养护单位',
      purpose: '用途说明',
      installed_on: '安装日期',
      grid: '网格',
    },
    {
      name: 'Name',
      name_en: 'English name',
      code: 'Code',
      use: 'Use',
      address: 'Address',
      levels: 'Storeys',
      levels_below: 'Storeys below',
      height: 'Height (m)',
      built_year: 'Built in',
      structure: 'Structure',
      uscc: 'Credit code',
      kind: 'Kind',
      industry: 'Industry',
      phone: 'Phone',
      employees: 'Employees',
      opened_on: 'Opened on',
      closed_on: 'Closed on',
      hours: 'Hours',
      capacity: 'Capacity',
      capacity_unit: 'Unit of capacity',
      operator: 'Operator',
      state: 'State',
      plate: 'Plate',
      place: 'Place',
      owner: 'Owner',
      maintainer: 'Maintainer',
      purpose: 'Purpose',
      installed_on: 'Installed on',
      grid: 'Grid',
    },
  ),
);
type Word = keyof typeof k.zh;

export interface Field {
  name: string;
  word: Word;
  type: 'text' | 'number' | 'date' | 'choice';
  /** Whose words may stand here; 'kinds' are those the server names for an import. */
  list?: List | 'kinds';
  required?: boolean;
  /** Only when a record is made: what it is called by stays. */
  once?: boolean;
}

export interface Column {
  word: Word;
  say(row: Row): string;
  wide?: boolean;
  number?: boolean;
}

/** How one kind of record is listed, narrowed and filled in. */
export interface Kind {
  path: string;
  /** What an address names a record by. */
  key: 'id' | 'code';
  columns: Column[];
  fields: Field[];
  filters: { name: string; list: List }[];
  /** Whether a record can be made here, by a click for its place. */
  create: boolean;
}

const text = (row: Row, name: string) => (row[name] ? String(row[name]) : '–');
const titled = (row: Row) => {
  const [first, second] = lang() === 'en' ? [row.name_en, row.name] : [row.name, row.name_en];
  return String(first || second || row.address || row.code || '–');
};
const field = (name: Word, more: Partial<Field> = {}): Field => ({ name, word: name, type: 'text', ...more });

export const kinds: Record<Exclude<Listed, 'people'>, Kind> = {
  buildings: {
    path: '/api/v1/buildings',
    key: 'id',
    columns: [
      { word: 'name', say: titled, wide: true },
      { word: 'address', say: (row) => text(row, 'address'), wide: true },
      { word: 'levels', say: (row) => text(row, 'levels'), number: true },
      { word: 'code', say: (row) => text(row, 'code') },
    ],
    fields: [
      field('name'),
      field('name_en'),
      field('code'),
      field('use'),
      field('address'),
      field('levels', { type: 'number' }),
      field('levels_below', { type: 'number' }),
      field('height', { type: 'number' }),
      field('built_year', { type: 'number' }),
      field('structure'),
    ],
    filters: [],
    create: false,
  },
  organisations: {
    path: '/api/v1/organisations',
    key: 'id',
    columns: [
      { word: 'name', say: titled, wide: true },
      { word: 'kind', say: (row) => codeName('organisation', String(row.kind ?? '')) },
      { word: 'uscc', say: (row) => text(row, 'uscc') },
      { word: 'address', say: (row) => text(row, 'address'), wide: true },
    ],
    fields: [
      field('name', { required: true }),
      field('name_en'),
      field('uscc'),
      field('kind', { type: 'choice', list: 'organisation', required: true }),
      field('industry'),
      field('phone'),
      field('employees', { type: 'number' }),
      field('address'),
      field('opened_on', { type: 'date' }),
      field('closed_on', { type: 'date' }),
    ],
    filters: [{ name: 'kind', list: 'organisation' }],
    create: true,
  },
  services: {
    path: '/api/v1/services',
    key: 'id',
    columns: [
      { word: 'name', say: titled, wide: true },
      { word: 'kind', say: (row) => kindName(String(row.kind ?? ''), lang()) },
      { word: 'address', say: (row) => text(row, 'address'), wide: true },
      { word: 'capacity', say: (row) => text(row, 'capacity'), number: true },
    ],
    fields: [
      field('name', { required: true }),
      field('name_en'),
      field('kind', { type: 'choice', list: 'kinds', required: true }),
      field('address'),
      field('hours'),
      field('capacity', { type: 'number' }),
      field('capacity_unit', { type: 'choice', list: 'unit' }),
      field('operator'),
      field('phone'),
      field('state', { type: 'choice', list: 'service' }),
    ],
    filters: [],
    create: true,
  },
  facilities: {
    path: '/api/v1/facilities',
    key: 'code',
    columns: [
      { word: 'plate', say: (row) => plateText(String(row.code ?? '')) },
      { word: 'name', say: (row) => titled(row), wide: true },
      { word: 'place', say: (row) => text(row, 'place'), wide: true },
      { word: 'state', say: (row) => codeName('facility', String(row.state ?? '')) },
    ],
    fields: [
      field('code', { word: 'plate', once: true }),
      field('kind', { type: 'choice', list: 'kinds', required: true, once: true }),
      field('name'),
      field('name_en'),
      field('place'),
      field('owner'),
      field('maintainer'),
      field('purpose'),
      field('state', { type: 'choice', list: 'facility' }),
      field('installed_on', { type: 'date' }),
    ],
    filters: [],
    create: true,
  },
};

export const fieldWord = (f: Field) => k(f.word);
export const columnWord = (column: Column) => k(column.word);

export function choices(list: List): { code: string; name: string }[] {
  return codesOf(list).map((code) => ({ code, name: codeName(list, code) }));
}

/** Our own codes read XXXX-XXXX; a number that was painted on a bin years ago stays as it is. */
function plateText(code: string): string {
  return code.length === 8 && [...code].every((character) => alphabet.includes(character))
    ? showPlate(code)
    : code;
}

/** A field of a record as it reads. */
export function said(row: Row, f: Field): string {
  const value = row[f.name];
  if (value === null || value === undefined || value === '') return '–';
  if (f.name === 'code') return f.word === 'plate' ? plateText(String(value)) : String(value);
  if (f.list && f.list !== 'kinds') return codeName(f.list, String(value));
  if (f.name === 'kind')
    return row.class ? className(String(row.class), lang()) : kindName(String(value), lang());
  if (f.name === 'use') return called(String(value));
  return String(value);
}

export const titleOf = titled;
export const hint = (tab: Listed) => r(`search_${tab}`);
