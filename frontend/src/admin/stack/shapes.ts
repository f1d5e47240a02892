/** The stack of a building as the server tells it; nobody's name is ever in it. */
export type StoreyKind = 'above' | 'ground' | 'below' | 'mezzanine' | 'roof';

export interface Storey {
  /** 0 is the ground floor, -1 the first basement. */
  ordinal: number;
  /** What the lift's button says: 12A, B1. */
  label: string;
  kind: StoreyKind;
  /** Metres above the ground; null where it is not known. */
  base_m: number | null;
  height_m: number | null;
}

export interface Room {
  id: string;
  code: string;
  storey_from: number;
  /** Above storey_from for a duplex. */
  storey_to: number;
  /** 1 is the leftmost of its unit. */
  col: number;
  colspan: number;
  use: string;
  tenure: string;
  area_m2: number | null;
  status: string;
  /** Only for those who may read people. */
  people?: number | null;
  elderly?: boolean | null;
  alone?: boolean | null;
}

export interface Unit {
  id: string;
  code: string;
  ordinal: number;
  lift: boolean;
  columns: number;
  rooms: Room[] | null;
}

export interface Stack {
  building: {
    id: string;
    name: string;
    name_en?: string;
    address: string;
    levels: number | null;
    levels_below: number | null;
    rev: number;
  };
  /** The top first. */
  storeys: Storey[] | null;
  units: Unit[] | null;
  statuses: { status: string; title: string; title_en: string; count: number }[] | null;
}

/** A room of somewhere, alone. */
export interface Dwelling {
  id: string;
  building_id: string;
  unit: string;
  code: string;
  storey_from: number;
  storey_to: number;
  use: string;
  tenure: string;
  area_m2: number | null;
  realty_code: string | null;
  address: string;
  rev: number;
}
