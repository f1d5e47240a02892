import type { Feature, FeatureCollection, Position } from 'geojson';
import { computed, type Ref, ref, watch } from 'vue';
import type { Hold } from '../../map/hold.ts';
import { cornersOf, nearest, onLattice, type Snap, snapped } from './drawing.ts';
import type { RegionFeature, RegionSet } from './shapes.ts';
import { type Deed, Ground, type Trouble } from './shaping.ts';
import type { Terrain } from './terrain.ts';

/** With more corners than this, they are shown of the chosen regions only. */
const mostCorners = 4000;
/** Degrees of latitude that a press of an arrow moves: half a metre. */
const step = 4.5e-6;

interface Canvas {
  regions: Ref<RegionSet | null>;
  whole: Ref<RegionFeature | null>;
  /** The border of the whole follows its corners: it is not that of the draft's own place. */
  follows: Ref<boolean>;
  chosen: Ref<readonly string[]>;
  terrain: Terrain;
  /** Corners may be held now. */
  on: Ref<boolean>;
  /** Keeps a deed; false when it was not taken. */
  keep(deed: Deed): Promise<boolean>;
}

/**
 * The hand on the corners of a draft: it takes one, or makes one on an edge, moves it, and lets go; a deed that is
 * sound is kept at once, another waits with its troubles shown until it is mended, meant, or given up. What could not be
 * sent waits, too.
 */
