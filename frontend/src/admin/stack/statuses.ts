import type { Room, Stack } from './shapes.ts';

export type Legend = NonNullable<Stack['statuses']>[number];

/**
 * The sign of a room's state: a shape, a fill and a word, so that it is told apart by colour-blind eyes and in black
 * and white. Grid, legend, card and print draw from here. The box is 12 by 12 units.
 */
export interface Sign {
  /** The token of its colour. */
  token: string;
  shape: string;
  /** How the cell is filled: alike in colour and in grey. */
  fill: 'solid' | 'stripes' | 'dots' | 'bare' | 'cross';
}

const signs: Record<string, Sign> = {
  occupied: {
    token: '--accent',
    fill: 'solid',
    shape: '<path d="M1.5 6.5 6 2l4.5 4.5V11h-9z" fill="currentColor"/>',
  },
  let: {
    token: '--s-dispatched',
    fill: 'stripes',
    shape: '<circle cx="4" cy="6" r="2.2"/><path d="M6.2 6H11M9 6v2.4"/>',
  },
  dwelling: {
    token: '--s-paused',
    fill: 'bare',
    shape: '<path d="M1.8 6.7 6 2.5l4.2 4.2V10.7H1.8zM6 10.7V7.8"/>',
  },
  vacant: { token: '--muted', fill: 'bare', shape: '<path d="M1.8 6.7 6 2.5l4.2 4.2V10.7H1.8z" />' },
  shop: {
    token: '--warn',
    fill: 'dots',
    shape: '<path d="M1.5 4.5 2.5 2h7l1 2.5M2.3 4.5V10h7.4V4.5M1.3 4.5h9.4"/>',
  },
  office: { token: '--good', fill: 'dots', shape: '<path d="M2 4.5h8v5.5H2zM4.5 4.5V2.5h3v2"/>' },
  public: {
    token: '--good',
    fill: 'bare',
    shape: '<circle cx="6" cy="3.4" r="1.7"/><path d="M2.5 10.5c0-2.5 1.5-4 3.5-4s3.5 1.5 3.5 4"/>',
  },
  parking: { token: '--muted', fill: 'stripes', shape: '<path d="M3.5 10.5v-9h3a2.6 2.6 0 0 1 0 5.2h-3"/>' },
  civil_defence: {
    token: '--muted',
    fill: 'dots',
    shape: '<path d="M6 1.5 10 3v3c0 2.5-1.7 4-4 5-2.3-1-4-2.5-4-5V3z"/>',
  },
  storage: { token: '--muted', fill: 'bare', shape: '<path d="M2 3.5h8v7H2zM2 6h8M5 8h2"/>' },
  plant: {
    token: '--muted',
    fill: 'cross',
    shape: '<circle cx="6" cy="6" r="2"/><path d="M6 1v2M6 9v2M1 6h2M9 6h2"/>',
  },
  workshop: { token: '--warn', fill: 'stripes', shape: '<path d="M1.5 10.5V5L5 7V5l3.5 2V2h2v8.5z"/>' },
  elderly: {
    token: '--s-returned',
    fill: 'solid',
    shape: '<circle cx="5" cy="2.8" r="1.5"/><path d="M5 4.3v3.2L3.5 11M5 7.5 6.5 11M5 5.5h2.7V11"/>',
  },
  alone: {
    token: '--danger',
    fill: 'cross',
    shape: '<circle cx="6" cy="3.2" r="1.7"/><path d="M6 5v3M3.5 10.5h5"/>',
  },
};

const other: Sign = { token: '--muted', fill: 'bare', shape: '<circle cx="6" cy="6" r="3.6"/>' };

/** A room that somebody should look after shows it beside its state; the graver sign goes first. */
export function careOf(room: Pick<Room, 'alone' | 'elderly'>): 'alone' | 'elderly' | '' {
  return room.alone ? 'alone' : room.elderly ? 'elderly' : '';
}

/** Whether a room is of the kind that the legend shows alone. */
export function fits(room: Room, only: string): boolean {
  if (only === 'alone') return room.alone === true;
  if (only === 'elderly') return room.elderly === true;
  return !only || room.status === only;
}

/** The legend: states as the server counts them, then what is beside a state, as far as the reader may know. */
export function legendOf(stack: Stack): Legend[] {
  const rooms = (stack.units ?? []).flatMap((unit) => unit.rooms ?? []);
  const care = (['alone', 'elderly'] as const).map((status) => ({
    status,
    title: '',
    title_en: '',
    count: rooms.filter((room) => fits(room, status)).length,
  }));
  return [...(stack.statuses ?? []), ...care.filter((one) => one.count)];
}

export function signOf(status: string): Sign {
  return signs[status] ?? other;
}

/** The sign as a drawing of our own, safe to set as HTML. */
export function signDrawing(status: string, size = 12): string {
  return `<svg width="${size}" height="${size}" viewBox="0 0 12 12" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round">${signOf(status).shape}</svg>`;
}
