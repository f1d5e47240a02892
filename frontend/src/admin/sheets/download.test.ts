import { expect, it } from 'vitest';
import { nameOf } from './download.ts';

it.each([
  [`attachment; filename="people.csv"`, 'people.csv'],
  [`attachment; filename=people.csv`, 'people.csv'],
  [`attachment; filename="x.csv"; filename*=UTF-8''%E4%BA%BA%E5%8F%A3.csv`, '人口.csv'],
  [`attachment; filename*=UTF-8''%E4`, null],
  ['inline', null],
  [null, null],
])('the name in %s is %s', (header, name) => {
  expect(nameOf(header)).toBe(name);
});