export function useHand(canvas: Canvas) {
  const corner = ref<Position | null>(null);
  const deed = ref<Deed | null>(null);
  const waits = ref(false);
  /** What the hand was drawn to last. */
  const snap = ref<Snap | null>(null);
  let moved = false;
  let last: (() => void) | undefined;
  const shown = computed(() => canvas.regions.value?.features ?? []);
  const ground = computed(
    () =>
      new Ground(
        { type: 'FeatureCollection', features: shown.value },
        canvas.whole.value,
        canvas.follows.value,
      ),
  );
  const near = computed(() => {
    const some = shown.value.filter(({ properties }) => canvas.chosen.value.includes(properties.code));
    return some.length ? some : shown.value;
  });
  const corners = computed(() => {
    if (!canvas.on.value) return [];
    const list = cornersOf(near.value);
    return list.length > mostCorners && !canvas.chosen.value.length ? [] : list;
  });
  const outcome = computed(() => (deed.value ? ground.value.after(deed.value) : null));
  const troubles = computed<Trouble[]>(() => outcome.value?.troubles ?? []);
  const at = computed<Position | null>(() =>
    deed.value && 'to' in deed.value ? deed.value.to : (corner.value ?? null),
  );
  const shared = computed(
    () =>
      shown.value.filter(
        ({ properties, geometry }) =>
          properties.change !== 'removed' &&
          geometry.coordinates.flat().some((ring) => ring.some((p) => same(p, corner.value))),
      ).length,
  );
  const live = computed<FeatureCollection>(() => {
    const bad = new Set(troubles.value.flatMap(({ codes }) => codes));
    const features: Feature[] = (outcome.value?.shapes ?? []).map((one) => ({
      ...one,
      properties: {
        wrong: troubles.value.length > 0 && (bad.has(one.properties.code) || !one.properties.code),
      },
    }));
    if (canvas.on.value && at.value)
      features.push({
        type: 'Feature',
        properties: { wrong: troubles.value.length > 0 },
        geometry: { type: 'Point', coordinates: at.value },
      });
    features.push(...traced(snap.value));
    return { type: 'FeatureCollection', features };
  });

  function giveUp(): void {
    deed.value = null;
    snap.value = null;
    waits.value = false;
  }
  /** Keeps the deed, troubles or not. */
  async function keep(): Promise<void> {
    const done = deed.value;
    if (!done) return;
    waits.value = true;
    if (!(await canvas.keep(done))) return;
    if (deed.value === done) giveUp();
    corner.value = 'to' in done ? onLattice(done.to) : null;
  }
  /** Keeps the deed when nothing is wrong with it; otherwise it waits. */
  function settle(): void {
    if (!deed.value) return;
    if (troubles.value.length) waits.value = true;
    else void keep();
  }

  const hold: Hold = {
    take(place, reach) {
      if (!canvas.on.value) return false;
      const { corner: mine, edge } = nearest(near.value, place, reach);
      if (!mine && !edge) return false;
      giveUp();
      void canvas.terrain.ready(place);
      moved = false;
      if (mine) corner.value = mine;
      else if (edge) {
        corner.value = null;
        deed.value = { do: 'bend', ends: edge.ends, to: onLattice(edge.at) };
      }
      return true;
    },
    drag(place, reach, loose) {
      const look = () => drawTo(place, reach, loose);
      moved = true;
      last = look;
      look();
      // What comes while the hand rests is snapped to as well.
      if (!loose && !canvas.terrain.near(place))
        void canvas.terrain.ready(place).then(() => last === look && look());
    },
    drop() {
      last = undefined;
      if (moved) settle();
      else if (deed.value?.do === 'bend') giveUp(); // an edge was touched, and not bent
    },
    lose() {
      last = undefined;
      giveUp();
    },
  };
  function drawTo(place: Position, reach: number, loose: boolean): void {
    const now = deed.value;
    const besides = now?.do === 'bend' ? now.ends : corner.value ? [corner.value] : [];
    const all = canvas.whole.value ? [...shown.value, canvas.whole.value] : shown.value;
    const found = loose ? null : snapped(all, canvas.terrain.near(place) ?? [], place, reach, besides);
    const to = found?.to ?? onLattice(place);
    snap.value = found?.on ? found : null;
    if (now?.do === 'bend') deed.value = { ...now, to };
    else if (corner.value) deed.value = { do: 'move', from: corner.value, to };
  }

  /** Moves what is chosen by steps to the east and to the north. */
  function nudge(east: number, north: number): void {
    const from = at.value;
    if (!from) return;
    const [x = 0, y = 0] = from;
    place(onLattice([x + (east * step) / Math.cos((y * Math.PI) / 180), y + north * step]));
  }
  /** Puts what is chosen somewhere, to be settled later. */
  function place(to: Position): void {
    const now = deed.value;
    snap.value = null;
    if (now?.do === 'bend' || now?.do === 'move') deed.value = { ...now, to };
    else if (corner.value) deed.value = { do: 'move', from: corner.value, to };
  }
  /** Goes to the next corner of what is chosen, or the one before; false at the end, where the focus goes on. */
  function walk(by: 1 | -1): boolean {
    if (deed.value) settle();
    if (deed.value && waits.value && troubles.value.length) return true; // it is to be decided first
    const list = corners.value;
    const i = list.findIndex((p) => same(p, corner.value));
    const next = i < 0 ? (by > 0 ? 0 : list.length - 1) : i + by;
    corner.value = list[next] ?? null;
    return corner.value !== null;
  }
  /** A new corner half-way to the next one, to be moved. */
  function add(): void {
    const from = corner.value;
    if (!from) return;
    for (const { geometry } of near.value)
      for (const ring of geometry.coordinates.flat()) {
        const i = ring.findIndex((p) => same(p, from));
        const to = ring[i + 1];
        if (i < 0 || !to) continue;
        const [[ax = 0, ay = 0], [bx = 0, by = 0]] = [from, to];
        deed.value = { do: 'bend', ends: [from, to], to: onLattice([(ax + bx) / 2, (ay + by) / 2]) };
        return;
      }
  }
  function drop(): void {
    if (!corner.value) return;
    deed.value = { do: 'straighten', from: corner.value };
    settle();
  }
  /** What a key does; false when it is nothing to the hand. */
  function key(event: KeyboardEvent): boolean {
    const far = event.shiftKey ? 10 : 1;
    const arrow = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (arrow && corner.value) nudge((arrow[0] ?? 0) * far, (arrow[1] ?? 0) * far);
    else if (event.key === 'Tab') return walk(event.shiftKey ? -1 : 1);
    else if (event.key === 'Enter' && deed.value) void keep();
    else if ((event.key === 'Delete' || event.key === 'Backspace') && corner.value) drop();
    else if ((event.key === 'Insert' || event.key === '+') && corner.value) add();
    else if (event.key === 'Escape' && deed.value) giveUp();
    else if (event.key === 'Escape' && corner.value) corner.value = null;
    else return false;
    return true;
  }

  watch(canvas.on, () => {
    giveUp();
    corner.value = null;
  });
  // Somebody else may have taken the corner away.
  watch(canvas.regions, () => {
    if (corner.value && !deed.value && !cornersOf(shown.value).some((p) => same(p, corner.value)))
      corner.value = null;
  });
  return {
    corner,
    corners,
    deed,
    waits,
    troubles,
    snap,
    shared,
    at,
    live,
    ground,
    hold,
    keep,
    giveUp,
    place,
    settle,
    add,
    drop,
    key,
  };
}

/** What a hand is drawn to, for the map. */
export function traced(snap: Snap | null): Feature[] {
  if (!snap?.on || snap.line.length < 2) return [];
  return [
    {
      type: 'Feature',
      properties: { snap: snap.on },
      geometry: { type: 'LineString', coordinates: [...snap.line] },
    },
  ];
}

const same = (a: Position, b: Position | null): boolean => b !== null && a[0] === b[0] && a[1] === b[1];
