/** What the import's routes answer, by the names the page uses. Coordinates are degrees in WGS84. */
import type { components } from '../../api/schema.gen.ts';

type S = components['schemas'];

export type Choice = S['TransferChoice'];
export type FieldOf = S['TransferField'];
export type ImportKind = S['TransferKind'];
/** How the columns of a file become our fields. */
export type Mapping = S['TransferMapping'];
export type RefusedRow = S['TransferRefusal'];
export type PreviewRow = S['TransferPreview'];
export type Import = S['TransferImport'];
export type RunState = Import['state'];
export type Counts = S['TransferCounts'];
export type Doubt = S['TransferDoubt'];
export type SavedMapping = S['TransferSavedMapping'];
