import { ask } from '../base/api.ts';
import { lang, words } from '../base/i18n.ts';
import { TownMap } from './door.ts';
import './pick.css';
import type { Bounds } from './view.ts';

const t = words(
  { map: '地图：移动地图来选点', plus: '放大', minus: '缩小' },
  { map: 'Map: move it to choose the point', plus: 'Zoom in', minus: 'Zoom out' },
);

export interface Picking {
  /** lon, lat in degrees, WGS84; without it the map shows the whole town. */
  center?: [number, number] | undefined;
  /** Tells the point under the mark, lon and lat, first when the map is there and after each move. */
  onMove(at: [number, number]): void;
}

/** A map with a fixed mark in its middle: the resident moves the map beneath it. One finger is enough. */
export async function pick(container: HTMLElement, picking: Picking): Promise<{ destroy(): void }> {
  const bounds = picking.center ? null : await town();
  const view = picking.center
    ? { lon: picking.center[0], lat: picking.center[1], zoom: 17.5, bearing: 0, pitch: 0 }
    : null;
  const box = document.createElement('div');
  box.className = 'pick-map';
  const mark = document.createElement('div');
  mark.className = 'pick-mark';
  mark.innerHTML =
    '<svg viewBox="0 0 32 42" aria-hidden="true"><path d="M16 41S3 26.5 3 15.5a13 13 0 0 1 26 0C29 26.5 16 41 16 41z"/><circle cx="16" cy="15.5" r="4.5"/></svg>';
  container.append(box, mark);

  const map = new TownMap({
    container: box,
    scene: {
      theme: document.documentElement.dataset.theme === 'night' ? 'night' : 'day',
      lang: lang(),
      shown: { grids: false, solid: false, facilities: true, services: false, cases: false },
      picked: {},
      now: Math.floor(Date.now() / 60_000) * 60,
      caseQuery: '',
    },
    view,
    bounds,
    name: t('map'),
    gestures: { onClick: (_things, at) => map.flyTo(at[0], at[1]), onLocate: () => undefined },
    onView: ({ lon, lat }) => picking.onMove([lon, lat]),
  });
  map.engine.once('load', () => picking.onMove([map.view().lon, map.view().lat]));
  container.append(zooms(map));
  return { destroy: () => map.close() };
}

function zooms(map: TownMap): HTMLElement {
  const box = document.createElement('div');
  box.className = 'pick-zoom';
  for (const [name, sign, step] of [
    ['plus', '＋', 1],
    ['minus', '－', -1],
  ] as const) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = sign;
    button.setAttribute('aria-label', t(name));
    button.addEventListener('click', () => map.zoomBy(step));
    box.append(button);
  }
  return box;
}

/** Where the town lies. */
async function town(): Promise<Bounds | null> {
  const { items } = await ask<{ items: { bbox: Bounds }[] }>('/api/v1/regions');
  return items[0]?.bbox ?? null;
}
