/** Where the map looks: degrees in WGS84, zoom as MapLibre counts it (512-pixel tiles), angles in degrees. */
export interface View {
  lon: number;
  lat: number;
  zoom: number;
  bearing: number;
  pitch: number;
}

/** west, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

/** Writes a view for an address: `23.02314,113.12207,16.2` and, only when turned, `,bearing,pitch`. */
export function viewText(view: View): string {
  const parts = [view.lat.toFixed(5), view.lon.toFixed(5), trim(view.zoom, 2)];
  const turned = Math.abs(view.bearing) > 0.5 || view.pitch > 0.5;
  if (turned) parts.push(trim(view.bearing, 0), trim(view.pitch, 0));
  return parts.join(',');
}

/** Reads what viewText wrote; null when it is no view, for an address may hold anything. */
export function readView(text: string | null): View | null {
  const numbers = (text ?? '').split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [lat, lon, zoom, bearing = 0, pitch = 0] = numbers;
  if (lat === undefined || lon === undefined || zoom === undefined) return null;
  if (![lat, lon, zoom, bearing, pitch].every(Number.isFinite)) return null;
  if (Math.abs(lat) > 85 || Math.abs(lon) > 180 || zoom < 0 || zoom > 22) return null;
  return { lat, lon, zoom, bearing, pitch: Math.min(65, Math.max(0, pitch)) };
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
