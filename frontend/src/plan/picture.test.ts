import { expect, it } from 'vitest';
import { wrapped } from './picture.ts';

const measure = (text: string) => [...text].reduce((n, one) => n + (one > '\x7f' ? 2 : 1), 0);

it.each([
  ['看 60 岁以上的所有人，直线 500 米', 14, ['看 60 岁以上的', '所有人，直线', '500 米']],
  ['能不能够得到，人', 12, ['能不能够得', '到，人']],
  ['among those aged', 11, ['among those', 'aged']],
  ['one', 1, ['one']],
  ['', 10, []],
])('%s is folded to %d', (text, room, lines) => expect(wrapped(text, room, measure)).toEqual(lines));
