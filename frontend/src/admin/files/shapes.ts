/** What the import's routes answer. */
export interface Choice {
  value: string;
  title: string;
  title_en: string;
}

export interface FieldOf {
  name: string;
  title: string;
  title_en: string;
  type: string;
  required: boolean;
  help?: string;
  help_en?: string;
  values?: Choice[] | null;
}

export interface ImportKind {
  kind: string;
  title: string;
  title_en: string;
  geometry: string;
  fields: FieldOf[] | null;
}

/** How the columns of a file become our fields. */
export interface Mapping {
  kind: string;
  source: string;
  layer?: string;
  encoding?: string;
  crs?: string;
  time_zone?: string;
  /** Our field <- their column, or a pattern of columns: "{街道} {门牌}". */
  columns?: Record<string, string> | null;
  constants?: Record<string, string> | null;
  /** For a field: their word -> ours. */
  values?: Record<string, Record<string, string>> | null;
  defaults?: Record<string, string> | null;
  date_order?: string;
  /** For regions: under which code they are numbered, and the city that is made of them. */
  under?: string;
  city?: string;
  city_name?: string;
}

export interface RefusedRow {
  line: number;
  field: string;
  reason: string;
  lon?: number | null;
  lat?: number | null;
}

export interface PreviewRow {
  line: number;
  values: Record<string, string> | null;
  refused: { field: string; reason: string }[] | null;
}

export type RunState = 'uploaded' | 'running' | 'done' | 'failed' | 'stopped';

export interface Counts {
  read: number;
  fresh: number;
  changed: number;
  unchanged: number;
  refused: number;
  doubtful: number;
}

export interface Import {
  id: string;
  kind: string;
  file_name: string;
  bytes: number;
  state: RunState;
  dry_run: boolean;
  format: string;
  encoding: string;
  layers: string[] | null;
  crs: { name: string; epsg: number; sure: boolean; suggestion?: string } | null;
  columns: { name: string; samples: string[] | null }[] | null;
  mapping: Mapping;
  preview: PreviewRow[] | null;
  problems: { field: string; message: string }[] | null;
  progress: {
    rows: number;
    bytes_read: number;
    bytes: number;
    per_second: number;
    seconds_left: number | null;
  } | null;
  counts: Counts;
  refused: RefusedRow[] | null;
  refused_reasons: { reason: string; count: number }[] | null;
  error: string;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
  by: string;
}

export interface Doubt {
  id: string;
  line: number;
  title: string;
  values: Record<string, string> | null;
  candidates: { id: string; title: string; why: string; metres: number | null }[] | null;
}

export interface SavedMapping {
  name: string;
  kind: string;
  mapping: Mapping;
  updated_at: string;
}
