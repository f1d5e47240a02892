import type { Map as Engine, PointLike } from 'maplibre-gl';

/** What a hand may take hold of on the map. Degrees in WGS84, lon before lat; reach in degrees of latitude. */
export interface Hold {
  /** Whether there is something to hold; without, the gesture is the map's own. */
  take(at: [number, number], reach: number): boolean;
  /** loose: with Alt, nothing is snapped to. */
  drag(at: [number, number], reach: number, loose: boolean): void;
  drop(): void;
  /** The gesture was broken off. */
  lose(): void;
}

/** How far a pointer and a finger reach, in pixels. */
const pointer = 9;
const finger = 22;

/** Lets hands hold things instead of the map; a drag is told once a frame. */
export function holds(map: Engine, of: () => Hold | undefined): void {
  let held: Hold | undefined;
  let asked = false;
  let last: (() => void) | undefined;

  function begin(at: [number, number], px: number): boolean {
    const hold = of();
    if (!hold?.take(at, reachOf(map, px))) return false;
    held = hold;
    return true;
  }
  function drag(at: [number, number], px: number, loose: boolean): void {
    const hold = held;
    last = () => hold?.drag(at, reachOf(map, px), loose);
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      flush();
    });
  }
  function flush(): void {
    last?.();
    last = undefined;
  }
  function end(how: 'drop' | 'lose'): void {
    flush();
    held?.[how]();
    held = undefined;
  }

  map.on('mousedown', (event) => {
    if (event.originalEvent.button === 0 && begin([event.lngLat.lng, event.lngLat.lat], pointer))
      event.preventDefault();
  });
  map.on('mousemove', (event) => {
    if (held) drag([event.lngLat.lng, event.lngLat.lat], pointer, event.originalEvent.altKey);
  });
  const up = () => held && end('drop');
  window.addEventListener('mouseup', up);
  map.on('remove', () => window.removeEventListener('mouseup', up));
  map.on('touchstart', (event) => {
    if (held && event.points.length > 1) end('lose');
    else if (event.points.length === 1 && begin([event.lngLat.lng, event.lngLat.lat], finger))
      event.preventDefault();
  });
  map.on('touchmove', (event) => {
    if (held) drag([event.lngLat.lng, event.lngLat.lat], finger, false);
  });
  map.on('touchend', up);
  map.on('touchcancel', () => held && end('lose'));
}

/** Degrees of latitude that some pixels are in the middle of the map. */
export function reachOf(map: Engine, pixels: number): number {
  const { clientWidth: w, clientHeight: h } = map.getContainer();
  const at = (y: number) => map.unproject([w / 2, y] as PointLike).lat;
  return Math.abs(at(h / 2) - at(h / 2 + pixels));
}
