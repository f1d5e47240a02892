/** What the registry's routes answer, by the names the page uses. Dates are YYYY-MM-DD, coordinates degrees in WGS84. */
import type { components } from '../../api/schema.gen.ts';

type S = components['schemas'];

export interface Page<T> {
  items: T[] | null;
  next?: string | null;
  total?: number;
}

/** The document cannot say that an id may be missing: who has no home has none. */
type Tied = {
  household_id: string | null;
  dwelling_id: string | null;
  building_id: string | null;
};

export type Person = Omit<S['Person'], keyof Tied> & Tied;
export type Residence = S['PersonResidence'];
export type CareTag = S['PersonCarried'];
/** A record, still masked, with ties, tags and household. */
export type PersonFile = Omit<S['PersonFull'], keyof Tied | 'household'> &
  Tied & { household: Person[] | null };
/** One look at a record, or one change of it. */
export type Reading = S['PersonReading'];
export type Revealed = S['PersonRevealed'];
export type Organisation = Omit<S['Organisation'], 'building_id' | 'dwelling_id'> & {
  building_id: string | null;
  dwelling_id: string | null;
};

/** Any record of the registry, as the table and the form see it. */
export type Row = Record<string, unknown> & { id: string };
