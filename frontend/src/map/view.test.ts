import { describe, expect, it } from 'vitest';
import { shownIn } from './crs.ts';
import { around } from './town.ts';
import { readView, viewText } from './view.ts';

describe('view in an address', () => {
  it('comes back as it went', () => {
    const view = { lon: 113.12207, lat: 23.02314, zoom: 16.25, bearing: -12, pitch: 52 };
    expect(readView(viewText(view))).toEqual(view);
  });
  it('leaves out what is not turned', () => {
    expect(viewText({ lon: 113, lat: 23, zoom: 15, bearing: 0, pitch: 0 })).toBe('23.00000,113.00000,15');
  });
  it.each([null, '', 'x', '1,2', '91,0,3', '0,181,3', '0,0,99', '0,0,NaN', '1,,3'])('refuses %j', (text) => {
    expect(readView(text)).toBeNull();
  });
});

describe('coordinates of other maps', () => {
  // Tiananmen, as published with the public formulas.
  it('GCJ-02', () => {
    const [lon, lat] = shownIn('gcj02', 116.404, 39.915);
    expect(lon).toBeCloseTo(116.4102445, 6);
    expect(lat).toBeCloseTo(39.9164043, 6);
  });
  it('BD-09', () => {
    const [lon, lat] = shownIn('bd09', 116.404, 39.915);
    expect(lon).toBeCloseTo(116.4166272, 5);
    expect(lat).toBeCloseTo(39.9226996, 5);
  });
  it('leaves what is not in China', () => {
    expect(shownIn('gcj02', 24.94, 60.17)).toEqual([24.94, 60.17]);
  });
});

describe('around', () => {
  it('holds every box and passes over those that are missing', () => {
    expect(around([[1, 2, 3, 4], null, [0, 3, 2, 9]])).toEqual([0, 2, 3, 9]);
    expect(around([])).toBeNull();
  });
});
