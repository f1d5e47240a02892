/**
 * What the server answers, by the names the pages use. The shapes come from its OpenAPI document
 * (`npm run types` writes schema.gen.ts); here is said only what the document cannot: which
 * words a string may be, and what a GeoJSON feature carries. A change of the server shows as an error of the compiler.
 */
import type { components } from './schema.gen.ts';

type S = components['schemas'];

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

export type Grant = Omit<S['AuthMeGrant'], 'role'> & { role: Role };
export type Me = Omit<S['AuthMe'], 'grants'> & { grants: Grant[] };
export type DemoAccounts = Omit<S['DemoAnswerBody'], 'accounts'> & { accounts: Me[] | null };

/** Where signing in stands: `next` is the step to go. */
export type SignStep = Me & Pick<S['AuthStep'], 'next' | 'ways' | 'recovery_codes'>;
export type SignWays = S['WaysAnswerBody'];
export type Security = S['AuthSecurity'];
export type Passkey = S['AuthPasskey'];
export type Device = S['AuthDevice'];
export type Enrolment = S['AuthEnrolment'];
export type LinkSeen = S['AuthLinkSeen'];

type Box = [west: number, south: number, east: number, north: number];
export type ChainLink = S['RegionLink'];
export type Region = Omit<S['RegionRow'], 'bbox'> & { bbox: Box };
export type Here = S['LivemapHere'];

export type CaseRow = S['CaseRow'];
export type Action = S['StepInBody']['action'];
export type Step = S['StepInBody'];
export type CaseEvent = S['CaseEvent'];
export type CasePhoto = S['CasePhoto'];
export type AllowedAction = { action: Action; needs: ('note' | 'department')[] | null };
export type CaseFile = Omit<S['Case'], 'facility' | 'actions'> & {
  /** Null for a case that is not about a facility. */
  facility: S['CaseFacility'] | null;
  actions: AllowedAction[] | null;
};
export type CasePage = S['CasePage'];
export type Figures = Omit<S['CaseFigures'], 'by_state'> & {
  by_state: Partial<Record<CaseRow['state'], number>>;
};
export type CaseTimes = S['CaseTimes'];
export type Department = S['AuthDepartment'];
export type Category = S['CaseCategory'];

export type Found = Omit<S['SearchHit'], 'bbox'> & { bbox?: Box };
export type FoundType = Found['type'];

export interface FacilityProperties {
  id: string;
  code: string;
  class: string;
  kind: string;
  name?: string;
  name_en?: string;
  place?: string;
  owner?: string;
  maintainer?: string;
  state?: string;
  distance_m?: number;
  open_cases?: number;
}

export interface ServiceProperties {
  id: string;
  kind: string;
  name?: string;
  name_en?: string;
  address?: string;
  hours?: string;
  capacity?: number | null;
  distance_m?: number;
}

export interface BuildingProperties {
  id: string;
  name?: string;
  name_en?: string;
  use?: string;
  address?: string;
  levels?: number | null;
  height?: number | null;
}

export interface PointFeature<P> {
  type: 'Feature';
  geometry: { type: 'Point'; coordinates: [lon: number, lat: number] };
  properties: P;
}

export interface Collection<P> {
  type: 'FeatureCollection';
  features: PointFeature<P>[] | null;
}

/** What the feed says of one case. `was` is where it stood before, so that the old place can be cleared too. */
export interface CaseChange {
  pos: number;
  change: 'created' | 'changed';
  row: CaseRow;
  was: { lon: number; lat: number } | null;
}
