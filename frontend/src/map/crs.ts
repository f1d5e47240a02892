/**
 * Coordinates as other Chinese maps would write them, for showing beside WGS84. Only forward and only for the eye:
 * what is stored or sent is converted by the server. Degrees, lon before lat. The formulas are the public ones of
 * GCJ-02 (Krasovsky 1940 ellipsoid) and Baidu's BD-09.
 */
export type Shown = 'wgs84' | 'gcj02' | 'bd09';

const a = 6378245;
const e2 = 0.006693421622965943;
const rad = Math.PI / 180;

export function shownIn(datum: Shown, lon: number, lat: number): [number, number] {
  if (datum === 'wgs84') return [lon, lat];
  const gcj = toGCJ02(lon, lat);
  return datum === 'gcj02' ? gcj : toBD09(...gcj);
}

function toGCJ02(lon: number, lat: number): [number, number] {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
  const x = lon - 105;
  const y = lat - 35;
  const wave = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    wave +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    wave +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  const sin = Math.sin(lat * rad);
  const magic = 1 - e2 * sin * sin;
  const root = Math.sqrt(magic);
  return [
    lon + (east * 180) / ((a / root) * Math.cos(lat * rad) * Math.PI),
    lat + (north * 180) / (((a * (1 - e2)) / (magic * root)) * Math.PI),
  ];
}

function toBD09(lon: number, lat: number): [number, number] {
  const turn = (Math.PI * 3000) / 180;
  const z = Math.hypot(lon, lat) + 0.00002 * Math.sin(lat * turn);
  const angle = Math.atan2(lat, lon) + 0.000003 * Math.cos(lon * turn);
  return [z * Math.cos(angle) + 0.0065, z * Math.sin(angle) + 0.006];
}
