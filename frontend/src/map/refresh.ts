/**
 * Keeps a live layer free of ghosts. A change makes the tiles under its old and its new place dirty; they are asked
 * for again within `wait` ms, all changes of that time together.
 *
 * Two traps of MapLibre 6 shape this: refreshTiles skips a tile that is still loading, and two answers for one tile
 * may overtake each other. So a refresh waits until no tile of the layer is on its way, and a dirty tile is
 * forgotten only after a refresh that began then. Tiles out of view are not kept at all (maxTileCacheSize 0).
 */
export interface TileId {
  z: number;
  x: number;
  y: number;
}

export interface LiveTiles {
  getSource(id: string): unknown;
  isSourceLoaded(id: string): boolean;
  refreshTiles(id: string, tiles?: TileId[]): void;
}

const minZoom = 6;
const maxZoom = 18;
/** A tile also shows what lies up to 16 of 4096 units beyond its edge; twice that is surely enough. */
const rim = 32 / 4096;
/** Above so many dirty tiles everything in view is asked for again; that costs less than comparing. */
const many = 600;

/** Every tile of every zoom that may show the point (degrees, WGS84). */
export function tilesAt(lon: number, lat: number, from = minZoom, to = maxZoom): TileId[] {
  const sin = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  const mx = lon / 360 + 0.5;
  const my = 0.5 - (0.25 * Math.log((1 + sin) / (1 - sin))) / Math.PI;
  const found: TileId[] = [];
  for (let z = from; z <= to; z++) {
    const n = 2 ** z;
    for (const x of around(mx * n, n)) for (const y of around(my * n, n)) found.push({ z, x, y });
  }
  return found;
}

function around(at: number, n: number): number[] {
  const own = Math.floor(at);
  const part = at - own;
  const all = [own];
  if (part < rim) all.push(own - 1);
  if (part > 1 - rim) all.push(own + 1);
  return all.filter((i) => i >= 0 && i < n);
}

export class Refresher {
  private readonly dirty = new Map<string, TileId>();
  private whole = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waited = 0;
  private readonly map: LiveTiles;
  private readonly source: string;
  private readonly wait: number;

  constructor(map: LiveTiles, source: string, wait = 120) {
    this.map = map;
    this.source = source;
    this.wait = wait;
  }

  /** Something at the point came, went or changed. */
  touch(lon: number, lat: number): void {
    for (const tile of tilesAt(lon, lat)) this.dirty.set(`${tile.z}/${tile.x}/${tile.y}`, tile);
    if (this.dirty.size > many) this.touchAll();
    else this.plan(this.wait);
  }

  /** Anything may have changed. */
  touchAll(): void {
    this.whole = true;
    this.plan(this.wait);
  }

  /** Tiles of the layer are still due for a refresh. */
  get due(): boolean {
    return this.whole || this.dirty.size > 0;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private plan(wait: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush(wait);
    }, wait);
  }

  private flush(waited: number): void {
    if (!this.due) return;
    if (!this.map.getSource(this.source)) {
      this.forget();
      return;
    }
    const quiet = this.map.isSourceLoaded(this.source);
    this.waited = quiet ? 0 : this.waited + waited;
    // A stuck tile must not hold the others back for ever: after two seconds refresh, and once more when quiet.
    if (quiet || this.waited >= 2000) {
      this.waited = 0;
      this.map.refreshTiles(this.source, this.whole ? undefined : [...this.dirty.values()]);
    }
    if (quiet) this.forget();
    else this.plan(60);
  }

  private forget(): void {
    this.dirty.clear();
    this.whole = false;
  }
}
