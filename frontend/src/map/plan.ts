/**
 * What the planner sees on the map: demand by cells, the reach of services as the outline of all circles together, the
 * services themselves. Pure: an answer in, sources and layers out. Degrees in WGS84, lon before lat; metres.
 */
import type { Feature, FeatureCollection, MultiPolygon, Position } from 'geojson';
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl';
import { mix, type Palette } from './palette.ts';
import { font, type Lang } from './style/text.ts';

export interface PlanCell {
  people: number;
  covered: number;
  uncovered: number;
  density: number;
  squares: number;
  community: string;
}

export interface PlanService {
  id: string;
  name: string;
  name_en: string;
  state: 'open' | 'planned';
  lon: number;
  lat: number;
  capacity: number | null;
}

/** `demand` colours all people asked for, `missed` those out of reach. */
export type PlanShade = 'demand' | 'missed';

export interface PlanPicture {
  cells: FeatureCollection<MultiPolygon, PlanCell>;
  services: readonly PlanService[];
  metres: number;
  shade: PlanShade;
  /** The community that is looked at; the others step back. */
  community: string;
  service: string;
}

/** YlGnBu of ColorBrewer, seven classes: safe for colour-blind eyes. On the night map the bright end is the high one. */
const ramp = ['#ffffcc', '#c7e9b4', '#7fcdbb', '#41b6c4', '#1d91c0', '#225ea8', '#0c2c84'];
export const rampOf = (day: boolean): readonly string[] => (day ? ramp : ramp.toReversed());

/** The bounds of the classes for an answer: powers and halves that spread its cells, never more than seven. */
export function stepsOf(densities: readonly number[]): readonly number[] {
  const most = Math.max(...densities, 1);
  const top = niceBelow(most);
  return [0, top / 40, top / 16, top / 8, top / 4, top / 2, top].map((value, i) => (i ? nice(value) : 0));
}

function nice(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 5)));
  return Math.max(5, Math.round(value / (unit / 2)) * (unit / 2));
}

function niceBelow(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 100)));
  return Math.max(100, Math.floor((value * 0.8) / (unit / 2)) * (unit / 2));
}

/** People per square kilometre that the shade colours. */
export function shaded(cell: PlanCell, shade: PlanShade): number {
  return shade === 'demand' ? cell.density : cell.people ? (cell.density * cell.uncovered) / cell.people : 0;
}

export function planSources(of: PlanPicture | undefined): Record<string, GeoJSONSourceSpecification> {
  if (!of) return {};
  const source = (data: FeatureCollection) => ({ type: 'geojson' as const, data });
  return {
    'plan-cells': source(cells(of)),
    'plan-reach': source(reach(of)),
    'plan-services': source(points(of)),
  };
}

function cells({ cells, shade, community }: PlanPicture): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: cells.features.map((cell) => ({
      ...cell,
      properties: {
        ...cell.properties,
        id: cell.id,
        shade: shaded(cell.properties, shade),
        aside: community !== '' && cell.properties.community !== community,
        missed: cell.properties.uncovered * 2 > cell.properties.people,
      },
    })),
  };
}

function points({ services, service }: PlanPicture): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: services.map((one) => ({
      type: 'Feature',
      properties: {
        ...one,
        on: one.id === service,
        label: one.capacity === null ? '' : String(one.capacity),
      },
      geometry: { type: 'Point', coordinates: [one.lon, one.lat] },
    })),
  };
}

