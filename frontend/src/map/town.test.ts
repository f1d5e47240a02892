import { describe, expect, it } from 'vitest';
import { around } from './town.ts';

describe('the box around the cities', () => {
  it('takes in neighbours and leaves out what has no box', () => {
    expect(around([[8, 47, 9, 48], null, [8.5, 46, 10, 47.5], undefined])).toEqual([8, 46, 10, 48]);
    expect(around([null])).toBeNull();
    expect(around([])).toBeNull();
  });

  it('does not span the sea between two cities', () => {
    expect(
      around([
        [8.44, 47.32, 8.63, 47.44],
        [-74.27, 40.48, -73.68, 40.93],
      ]),
    ).toEqual([8.44, 47.32, 8.63, 47.44]);
  });
});
