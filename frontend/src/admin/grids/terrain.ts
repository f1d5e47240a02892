import type { FeatureCollection, Position } from 'geojson';

/** What borders may follow besides other borders. */
export type Followed = 'roads' | 'rivers' | 'walls' | 'buildings';
/** A line of it: the middle of a road, the outline of a building. Degrees in WGS84, lon before lat. */
export interface Trace {
  kind: Followed;
  line: Position[];
}

/** Degrees to a side of the squares in which it is read, within what is asked for around their middles. */
const side = 0.004;
/** Metres to each side of a middle. */
export const around = 250;
/** So many squares are remembered. */
const most = 64;

/** The roads, rivers, walls and buildings around a hand, read square by square as it comes there. */
export class Terrain {
  private readonly squares = new Map<string, { traces: Trace[] | null; read: Promise<void> }>();

  constructor(private readonly ask: (lon: number, lat: number) => Promise<FeatureCollection>) {}

  /** What is known around a place; null while it is not read. */
  near(at: Position): Trace[] | null {
    return this.squares.get(squareOf(at).key)?.traces ?? null;
  }

  /** Reads what is around a place. What cannot be read is not snapped to, and asked for again the next time. */
  ready(at: Position): Promise<void> {
    const { key, lon, lat } = squareOf(at);
    const had = this.squares.get(key);
    if (had) return had.read;
    const square = {
      traces: null as Trace[] | null,
      read: this.ask(lon, lat).then(
        (set) => {
          square.traces = tracesOf(set);
        },
        () => {
          this.squares.delete(key);
        },
      ),
    };
    this.squares.set(key, square);
    const [oldest] = this.squares.keys();
    if (this.squares.size > most && oldest) this.squares.delete(oldest);
    return square.read;
  }
}

function squareOf([x = 0, y = 0]: Position) {
  const i = Math.floor(x / side);
  const j = Math.floor(y / side);
  return { key: `${i} ${j}`, lon: (i + 0.5) * side, lat: (j + 0.5) * side };
}

function tracesOf(set: FeatureCollection): Trace[] {
  return set.features.flatMap(({ geometry, properties }): Trace[] => {
    const kind = properties?.kind as Followed;
    if (geometry.type === 'LineString') return [{ kind, line: geometry.coordinates }];
    if (geometry.type !== 'MultiPolygon') return [];
    return geometry.coordinates.flatMap((rings) => rings.map((line) => ({ kind, line })));
  });
}
