import type { Map as Engine, MapGeoJSONFeature, PointLike } from 'maplibre-gl';

/** A thing under the finger, as the tile tells it. */
export interface Thing {
  type: 'case' | 'facility' | 'service' | 'building';
  id: string;
  /** lon, lat of the thing itself, or of the click for an area */
  at: [number, number];
  properties: Record<string, unknown>;
}

export interface Gestures {
  /** What is here: the most important first; empty on bare ground. loose: with Alt. */
  onClick(things: Thing[], at: [number, number], loose: boolean): void;
  /** Right click, or a finger held still: which grid is this? */
  onLocate(at: [number, number]): void;
}

const layers = ['cases-point', 'facilities-point', 'services-point', 'building', 'building-solid'];
const clusters = ['cases-cluster', 'facilities-cluster', 'services-cluster'];
const typeOf: Record<string, Thing['type']> = {
  cases: 'case',
  facilities: 'facility',
  services: 'service',
  buildings: 'building',
};
const rank: Record<Thing['type'], number> = { case: 0, facility: 1, service: 1, building: 2 };

/** How long a finger must rest for a locate, and how far it may stray, in ms and pixels. */
const hold = 550;
const stray = 8;

export function listen(map: Engine, on: Gestures): void {
  const there = (ids: string[]) => ids.filter((id) => map.getLayer(id));
  const box = (x: number, y: number, r: number): [PointLike, PointLike] => [
    [x - r, y - r],
    [x + r, y + r],
  ];
  let held = false;

  map.on('click', (event) => {
    if (held) return;
    const { x, y } = event.point;
    const at: [number, number] = [event.lngLat.lng, event.lngLat.lat];
    const cluster = map.queryRenderedFeatures(box(x, y, 4), { layers: there(clusters) })[0];
    const things = collect(map.queryRenderedFeatures(box(x, y, 7), { layers: there(layers) }), at);
    if (cluster && things[0]?.type !== 'case') return open(map, cluster);
    on.onClick(things, at, event.originalEvent.altKey);
  });
  map.on('contextmenu', (event) => on.onLocate([event.lngLat.lng, event.lngLat.lat]));
  map.on('mousemove', (event) => {
    const hit = map.queryRenderedFeatures(event.point, {
      layers: there([...clusters, ...layers.slice(0, 3)]),
    });
    map.getCanvas().style.cursor = hit.length ? 'pointer' : '';
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  const stop = () => clearTimeout(timer);
  map.on('touchstart', (event) => {
    stop();
    held = false;
    if (event.points.length !== 1) return;
    start = event.point;
    const { lng, lat } = event.lngLat;
    timer = setTimeout(() => {
      held = true;
      on.onLocate([lng, lat]);
    }, hold);
  });
  map.on('touchmove', (event) => {
    if (Math.hypot(event.point.x - start.x, event.point.y - start.y) > stray) stop();
  });
  map.on('touchend', stop);
  map.on('touchcancel', stop);
}

/** A cluster opens by going nearer; from z 15 every case, from z 16 every facility stands alone. */
function open(map: Engine, cluster: MapGeoJSONFeature): void {
  const at = pointOf(cluster);
  if (!at) return;
  const alone = cluster.source === 'services' ? 14 : cluster.source === 'cases' ? 15 : 16;
  const zoom = Math.min(alone + 0.2, map.getZoom() + 2);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  map.easeTo({ center: at, zoom, duration: still ? 0 : 450 });
}

function collect(features: MapGeoJSONFeature[], click: [number, number]): Thing[] {
  const seen = new Map<string, Thing>();
  for (const feature of features) {
    const type = typeOf[feature.source];
    const id = String(feature.properties.id ?? '');
    if (!type || !id || seen.has(id)) continue;
    seen.set(id, { type, id, at: pointOf(feature) ?? click, properties: feature.properties });
  }
  const far = (thing: Thing) => (thing.at[0] - click[0]) ** 2 + (thing.at[1] - click[1]) ** 2;
  return [...seen.values()].sort((a, b) => rank[a.type] - rank[b.type] || far(a) - far(b));
}

function pointOf(feature: MapGeoJSONFeature): [number, number] | null {
  if (feature.geometry.type !== 'Point') return null;
  const [lon, lat] = feature.geometry.coordinates;
  return lon === undefined || lat === undefined ? null : [lon, lat];
}
