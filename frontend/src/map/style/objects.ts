import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import { mix, type Palette, type Theme } from '../palette.ts';
import { font, fontBold, type Lang, oneName } from './text.ts';

const single: ExpressionSpecification = ['<=', ['coalesce', ['get', 'n'], 1], 1];
const cluster: ExpressionSpecification = ['>', ['coalesce', ['get', 'n'], 1], 1];

/** A count as people write it on a map: exact below ten thousand. */
export const countText: ExpressionSpecification = ['to-string', ['get', 'n']];

interface Point {
  id: 'facilities' | 'services';
  attribute: 'class' | 'kind';
  prefix: 'facility' | 'service';
  shown: boolean;
}

/** Facilities are small squares, services discs: shape tells the two apart before the picture in them does. */
export function facilities(p: Palette, theme: Theme, lang: Lang, shown: boolean): LayerSpecification[] {
  return points(p, theme, lang, { id: 'facilities', attribute: 'class', prefix: 'facility', shown });
}

export function services(p: Palette, theme: Theme, lang: Lang, shown: boolean): LayerSpecification[] {
  return points(p, theme, lang, { id: 'services', attribute: 'kind', prefix: 'service', shown });
}

function points(p: Palette, theme: Theme, lang: Lang, of: Point): LayerSpecification[] {
  const base = { source: of.id, 'source-layer': of.id } as const;
  const visibility = of.shown ? ('visible' as const) : ('none' as const);
  const services = of.id === 'services';
  return [
    {
      ...base,
      id: `${of.id}-cluster`,
      type: 'circle',
      filter: cluster,
      layout: { visibility },
      paint: {
        'circle-color': mix(p.panel, services ? p.accent : p.label, services ? 0.16 : 0.1),
        'circle-opacity': services ? 0.95 : 0.8,
        'circle-stroke-color': mix(p.panel, services ? p.accent : p.label, services ? 0.5 : 0.22),
        'circle-stroke-width': 1,
        'circle-radius': services
          ? ['step', ['get', 'n'], 9, 10, 11, 100, 14]
          : ['step', ['get', 'n'], 7, 10, 8.5, 100, 10.5, 1000, 13],
      },
    },
    {
      ...base,
      id: `${of.id}-count`,
      type: 'symbol',
      filter: cluster,
      layout: {
        visibility,
        'text-field': countText,
        'text-font': font,
        'text-size': services ? 11 : 10,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': services ? mix(p.muted, p.text, 0.4) : p.muted },
    },
    {
      ...base,
      id: `${of.id}-point`,
      type: 'symbol',
      filter: single,
      layout: {
        visibility,
        'icon-image': [
          'concat',
          `${of.prefix}|${theme}|`,
          ['get', of.attribute],
          '|',
          ['coalesce', ['get', 'state'], 'intact'],
        ],
        'icon-size': services
          ? ['interpolate', ['linear'], ['zoom'], 10, 0.62, 14, 0.85, 17, 1]
          : ['interpolate', ['linear'], ['zoom'], 10, 0.55, 16, 0.68, 18.5, 1],
        'icon-padding': 1,
        'symbol-sort-key': [
          'case',
          ['in', ['get', 'kind'], ['literal', ['hospital', 'police', 'clinic', 'school']]],
          0,
          ['==', ['coalesce', ['get', 'class'], ''], 'other'],
          2,
          1,
        ],
        'icon-allow-overlap': ['step', ['zoom'], false, services ? 15 : 17.5, true],
        'text-field': ['step', ['zoom'], '', services ? 15 : 17.5, oneName(lang)],
        'text-font': services ? fontBold : font,
        'text-size': services ? 12 : 11,
        'text-offset': [0, 1.05],
        'text-anchor': 'top',
        'text-max-width': 8,
        'text-optional': true,
      },
      paint: {
        'text-color': services ? mix(p.label, p.accent, 0.4) : p.label,
        'text-halo-color': p.halo,
        'text-halo-width': 1.3,
      },
    },
  ] as LayerSpecification[];
}

/** A ring around the facility or service that is picked. */
export function pickedPoint(p: Palette): LayerSpecification[] {
  return (['facilities', 'services'] as const).map((source) => ({
    id: `${source}-picked`,
    type: 'circle',
    source,
    'source-layer': source,
    filter: ['==', ['get', 'id'], ''],
    paint: {
      'circle-radius': 15,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': p.accent,
      'circle-stroke-width': 2.5,
    },
  }));
}