/** The circles around the services, without the arcs that lie inside another circle. */
export function reach({ services, metres }: Pick<PlanPicture, 'services' | 'metres'>): FeatureCollection {
  const parts = 96;
  const features: Feature[] = services.map((one) => {
    const east = metres / (111_320 * Math.cos((one.lat * Math.PI) / 180));
    const north = metres / 110_900;
    const near = services.filter(
      (other) =>
        other !== one &&
        Math.abs(other.lon - one.lon) < 2 * east &&
        Math.abs(other.lat - one.lat) < 2 * north,
    );
    const lines: Position[][] = [];
    let line: Position[] = [];
    for (let i = 0; i <= parts; i++) {
      const angle = (2 * Math.PI * i) / parts;
      const [x, y] = [one.lon + east * Math.cos(angle), one.lat + north * Math.sin(angle)];
      const inside = near.some(
        (other) => Math.hypot((x - other.lon) / east, (y - other.lat) / north) < 0.999,
      );
      if (!inside) line.push([x, y]);
      if ((inside || i === parts) && line.length) {
        if (line.length > 1) lines.push(line);
        line = [];
      }
    }
    return {
      type: 'Feature',
      properties: { planned: one.state === 'planned' },
      geometry: { type: 'MultiLineString', coordinates: lines },
    };
  });
  return { type: 'FeatureCollection', features };
}

export function planLayers(p: Palette, day: boolean, of: PlanPicture | undefined): LayerSpecification[] {
  if (!of) return [];
  const bounds = stepsOf(of.cells.features.map(({ properties }) => shaded(properties, 'demand')));
  const colours = rampOf(day);
  const colour = [
    'step',
    ['get', 'shade'],
    colours[0],
    ...bounds.slice(1).flatMap((bound, i) => [bound, colours[i + 1]]),
  ] as ExpressionSpecification;
  const aside: ExpressionSpecification = ['get', 'aside'];
  return [
    {
      id: 'plan-cells',
      type: 'fill',
      source: 'plan-cells',
      paint: {
        'fill-color': colour,
        'fill-opacity': ['case', ['==', ['get', 'shade'], 0], 0, aside, 0.2, day ? 0.56 : 0.5],
        'fill-antialias': false,
      },
    },
    {
      id: 'plan-missed',
      type: 'line',
      source: 'plan-cells',
      filter: ['get', 'missed'],
      paint: {
        'line-color': day ? '#a8327e' : '#f3a6d6',
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.6, 15, 1.8],
        'line-opacity': ['case', aside, 0.25, 0.9],
        'line-offset': 1,
      },
    },
    {
      id: 'plan-reach-halo',
      type: 'line',
      source: 'plan-reach',
      paint: { 'line-color': p.halo, 'line-width': 4, 'line-opacity': 0.6 },
    },
    {
      id: 'plan-reach',
      type: 'line',
      source: 'plan-reach',
      paint: { 'line-color': mix(p.text, p.accent, 0.25), 'line-width': 1.8, 'line-dasharray': [3, 1.5] },
    },
  ];
}

/** Above the labels: the services. */
export function planPoints(p: Palette, lang: Lang, of: PlanPicture | undefined): LayerSpecification[] {
  if (!of) return [];
  const planned: ExpressionSpecification = ['==', ['get', 'state'], 'planned'];
  const name: ExpressionSpecification =
    lang === 'zh'
      ? ['coalesce', ['get', 'name'], '']
      : ['case', ['==', ['get', 'name_en'], ''], ['get', 'name'], ['get', 'name_en']];
  return [
    {
      id: 'plan-services',
      type: 'circle',
      source: 'plan-services',
      paint: {
        'circle-radius': ['case', ['get', 'on'], 9, 6],
        'circle-color': ['case', planned, p.panel, p.accent],
        'circle-stroke-color': ['case', planned, p.accent, p.halo],
        'circle-stroke-width': 2,
      },
    },
    {
      id: 'plan-service-names',
      type: 'symbol',
      source: 'plan-services',
      minzoom: 12.5,
      layout: {
        'text-field': ['case', ['==', ['get', 'label'], ''], name, ['concat', name, '\n', ['get', 'label']]],
        'text-font': font,
        'text-size': 12,
        'text-offset': [0, 0.9],
        'text-anchor': 'top',
        'text-optional': true,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.6 },
    },
  ];
}
