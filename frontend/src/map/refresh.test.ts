import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refresher, type TileId, tilesAt } from './refresh.ts';

describe('tilesAt', () => {
  it('finds one tile a zoom for a point well inside', () => {
    const tiles = tilesAt(113.122, 23.022, 10, 16);
    expect(tiles.map((tile) => tile.z)).toEqual([10, 11, 12, 13, 14, 15, 16]);
    // slippy map tilenames, https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames
    const rad = (23.022 * Math.PI) / 180;
    const y = Math.floor(((1 - Math.log(Math.tan(rad) + 1 / Math.cos(rad)) / Math.PI) / 2) * 2 ** 14);
    expect(tiles.find((tile) => tile.z === 14)).toEqual({
      z: 14,
      x: Math.floor(((113.122 + 180) / 360) * 2 ** 14),
      y,
    });
  });

  it('takes the neighbours of a point on an edge and on a corner', () => {
    expect(tilesAt(0, 10, 6, 6).map((tile) => tile.x)).toEqual([32, 31]);
    expect(tilesAt(0, 0, 6, 6)).toHaveLength(4);
  });

  it('stays in the world', () => {
    for (const [lon, lat] of [
      [-180, 85],
      [180, -85],
      [179.999, 89],
    ] as const) {
      for (const { z, x, y } of tilesAt(lon, lat)) {
        expect(x >= 0 && x < 2 ** z && y >= 0 && y < 2 ** z).toBe(true);
      }
    }
  });
});

/** A map whose tiles load when told. */
class TileMap {
  loaded = true;
  asked: (TileId[] | undefined)[] = [];
  getSource = () => ({});
  isSourceLoaded = () => this.loaded;
  refreshTiles(_id: string, tiles?: TileId[]) {
    this.asked.push(tiles);
  }
}

describe('Refresher', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks once for many changes, within 300 ms', () => {
    const map = new TileMap();
    const cases = new Refresher(map, 'cases');
    for (let i = 0; i < 20; i++) cases.touch(113.1 + i * 1e-6, 23);
    vi.advanceTimersByTime(300);
    expect(map.asked).toHaveLength(1);
    expect(cases.due).toBe(false);
  });

  it('asks for the old and the new place', () => {
    const map = new TileMap();
    const cases = new Refresher(map, 'cases');
    cases.touch(113.1, 23);
    cases.touch(114.2, 24);
    vi.advanceTimersByTime(300);
    const zoom18 = map.asked[0]?.filter((tile) => tile.z === 18) ?? [];
    expect(zoom18.length).toBeGreaterThanOrEqual(2);
  });

  it('waits for tiles on their way, and asks when they are there', () => {
    const map = new TileMap();
    map.loaded = false;
    const cases = new Refresher(map, 'cases');
    cases.touch(113.1, 23);
    vi.advanceTimersByTime(1000);
    expect(map.asked).toHaveLength(0);
    map.loaded = true;
    vi.advanceTimersByTime(100);
    expect(map.asked).toHaveLength(1);
    expect(cases.due).toBe(false);
  });

  it('does not wait for ever, and asks again when all is quiet', () => {
    const map = new TileMap();
    map.loaded = false;
    const cases = new Refresher(map, 'cases');
    cases.touch(113.1, 23);
    vi.advanceTimersByTime(2500);
    expect(map.asked).toHaveLength(1);
    expect(cases.due).toBe(true);
    map.loaded = true;
    vi.advanceTimersByTime(100);
    expect(map.asked).toHaveLength(2);
    expect(cases.due).toBe(false);
  });

  it('asks for everything when told so, or when too much is dirty', () => {
    const map = new TileMap();
    const cases = new Refresher(map, 'cases');
    cases.touchAll();
    vi.advanceTimersByTime(300);
    expect(map.asked).toEqual([undefined]);
    for (let i = 0; i < 200; i++) cases.touch(100 + i * 0.1, 23);
    vi.advanceTimersByTime(300);
    expect(map.asked[1]).toBeUndefined();
  });
});
