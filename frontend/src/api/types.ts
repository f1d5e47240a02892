/**
 * What the server answers, in its own names. One file mirrors the contract, so that every page means the same by a
 * case, a region or a facility.
 */
import type { State } from '../base/symbols.ts';

export type Role =
  | 'operator'
  | 'supervisor'
  | 'handler'
  | 'worker'
  | 'planner'
  | 'registrar'
  | 'auditor'
  | 'administrator'
  | 'leader';

export interface Grant {
  role: Role;
  /** A prefix of the region code; '' is everywhere. */
  scope: string;
  scope_name: string;
  department: string | null;
  department_name: string | null;
}

export interface Me {
  id: string;
  login: string;
  name: string;
  demo: boolean;
  grants: Grant[];
}

export interface DemoAccounts {
  demo: boolean;
  accounts: { login: string; name: string; role: Role; role_name: string }[] | null;
  password?: string;
}

export type Level = 'city' | 'district' | 'street' | 'community' | 'grid';

export interface ChainLink {
  code: string;
  level: Level;
  name: string;
  name_en: string;
}

export interface Region extends ChainLink {
  parent: string | null;
  bbox: [number, number, number, number];
}

export type Datum = 'wgs84' | 'cgcs2000' | 'gcj02' | 'bd09';

export interface Located {
  lon: number;
  lat: number;
  given: { crs: string; x: number; y: number };
  outside: boolean;
  grid_code: string | null;
  scope_code: string;
  edition: number | string;
  chain: ChainLink[] | null;
}

export interface CaseRow {
  id: string;
  fid: number;
  number: string;
  type: string;
  category: string;
  category_name: string;
  concern: string;
  title: string;
  title_en: string;
  state: State;
  urgent: boolean;
  channel: string;
  place: string;
  lon: number;
  lat: number;
  grid_code: string | null;
  grid_name: string;
  grid_name_en: string;
  scope_code: string;
  facility_code: string | null;
  department: string | null;
  department_name: string | null;
  due_at: string | null;
  created_at: string;
  updated_at: string;
  rev: number;
}

export type Action =
  | 'file'
  | 'reject'
  | 'dispatch'
  | 'return'
  | 'accept'
  | 'suspend'
  | 'resume'
  | 'resolve'
  | 'close'
  | 'rework';

export interface CasePhoto {
  id: string;
  url: string;
  thumb_url: string;
  stage: 'report' | 'after';
}

export interface CaseEvent {
  seq: number;
  at: string;
  action: string;
  from_state: string;
  to_state: State;
  actor_name: string;
  actor_role: string;
  department_name: string | null;
  note: string;
}

export interface AllowedAction {
  action: Action;
  needs: ('note' | 'department')[] | null;
}

export interface CaseFile extends CaseRow {
  text: string;
  chain: ChainLink[] | null;
  facility: FacilityBrief | null;
  photos: CasePhoto[] | null;
  events: CaseEvent[] | null;
  actions: AllowedAction[] | null;
  earlier: CaseRow[] | null;
  given: { crs: string; x: number; y: number } | null;
}

export interface FacilityBrief {
  id?: string;
  code: string;
  class: string;
  kind?: string;
  name?: string;
  name_en?: string;
  place?: string;
  owner?: string;
  maintainer?: string;
  state?: string;
}

export interface CasePage {
  items: CaseRow[] | null;
  next: string | null;
  total: number;
}

export interface Figures {
  by_state: Partial<Record<State, number>> | null;
  open: number;
  overdue: number;
  today: number;
  closed_today: number;
  on_time_share: number | null;
  hours: { at: string; count: number }[] | null;
}

export interface Department {
  code: string;
  name: string;
  name_en: string;
}

export interface Category {
  code: string;
  name: string;
  name_en: string;
  kind: 'component' | 'event';
  class?: string | null;
}

export interface FacilityProperties extends FacilityBrief {
  id: string;
  distance_m?: number;
  open_cases?: number;
}

export interface ServiceProperties {
  id: string;
  kind: string;
  name: string;
  name_en: string;
  address: string;
  hours: string;
  capacity: number | null;
  distance_m?: number;
}

export interface BuildingProperties {
  id: string;
  name: string;
  name_en?: string;
  use: string;
  address?: string;
  levels: number | null;
  height?: number | null;
}

export interface PointFeature<P> {
  type: 'Feature';
  geometry: { type: 'Point'; coordinates: [number, number] };
  properties: P;
}

export interface Collection<P> {
  type: 'FeatureCollection';
  features: PointFeature<P>[] | null;
}

export type FoundType = 'case' | 'facility' | 'building' | 'service' | 'region' | 'coordinate' | 'place';

export interface Found {
  type: FoundType;
  id: string;
  code: string;
  title: string;
  subtitle: string;
  lon: number;
  lat: number;
  bbox?: [number, number, number, number] | null;
}

/** What the feed says of one case. `was` is where it stood before, so that the old place can be cleared too. */
export interface CaseChange {
  pos: number;
  change: 'created' | 'changed';
  row: CaseRow;
  was: { lon: number; lat: number } | null;
}
