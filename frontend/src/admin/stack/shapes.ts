/** The stack of a building as the server tells it; nobody's name is ever in it. The shapes are its OpenAPI document's. */
import type { components } from '../../api/schema.gen.ts';

type S = components['schemas'];

export type Storey = S['BuildingStoreyView'];
export type Room = S['BuildingRoomView'];
export type Unit = S['BuildingUnitView'];
export type Stack = S['BuildingStackView'];
/** What the server says a description of a building would give. */
export type Planned = S['BuildingPlanned'];
/** A room of somewhere, alone. */
export type Dwelling = S['BuildingDwellingRow'];
