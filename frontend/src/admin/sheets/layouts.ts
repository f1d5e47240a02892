/** The label sheets that can be had; mm on A4. The names are the server's. */
export interface SheetLayout {
  id: string;
  columns: number;
  rows: number;
  width: number;
  height: number;
  zh: string;
  en: string;
}

export const layouts: readonly [SheetLayout, ...SheetLayout[]] = [
  {
    id: '3x8',
    columns: 3,
    rows: 8,
    width: 70,
    height: 37,
    zh: '每页 24 块（70×37 毫米）',
    en: '24 a page (70×37 mm)',
  },
  {
    id: '2x5',
    columns: 2,
    rows: 5,
    width: 99,
    height: 57,
    zh: '每页 10 块（99×57 毫米）',
    en: '10 a page (99×57 mm)',
  },
  {
    id: '1',
    columns: 1,
    rows: 1,
    width: 160,
    height: 220,
    zh: '每页 1 块（160×220 毫米，装框用）',
    en: 'One a page (160×220 mm, to be framed)',
  },
];

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
