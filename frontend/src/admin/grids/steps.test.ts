import { describe, expect, it } from 'vitest';
import type { Edit, RegionSet } from './shapes.ts';
import { mostEdits, useSteps } from './steps.ts';

const drawn = (n: number): RegionSet => ({
  type: 'FeatureCollection',
  features: Array.from({ length: n }, (_, i) => ({
    type: 'Feature',
    properties: { code: String(i), level: 'grid', name: '', name_en: '', change: 'new', origin: null },
    geometry: { type: 'MultiPolygon', coordinates: [] },
  })),
});

describe('steps', () => {
  it('go back as far as the server takes at once, and say so beyond', async () => {
    const sent: Edit[][] = [];
    const refused: number[] = [];
    let now = drawn(mostEdits);
    const apply = async (edits: Edit[]) => sent.push(edits) > 0;
    const steps = useSteps(apply, () => now, (edits) => refused.push(edits)); // biome-ignore format: one thing
    steps.note(drawn(0));
    await steps.back();
    expect(sent.map(({ length }) => length)).toEqual([mostEdits]);
    expect(steps.canForth.value).toBe(true);

    now = drawn(mostEdits + 1);
    steps.note(drawn(0));
    await steps.back();
    expect(refused).toEqual([mostEdits + 1]);
    expect(sent).toHaveLength(1);
    expect(steps.canBack.value).toBe(true);
  });
});
