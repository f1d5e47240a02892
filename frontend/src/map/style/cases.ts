import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { running } from '../../api/late.ts';
import { states } from '../../base/symbols.ts';
import { fade, type Palette, type Theme } from '../palette.ts';
import { fontBold } from './text.ts';

const count: ExpressionSpecification = ['coalesce', ['get', 'n'], 1];
const single: ExpressionSpecification = ['<=', count, 1];
const cluster: ExpressionSpecification = ['>', count, 1];

/** A donut is drawn in this many shares; a state that is there at all gets at least one. */
export const shares = 24;
/** From this count upwards a donut is drawn one size larger. */
export const donutSteps = [10, 100, 1000] as const;

const share = (state: string): ExpressionSpecification => {
  const has: ExpressionSpecification = ['coalesce', ['get', state], 0];
  return ['case', ['>', has, 0], ['to-string', ['max', 1, ['round', ['/', ['*', shares, has], count]]]], '0'];
};

/** Names the picture of a cluster by its composition, so that equal ones share one: `donut|night|1|24.0. ... |late`. */
const donutName = (theme: Theme): ExpressionSpecification => [
  'concat',
  `donut|${theme}|`,
  ['to-string', ['step', count, 0, donutSteps[0], 1, donutSteps[1], 2, donutSteps[2], 3]],
  '|',
  ...states.flatMap((state, i) => (i === 0 ? [share(state)] : ['.', share(state)])),
  '|',
  ['case', ['>', ['coalesce', ['get', 'overdue'], 0], 0], 'late', ''],
];

/** Overdue is a matter of the clock: the time (unix seconds) is a global of the style that the page moves on. */
const late: ExpressionSpecification = [
  'all',
  ['>', ['coalesce', ['get', 'due'], 0], 0],
  ['<', ['coalesce', ['get', 'due'], 0], ['coalesce', ['global-state', 'now'], 0]],
  ['in', ['get', 'state'], ['literal', [...running]]],
];
const urgent: ExpressionSpecification = ['to-boolean', ['get', 'urgent']];

const caseName = (theme: Theme): ExpressionSpecification => [
  'concat',
  `case|${theme}|`,
  ['get', 'state'],
  ['case', late, '|late', '|'],
];

/** What needs hands lies on top: overdue, then urgent, then open, then what is done. */
const order: ExpressionSpecification = [
  'case',
  late,
  4,
  urgent,
  3,
  ['in', ['get', 'state'], ['literal', ['closed', 'rejected']]],
  1,
  2,
];

const onTop = { 'icon-allow-overlap': true, 'icon-ignore-placement': true } as const;
const tile = { source: 'cases', 'source-layer': 'cases' } as const;
const size: ExpressionSpecification = [
  'interpolate',
  ['linear'],
  ['zoom'],
  10,
  ['case', urgent, 1, 0.78],
  16,
  ['case', urgent, 1.35, 1],
];

export function clusters(p: Palette, theme: Theme): LayerSpecification[] {
  return [
    {
      ...tile,
      id: 'cases-cluster',
      type: 'symbol',
      filter: cluster,
      layout: {
        ...onTop,
        'icon-image': donutName(theme),
        'text-field': ['to-string', ['get', 'n']],
        'text-font': fontBold,
        'text-size': 12,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
        'symbol-sort-key': count,
      },
      paint: { 'text-color': p.text },
    },
  ];
}

export function cases(theme: Theme): LayerSpecification[] {
  return [
    {
      ...tile,
      id: 'cases-point',
      type: 'symbol',
      filter: single,
      layout: { ...onTop, 'icon-image': caseName(theme), 'icon-size': size, 'symbol-sort-key': order },
      paint: {},
    },
  ];
}

/** The picked case once more on top, from a source of its own: it shows at once, and inside a cluster too. */
export function pickedCase(): LayerSpecification[] {
  return [
    {
      id: 'picked-case',
      type: 'symbol',
      source: 'picked',
      filter: ['!=', ['get', 'icon'], ''],
      layout: { ...onTop, 'icon-image': ['get', 'icon'], 'icon-size': size },
    },
  ];
}

/** A halo around what is picked; its own colour keeps its meaning. */
export function pickedRing(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'picked-halo',
      type: 'circle',
      source: 'picked',
      paint: {
        'circle-radius': 26,
        'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': fade(p.accent, 0.35),
        'circle-stroke-width': 2,
      },
    },
    {
      id: 'picked-ring',
      type: 'circle',
      source: 'picked',
      paint: {
        'circle-radius': 17,
        'circle-color': fade(p.accent, 0.12),
        'circle-stroke-color': p.accent,
        'circle-stroke-width': 2.5,
      },
    },
  ];
}
