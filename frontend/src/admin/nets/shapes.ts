/** What the routes of nets answer, by the names the page uses. */
import type { Feature, FeatureCollection, MultiPolygon } from 'geojson';
import type { components } from '../../api/schema.gen.ts';

type S = components['schemas'];

export type Net = S['CrosswalkNet'];
export type Kind = Net['kind'];
export type Fit = S['CrosswalkFit'];
export type Match = S['CrosswalkMatch'];
export type CellAnswer = S['CrosswalkCellAnswer'];
export type Proposal = S['CrosswalkProposal'];
export const kinds: readonly Kind[] = ['police', 'fire', 'civil_affairs', 'party_building', 'other'];

export type Sort = 'border' | 'gap' | 'overlap' | 'beyond';
export interface PartingProperties {
  sort: Sort;
  grid: string;
  grid_name: string;
  grid_name_en: string;
  cells: string[];
  mostly_grid: string;
  mostly_cell: string;
  area_m2: number;
  width_m: number;
  lon: number;
  lat: number;
  people: number;
  buildings: number;
  cases: number;
}
export type Parting = Feature<MultiPolygon, PartingProperties>;
export type Partings = FeatureCollection<MultiPolygon, PartingProperties>;
export type Cells = FeatureCollection<MultiPolygon, { code: string; name: string }>;
