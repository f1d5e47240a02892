/** What the registry's routes answer. Dates are YYYY-MM-DD, coordinates degrees in WGS84. */
export interface Page<T> {
  items: T[] | null;
  next?: string | null;
  total?: number;
}

export interface Person {
  id: string;
  /** Masked: 王*. */
  name: string;
  sex: string;
  age: number | null;
  kind: string;
  lives_alone: boolean;
  head: boolean;
  household_id: string | null;
  dwelling_id: string | null;
  building_id: string | null;
  address: string;
  grid_code: string | null;
  scope_code: string;
  id_masked: string;
  phone_masked: string;
  left_on: string | null;
  left_why: string;
  rev: number;
}

export interface Residence {
  id: string;
  dwelling_id: string;
  building_id: string;
  address: string;
  relation: string;
  since: string | null;
  until: string | null;
}

export interface CareTag {
  id: string;
  tag: string;
  purpose: string;
  basis: string;
  since: string | null;
  until: string | null;
}

export interface PersonFile extends Person {
  residences: Residence[] | null;
  tags: CareTag[] | null;
  household: Person[] | null;
  /** How often the record was read in full. */
  readings: number;
}

export interface Revealed {
  name: string;
  id_number: string;
  phone: string;
  born_on: string | null;
}

export interface Organisation {
  id: string;
  name: string;
  name_en: string;
  uscc: string | null;
  kind: string;
  industry: string;
  phone: string;
  employees: number | null;
  address: string;
  building_id: string | null;
  dwelling_id: string | null;
  opened_on: string | null;
  closed_on: string | null;
  grid_code: string | null;
  scope_code: string;
  lon: number;
  lat: number;
  rev: number;
}

/** Any record of the registry, as the table and the form see it. */
export type Row = Record<string, unknown> & { id: string };
