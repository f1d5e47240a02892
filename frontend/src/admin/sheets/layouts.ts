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
    id: '2x4',
    columns: 2,
    rows: 4,
    width: 99,
    height: 67,
    zh: '每页 8 块（99×67 毫米）',
    en: '8 a page (99×67 mm)',
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
