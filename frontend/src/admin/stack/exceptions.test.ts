import { describe, expect, it } from 'vitest';
import { blank, readException, readLabels } from './exceptions.ts';

describe('an exception as it is typed', () => {
  it('is read with its ranges, gaps and merged rooms', () => {
    expect(readException({ ...blank, floors: '3-5, 8', rooms: '3' })).toEqual({ floors: '3-5,8', rooms: 3 });
    expect(readException({ ...blank, unit: '2单元', floors: '1', skip: '1,2', use: 'shop' })).toEqual({
      unit: '2单元',
      floors: '1',
      skip: [1, 2],
      use: 'shop',
    });
    expect(readException({ ...blank, floors: '33', merge: '1-2,3-4' })).toEqual({
      floors: '33',
      merge: [
        [1, 2],
        [3, 4],
      ],
    });
  });
  it('may be typed the Chinese way, and name basements and 12A', () => {
    expect(readException({ ...blank, floors: '３～5，8', skip: '1、3' })).toEqual({
      floors: '3-5,8',
      skip: [1, 3],
    });
    expect(readException({ ...blank, floors: 'B1-B2,12A', use: 'parking' })).toEqual({
      floors: 'B1-B2,12A',
      use: 'parking',
    });
  });
  it.each([
    [{ floors: '' }, 'floors'],
    [{ floors: '3-' }, 'floors'],
    [{ floors: '3', rooms: '2.5' }, 'rooms'],
    [{ floors: '3', rooms: '51' }, 'rooms'],
    [{ floors: '3', skip: '0' }, 'skip'],
    [{ floors: '3', skip: 'x' }, 'skip'],
    [{ floors: '3', merge: '2-1' }, 'merge'],
    [{ floors: '3', merge: '1' }, 'merge'],
    [{ floors: '3', cols: 'a', use: 'shop' }, 'cols'],
    [{ floors: '3', cols: '1' }, 'empty'],
    [{ floors: '3' }, 'empty'],
  ])('says which field of %o cannot be read', (part, fault) => {
    expect(readException({ ...blank, ...part })).toEqual({ fault });
  });
  it('lets some rooms reach a storey further up', () => {
    expect(readException({ ...blank, floors: '17', cols: '1，2', storey_to: '18' })).toEqual({
      floors: '17',
      cols: [1, 2],
      storey_to: '18',
    });
  });
  it('takes an empty floor as such: no rooms', () => {
    expect(readException({ ...blank, floors: '12', rooms: '0' })).toEqual({ floors: '12', rooms: 0 });
  });
});

it('labels that are left out are read once each', () => {
  expect(readLabels('4，13 14,4')).toEqual(['4', '13', '14']);
  expect(readLabels(' ')).toEqual([]);
});
