import { expect, test } from 'vitest';
import { nextPath } from './next.ts';

const to = (next: string) => nextPath(`?next=${encodeURIComponent(next)}`, '/command');

test('a path of this site is followed', () => {
  for (const path of ['/plan', '/admin?region=4406#people', '/account', '/command?q=%2F%2Fevil'])
    expect(to(path)).toBe(path);
});

test('whatever could lead elsewhere is not', () => {
  for (const evil of [
    '//evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    '\\/evil.example',
    'https:evil.example',
    'https://evil.example/plan',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/./\\evil.example',
    '/.//evil.example',
    '/..//evil.example',
    'evil',
    '',
  ])
    expect(to(evil), JSON.stringify(evil)).toBe('/command');
  expect(nextPath('', '/command')).toBe('/command');
  expect(nextPath('?next=%2F%2Fevil.example', '/command')).toBe('/command');
  // Encoded twice it is a path with odd letters in it, here.
  expect(nextPath('?next=%252F%252Fevil.example', '/command')).toBe('/command');
});
