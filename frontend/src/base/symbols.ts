import { words } from './i18n.ts';

/**
 * The sign of a case's state: colour and shape, so that it is read in black and white and by colour-blind eyes.
 * List, panel, legend, map, receipt and print all draw from here. The box is 20 by 20 units.
 */
export const states = [
  'reported',
  'filed',
  'dispatched',
  'returned',
  'in_progress',
  'suspended',
  'resolved',
  'closed',
  'rejected',
] as const;
export type State = (typeof states)[number];

/** The token that colours a state; the colours themselves are in tokens.css, one set for each theme. */
export const stateToken: Record<State, string> = {
  reported: '--s-reported',
  filed: '--s-filed',
  dispatched: '--s-dispatched',
  returned: '--s-returned',
  in_progress: '--s-progress',
  suspended: '--s-paused',
  resolved: '--s-resolved',
  closed: '--s-closed',
  rejected: '--s-rejected',
};

export const stateName = words(
  {
    reported: '待受理',
    filed: '已立案',
    dispatched: '已派遣',
    returned: '退回',
    in_progress: '处置中',
    suspended: '挂起',
    resolved: '待核查',
    closed: '已结案',
    rejected: '不受理',
    overdue: '超时',
    urgent: '紧急',
  },
  {
    reported: 'Reported',
    filed: 'Filed',
    dispatched: 'Dispatched',
    returned: 'Returned',
    in_progress: 'In progress',
    suspended: 'On hold',
    resolved: 'To be checked',
    closed: 'Closed',
    rejected: 'Not accepted',
    overdue: 'Overdue',
    urgent: 'Urgent',
  },
);

// c: the state's colour, b: the colour behind the symbol.
const tick = (ink: string) =>
  `<path d="m6.8 10.2 2.2 2.2 4.2-4.6" fill="none" stroke="${ink}" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"/>`;
const disc = (c: string) => `<circle cx="10" cy="10" r="7" fill="${c}"/>`;
const ring = (c: string, width = 1.8) =>
  `<circle cx="10" cy="10" r="6.4" fill="none" stroke="${c}" stroke-width="${width}"/>`;
const arrow = (ink: string, path: string) =>
  `<path d="${path}" fill="none" stroke="${ink}" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>`;

const shape: Record<State, (c: string, b: string) => string> = {
  reported: (c) => ring(c, 2.2),
  filed: (c) => disc(c),
  dispatched: (c, b) => disc(c) + arrow(b, 'M6.4 10h6.4M10.2 7 13.2 10l-3 3'),
  returned: (c) => ring(c) + arrow(c, 'M13.4 10H7.2M9.8 7.2 7 10l2.8 2.8'),
  in_progress: (c) => `${ring(c)}<path d="M10 3.6a6.4 6.4 0 0 1 0 12.8z" fill="${c}"/>`,
  suspended: (c, b) =>
    `${disc(c)}<path d="M8 7v6M12 7v6" stroke="${b}" stroke-width="1.8" stroke-linecap="round"/>`,
  resolved: (c) => ring(c) + tick(c),
  closed: (c, b) => disc(c) + tick(b),
  rejected: (c) => `${ring(c)}<path d="M5.6 14.4 14.4 5.6" stroke="${c}" stroke-width="1.8"/>`,
};

const overdueRing = (danger: string) =>
  `<circle cx="10" cy="10" r="9.1" fill="none" stroke="${danger}" stroke-width="1.6"/>`;

/** Colours given by value, for the map and other canvases, where custom properties do not reach. */
export interface Ink {
  colour: string;
  behind: string;
  danger: string;
}

/** The inner SVG of a state in the 20 by 20 box. */
export function symbolShape(state: State, overdue: boolean, ink: Ink): string {
  return (overdue ? overdueRing(ink.danger) : '') + shape[state](ink.colour, ink.behind);
}

/**
 * A whole `<svg>` for pages, coloured by the theme. It is an image with a name unless `silent`, for places where
 * the name stands beside it as text.
 */
export function symbol(
  state: State,
  options: { size?: number; overdue?: boolean; silent?: boolean } = {},
): string {
  const { size = 20, overdue = false, silent = false } = options;
  const ink: Ink = {
    colour: `var(${stateToken[state]})`,
    behind: 'var(--panel)',
    danger: 'var(--danger)',
  };
  const label = stateName(state) + (overdue ? ` · ${stateName('overdue')}` : '');
  const role = silent ? 'aria-hidden="true"' : `role="img" aria-label="${label}"`;
  return `<svg class="sym" width="${size}" height="${size}" viewBox="0 0 20 20" ${role}>${symbolShape(state, overdue, ink)}</svg>`;
}

/** A standalone SVG document of fixed colours, for `map.addImage`; `pixels` is the side of the picture. */
export function symbolImage(state: State, overdue: boolean, ink: Ink, pixels: number): string {
  const back = `<circle cx="10" cy="10" r="9.1" fill="${ink.behind}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 20 20">${back}${symbolShape(state, overdue, ink)}</svg>`;
}

export function isState(value: string): value is State {
  return (states as readonly string[]).includes(value);
}
