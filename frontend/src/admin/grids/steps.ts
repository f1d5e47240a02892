import { computed, shallowRef } from 'vue';
import { stepBack } from './drawing.ts';
import type { Edit, RegionSet } from './shapes.ts';

/** As many edits as the server takes at once. */
export const mostEdits = 5000;

/**
 * Steps back and forth: each step remembers all that the draft changed before it, of every level. A step that is more
 * than the server takes at once is not taken, and tooLarge is told of how many edits it would be.
 */
export function useSteps(
  apply: (edits: Edit[]) => Promise<boolean>,
  now: () => RegionSet | null,
  tooLarge: (edits: number) => void,
) {
  const past = shallowRef<RegionSet[]>([]);
  const future = shallowRef<RegionSet[]>([]);

  function note(before: RegionSet | null): void {
    if (before) past.value = [...past.value.slice(-49), before];
    future.value = [];
  }
  async function go(from: typeof past, to: typeof past): Promise<void> {
    const was = now();
    const target = from.value.at(-1);
    if (!was || !target) return;
    const edits = stepBack(was, target);
    if (edits.length > mostEdits) return tooLarge(edits.length);
    if (edits.length && !(await apply(edits))) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, was];
  }
  function forget(): void {
    past.value = [];
    future.value = [];
  }
  return {
    note,
    forget,
    back: () => go(past, future),
    forth: () => go(future, past),
    canBack: computed(() => past.value.length > 0),
    canForth: computed(() => future.value.length > 0),
  };
}
