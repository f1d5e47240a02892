import type { Feature, MultiPolygon } from 'geojson';

/** The cell that holds a point (lon, lat): by crossings, over all rings of its squares. */
export function cellAt<P>(
  cells: readonly Feature<MultiPolygon, P>[],
  [x, y]: [number, number],
): Feature<MultiPolygon, P> | undefined {
  return cells.find((cell) => {
    let inside = false;
    for (const ring of cell.geometry.coordinates.flat()) {
      for (let i = 1; i < ring.length; i++) {
        const [x1, y1] = ring[i - 1] as [number, number];
        const [x2, y2] = ring[i] as [number, number];
        if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
      }
    }
    return inside;
  });
}
