import type { FeatureCollection, Position } from 'geojson';
import { computed, onBeforeUnmount, onMounted, type Ref, ref, watch } from 'vue';
import { onLattice, regionAt, type Snap, snapped } from './drawing.ts';
import { traced, useHand } from './hand.ts';
import type { RegionFeature, RegionSet } from './shapes.ts';
import type { Deed } from './shaping.ts';
import type { Terrain } from './terrain.ts';

/** A click on the map; reach in degrees of latitude. loose: with Alt, nothing is snapped to. */
export interface Spot {
  at: [number, number];
  reach: number;
  loose: boolean;
}

interface Sheet {
  regions: Ref<RegionSet | null>;
  whole: Ref<RegionFeature | null>;
  follows: Ref<boolean>;
  terrain: Terrain;
  /** The draft may be drawn on. */
  open: Ref<boolean>;
  spot(): Spot | null;
  keep(deed: Deed): Promise<boolean>;
  back(): void;
  forth(): void;
}

/** What a click and a key do on a draft: choose, point out a line or a ring, or hold a corner. */
export function usePen(sheet: Sheet) {
  const mode = ref<'' | 'split' | 'shape' | 'draw'>('');
  const chosen = ref<string[]>([]);
  const sketch = ref<Position[]>([]);
  /** What the last point was drawn to. */
  const snap = ref<Snap | null>(null);
  const hand = useHand({
    ...sheet,
    chosen,
    on: computed(() => mode.value === 'shape' && sheet.open.value),
  });
  const ring = computed(() =>
    mode.value === 'draw' ? hand.ground.value.after({ do: 'draw', ring: sketch.value }) : null,
  );
  const troubles = computed(() => ring.value?.troubles ?? hand.troubles.value);
  const live = computed<FeatureCollection>(() => {
    if (mode.value === 'shape' || mode.value === '') return hand.live.value;
    const shapes = ring.value?.shapes ?? [];
    const drawn = shapes.map((one) => ({ ...one, properties: { wrong: troubles.value.length > 0 } }));
    return { type: 'FeatureCollection', features: [...drawn, ...traced(snap.value)] };
  });

  function begin(what: 'split' | 'shape' | 'draw'): void {
    mode.value = mode.value === what ? '' : what;
    sketch.value = [];
    snap.value = null;
  }
  function stop(): void {
    mode.value = '';
    sketch.value = [];
    snap.value = null;
  }
  function toggle(code: string): void {
    chosen.value = chosen.value.includes(code)
      ? chosen.value.filter((one) => one !== code)
      : [...chosen.value, code];
  }
  /** Points come one after the other, each when it is known what it may be drawn to. */
  let dots: Promise<void> = Promise.resolve();
  async function dot({ at, reach, loose }: Spot): Promise<void> {
    const drawing = mode.value;
    if (!loose) await sheet.terrain.ready(at);
    const set = sheet.regions.value;
    if (!set || !drawing || mode.value !== drawing) return;
    const all = sheet.whole.value ? [...set.features, sheet.whole.value] : set.features;
    const found = loose ? null : snapped(all, sheet.terrain.near(at) ?? [], at, reach);
    sketch.value = [...sketch.value, found?.to ?? onLattice(at)];
    snap.value = found?.on ? found : null;
  }
  watch(sheet.spot, (spot) => {
    const set = sheet.regions.value;
    if (!spot || !set || !sheet.open.value) return;
    if (mode.value === 'split' || mode.value === 'draw') {
      dots = dots.then(() => dot(spot));
      return;
    }
    const code = regionAt(set, spot.at)?.properties.code;
    if (!code) return;
    if (mode.value === '') toggle(code);
    // Where no corner was meant, the corners of another region are.
    else if (!hand.corner.value && !hand.deed.value) chosen.value = [code];
  });

  /** Keys reach the pen from the map, from its own bar, or from nowhere; not from a field or a button. */
  function key(event: KeyboardEvent): void {
    const from = event.target instanceof Element ? event.target : document.body;
    if (from.closest('input, textarea, select, dialog') || !sheet.open.value) return;
    const command = event.ctrlKey || event.metaKey;
    const ours = from === document.body || from.matches('[data-corners], .maplibregl-canvas');
    if (command && event.key === 'z' && !event.shiftKey) sheet.back();
    else if (command && (event.key === 'y' || event.key === 'Z' || event.key === 'z')) sheet.forth();
    else if (command || event.altKey) return;
    else if (
      mode.value === 'shape' &&
      (ours ? event.key !== 'Tab' || from !== document.body : event.key === 'Escape') &&
      hand.key(event)
    ) {
      // the hand did it
    } else if (event.key === 'Escape' && mode.value) stop();
    else if (event.key === 'Backspace' && sketch.value.length) {
      sketch.value = sketch.value.slice(0, -1);
      snap.value = null;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  // Before the map, which would move itself with the arrows.
  onMounted(() => addEventListener('keydown', key, true));
  onBeforeUnmount(() => removeEventListener('keydown', key, true));
  return { mode, chosen, sketch, snap, hand, troubles, live, begin, stop, toggle };
}
export type Pen = ReturnType<typeof usePen>;
