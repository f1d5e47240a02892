import type { Feature, FeatureCollection, Geometry, MultiPolygon } from 'geojson';

/** An edition of the regions: who published it, and when. */
export interface Edition {
  edition: number;
  at: string;
  by: string;
  source: string;
  name: string;
  scope: string;
  regions: number;
  dropped: number;
  moved: number;
  undoes: number | null;
  undoable: boolean;
}

export type Change = 'new' | 'changed' | 'removed';

export interface Draft {
  id: string;
  under: string;
  name: string;
  base: number;
  edition: number | null;
  rev: number;
  created_at: string;
  updated_by: string;
  updated_at: string;
  new: number;
  changed: number;
  removed: number;
}

export interface WholeDraft extends Draft {
  behind: string[];
  regions: { code: string; level: string; name: string; name_en: string; change: Change; origin: string[] }[];
}

export interface RegionProperties {
  code: string;
  level: string;
  name: string;
  name_en: string;
  change: Change | '';
  origin: string[] | null;
}
export type RegionFeature = Feature<MultiPolygon, RegionProperties>;
export type RegionSet = FeatureCollection<MultiPolygon, RegionProperties>;

export type Weight = 'error' | 'warning' | 'before';
export interface FoundProperties {
  kind: string;
  weight: Weight;
  parent: string;
  codes: string[];
  text: string;
  area_m2: number;
  width_m: number;
  lon: number;
  lat: number;
  /** Its place among the findings of its parent, by which proposals name it; -1 when nothing can mend it. */
  number: number;
  /** The fingerprint of the regions it was found in. */
  set: string;
}
export type FoundSet = FeatureCollection<Geometry, FoundProperties>;

/** A way to mend what was found; nothing changes before somebody accepts it. */
export interface ProposalProperties {
  repair: 'snap' | 'insert_vertices' | 'give' | 'cut' | 'redraw' | 'remove';
  choice: number;
  mends: number[];
  codes: string[];
  gains: string;
  area_m2: number;
  moved_m: number;
  text: string;
  changes: { code: string; before: Geometry; after: Geometry | null }[];
  parent: string;
  set: string;
  /** It changes only the border of the draft's own place, which stays. */
  idle: boolean;
}
export type Proposal = Feature<Geometry, ProposalProperties>;
export type ProposalSet = FeatureCollection<Geometry, ProposalProperties>;

/** Proposals that somebody accepts, for the regions right under one. */
export interface Mend {
  parent: string;
  set: string;
  proposals?: string[];
  kinds?: string[];
}
export interface Mended {
  accepted: { id: string; text: string }[];
  left: { id: string; text: string }[];
  draft: WholeDraft;
}

export interface Shift {
  from: string;
  from_name: string;
  to: string;
  to_name: string;
  buildings: number;
  people: number;
  cases: number;
  facilities: number;
  services: number;
  organisations: number;
}
export const counted = ['buildings', 'people', 'cases', 'facilities', 'services', 'organisations'] as const;

export interface Preview {
  edition: number;
  regions: number;
  dropped: number;
  total: Shift;
  moved: number;
  pairs: Shift[];
  /** Codes in force of which nothing would stay where it is. */
  elsewhere: string[];
  grants: { login: string; name: string; role: string; scope: string; to: string }[];
  behind: string[];
}

export interface Published {
  regions: number;
  dropped: number;
  moved: number;
  edition: number;
}

/** One thing done to a draft, as the server takes it. */
export interface Edit {
  op: 'put' | 'remove' | 'restore' | 'split' | 'merge' | 'move' | 'bend' | 'straighten';
  code?: string;
  /** Of a new region without a code: what it lies under. */
  parent?: string;
  codes?: string[];
  name?: string;
  name_en?: string;
  geometry?: { type: string; coordinates: unknown[] };
  from?: [number, number];
  to?: [number, number];
}

/** What borders of grids may follow. */
export const ways = ['roads', 'rivers', 'walls'] as const;

interface Spread {
  min: number;
  median: number;
  max: number;
}
/** The grids that a worker is proposed for; kept is the part of their ground that is the worker's today. */
export interface Charge {
  community: string;
  login: string;
  name: string;
  load: number;
  grids: { code: string; load: number; kept: number }[];
}
/** What came of cutting a place: the grids to look at, or the draft they are in. */
export interface CutAnswer {
  draft: Draft | null;
  report: {
    grids: number;
    buildings_cut: number;
    detours: number;
    area_m2: Spread;
    load: Spread;
    work: Spread | null;
    off: unknown[];
    charges: Charge[];
  };
  grids: FeatureCollection | null;
}
