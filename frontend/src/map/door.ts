/**
 * The one door to MapLibre: no other file of the pages imports the engine (types of the style apart). It owns the
 * map object; the page says what should be seen, and the door applies the difference to what is seen.
 */
import {
  AttributionControl,
  Map as Engine,
  type GeoJSONSource,
  ScaleControl,
  setWorkerUrl,
  type VectorTileSource,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { FeatureCollection } from 'geojson';
import { ask } from '../base/api.ts';
import { type Gestures, listen } from './gestures.ts';
import { type Hold, holds, reachOf } from './hold.ts';
import { picture, pixels } from './images.ts';
import { Refresher } from './refresh.ts';
import { type StyleOf, style, tileAddress } from './style/index.ts';
import type { Bounds, View } from './view.ts';

setWorkerUrl(workerUrl);

/** Names from the device for Chinese; the server's glyphs do the rest. */
const ideographs = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';

export type Scene = Omit<StyleOf, 'origin' | 'attribution'>;

export interface DoorOptions {
  container: HTMLElement;
  scene: Scene;
  view: View | null;
  bounds: Bounds | null;
  /** What a screen reader calls the map. */
  name: string;
  gestures: Gestures;
  /** What may be held and dragged now, if anything. */
  hold?: () => Hold | undefined;
  onView(view: View): void;
}

export class TownMap {
  readonly engine: Engine;
  readonly cases: Refresher;
  private readonly others: Record<string, Refresher>;
  private scene: Scene;
  private ready = false;
  private attribution = '';

  constructor(options: DoorOptions) {
    this.scene = options.scene;
    const { view, bounds } = options;
    this.engine = new Engine({
      container: options.container,
      style: this.styleNow(),
      ...(view
        ? { center: [view.lon, view.lat], zoom: view.zoom, bearing: view.bearing, pitch: view.pitch }
        : bounds
          ? { bounds, fitBoundsOptions: { padding: 24 } }
          : { center: [113.1, 23], zoom: 4 }),
      minZoom: 3,
      maxZoom: 20,
      maxPitch: 65,
      maxTileCacheSize: 0,
      localIdeographFontFamily: ideographs,
      attributionControl: false,
      dragRotate: true,
      fadeDuration: reducedMotion() ? 0 : 150,
      locale: { 'Map.Title': options.name },
    });
    this.engine.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    this.engine.addControl(new ScaleControl({ unit: 'metric', maxWidth: 110 }), 'bottom-right');
    this.engine.setMissingStyleImageResolver((name) => this.draw(name));
    this.engine.once('style.load', () => {
      this.ready = true;
      this.apply(this.scene);
    });
    void this.credit().catch(() => undefined); // a map without a credit is still a map; it comes with the next start
    this.engine.on('moveend', () => options.onView(this.view()));
    if (options.hold) holds(this.engine, options.hold);
    listen(this.engine, options.gestures);
    this.cases = new Refresher(this.engine, 'cases');
    this.others = Object.fromEntries(
      ['facilities', 'services', 'buildings', 'grids', 'basemap'].map((id) => [
        id,
        new Refresher(this.engine, id, 800),
      ]),
    );
  }

  /** Shows the scene; what is the same as before is left alone. */
  apply(scene: Scene): void {
    const before = this.scene;
    this.scene = scene;
    if (!this.ready) return;
    if (before.caseQuery !== scene.caseQuery && before.shown.cases && scene.shown.cases) {
      // New addresses for the old source: the old symbols stay until the new ones are there.
      const source = this.engine.getSource<VectorTileSource>('cases');
      source?.setTiles([tileAddress(location.origin, 'cases', scene.caseQuery)]);
    }
    this.engine.setStyle(this.styleNow(), { diff: true, validate: false });
  }

  /** All of a layer may have changed. */
  renew(layer: string): void {
    this.others[layer]?.touchAll();
  }

  /** Every layer anew, also tiles that failed; what is unchanged costs a 304. */
  renewAll(): void {
    if (this.scene.shown.cases) this.cases.touchAll();
    for (const other of Object.values(this.others)) other.touchAll();
  }

  view(): View {
    const { lng, lat } = this.engine.getCenter();
    return {
      lon: lng,
      lat,
      zoom: this.engine.getZoom(),
      bearing: this.engine.getBearing(),
      pitch: this.engine.getPitch(),
    };
  }

  zoomBy(steps: number): void {
    this.engine.easeTo({ zoom: this.engine.getZoom() + steps, duration: span(180) });
  }

  /** Flies to a point (degrees, WGS84), never closer than it already is when that shows more. */
  flyTo(lon: number, lat: number, zoom = 17): void {
    const to = Math.max(zoom, Math.min(this.engine.getZoom(), 18));
    this.engine.flyTo({ center: [lon, lat], zoom: to, duration: span(900) });
  }

  /** Brings a point into view only when it is not: the view never jumps for what can be seen already. */
  reveal(lon: number, lat: number): void {
    const { x, y } = this.engine.project([lon, lat]);
    const { clientWidth: w, clientHeight: h } = this.engine.getContainer();
    const edge = Math.min(60, w / 5, h / 5);
    const seen = x > edge && y > edge && x < w - edge && y < h - edge;
    if (!seen || this.engine.getZoom() < 14) this.flyTo(lon, lat, Math.max(15.5, this.engine.getZoom()));
  }

  fit(bounds: Bounds, closest = 17): void {
    this.engine.fitBounds(bounds, { padding: 32, maxZoom: closest, duration: span(700) });
  }

  /** Draws what changes with each move of a hand, past the style: that is compared as a whole. */
  show(source: string, data: FeatureCollection): void {
    void this.engine.getSource<GeoJSONSource>(source)?.setData(data);
  }

  /** How far a pointer reaches, in degrees of latitude. */
  reach(): number {
    return reachOf(this.engine, 12);
  }

  tilt(on: boolean): void {
    this.engine.easeTo({
      pitch: on ? 52 : 0,
      bearing: on ? this.engine.getBearing() : 0,
      duration: span(500),
    });
  }

  northUp(): void {
    this.engine.easeTo({
      bearing: 0,
      pitch: this.scene.shown.solid ? this.engine.getPitch() : 0,
      duration: span(300),
    });
  }

  /** All that was asked for has come and is drawn. */
  async rested(): Promise<void> {
    if (!this.engine.loaded()) await this.engine.once('idle');
  }

  /** Whom the basemap's licence asks to be named, as plain words; empty for nobody. */
  credits(): string {
    return new DOMParser().parseFromString(this.attribution, 'text/html').body.textContent ?? '';
  }

  /** The map as it is drawn now; WebGL forgets a frame once it is shown, so it is copied while it is drawn. */
  async picture(): Promise<HTMLCanvasElement> {
    await this.rested();
    return new Promise((resolve, reject) => {
      this.engine.once('render', () => {
        const from = this.engine.getCanvas();
        const copy = document.createElement('canvas');
        copy.width = from.width;
        copy.height = from.height;
        const pen = copy.getContext('2d');
        if (!pen) return reject(new Error('no canvas'));
        pen.drawImage(from, 0, 0);
        resolve(copy);
      });
      this.engine.triggerRepaint();
    });
  }

  resize(): void {
    this.engine.resize();
  }

  close(): void {
    this.cases.stop();
    for (const other of Object.values(this.others)) other.stop();
    this.engine.remove();
  }

  private styleNow() {
    return style({ ...this.scene, origin: location.origin, attribution: this.attribution });
  }

  /** Whom the basemap's licence asks to be named; the map does not wait for it. */
  private async credit(): Promise<void> {
    const { attribution } = await ask<{ attribution?: string }>('/tiles/basemap.json');
    if (!attribution) return;
    this.attribution = attribution;
    this.apply(this.scene);
  }

  private async draw(name: string): Promise<void> {
    const wanted = picture(name);
    if (!wanted) return;
    const { image, ratio } = await pixels(wanted);
    if (!this.engine.hasImage(name)) this.engine.addImage(name, image, { pixelRatio: ratio });
  }
}

export function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function span(ms: number): number {
  return reducedMotion() ? 0 : ms;
}
