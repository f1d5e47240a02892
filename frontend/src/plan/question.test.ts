import { describe, expect, it } from 'vitest';
import { reach, shaded, stepsOf } from '../map/plan.ts';
import {
  first,
  firstYears,
  lastYears,
  minutes,
  queryOf,
  readQuestion,
  sortOf,
  withFrom,
  withSort,
} from './question.ts';

describe('the address of a question', () => {
  it('brings back what it was made of', () => {
    const asked = {
      ...first,
      from: 75,
      to: 79,
      alone: true,
      service: 'clinic',
      planned: true,
      metres: 800,
      region: '990101001',
    };
    expect(readQuestion(`?${new URLSearchParams(queryOf(asked))}`)).toEqual(asked);
    expect(readQuestion('')).toEqual(first);
  });
  it('takes nothing that is no question', () => {
    expect(readQuestion('?age_from=x&metres=-5&service=<b>&region=a&tag=A B')).toEqual(first);
  });
});

describe('the words of the sentence', () => {
  it('ask at most one thing beside the age', () => {
    const tagged = withSort({ ...first, alone: true }, 'tag:disabled');
    expect(tagged).toMatchObject({ alone: false, tag: 'disabled' });
    expect(sortOf(tagged)).toBe('tag:disabled');
    expect(sortOf(withSort(tagged, 'alone'))).toBe('alone');
    expect(withSort(tagged, 'all')).toEqual(first);
  });
  it('ask for ages that are listed', () => {
    const ages = [
      { from: 0, to: null },
      { from: 0, to: 2 },
      { from: 3, to: 5 },
      { from: 60, to: null },
    ];
    expect(firstYears(ages)).toEqual([0, 3, 60]);
    expect(lastYears(ages, 0)).toEqual([-1, 2]);
    expect(withFrom(first, 3, ages).to).toBe(5);
    expect(withFrom({ ...first, from: 3, to: 5 }, 60, ages).to).toBe(-1);
    expect(withFrom({ ...first, from: 0, to: 2 }, 0, ages).to).toBe(2);
  });
  it('say minutes where they are whole', () => {
    expect(minutes(500, 50)).toBe(10);
    expect(minutes(525, 50)).toBeNull();
  });
});

describe('the picture', () => {
  it('has classes that grow', () => {
    for (const list of [[], [1], [12, 40, 90], [100, 5000, 23_456]]) {
      const bounds = stepsOf(list);
      expect(bounds).toHaveLength(7);
      for (let i = 1; i < 7; i++) expect(bounds[i]).toBeGreaterThan(bounds[i - 1] as number);
    }
  });
  it('colours those out of reach by their share', () => {
    const cell = { people: 40, covered: 30, uncovered: 10, density: 400, squares: 1, community: '' };
    expect(shaded(cell, 'demand')).toBe(400);
    expect(shaded(cell, 'missed')).toBe(100);
  });
  it('draws the reach of two near services as one outline', () => {
    const at = (id: string, lon: number) => ({
      id,
      name: '',
      name_en: '',
      state: 'open' as const,
      lon,
      lat: 23.4,
      capacity: null,
    });
    const points = (services: ReturnType<typeof at>[]) =>
      reach({ services, metres: 500 }).features.flatMap((one) =>
        one.geometry.type === 'MultiLineString' ? one.geometry.coordinates.flat() : [],
      ).length;
    const alone = points([at('a', 113.3)]);
    expect(points([at('a', 113.3), at('b', 113.4)])).toBe(2 * alone);
    expect(points([at('a', 113.3), at('b', 113.304)])).toBeLessThan(2 * alone - 20);
  });
});
