import { beforeEach, expect, it } from 'vitest';
import { purposeHeader, recentPurposes, runningPurpose, sayPurpose } from './purposes.ts';

const minute = 60_000;
beforeEach(() => sessionStorage.clear());

it('asks when nothing was said', () => {
  expect(runningPurpose('me', 0)).toBe('');
  expect(recentPurposes('me')).toEqual([]);
});
it('holds for ten minutes from when it was said, however often a record is opened', () => {
  sayPurpose('me', '入户走访', 0);
  sayPurpose('me', '入户走访', 9 * minute);
  expect(runningPurpose('me', 10 * minute - 1)).toBe('入户走访');
  expect(runningPurpose('me', 10 * minute)).toBe('');
  sayPurpose('me', '入户走访', 11 * minute);
  expect(runningPurpose('me', 20 * minute)).toBe('入户走访');
});
it('keeps the last five, each once, the newest first', () => {
  for (const [i, one] of ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'c1'].entries()) sayPurpose('me', one, i);
  expect(recentPurposes('me')).toEqual(['c1', 'f1', 'e1', 'd1', 'b1']);
  expect(runningPurpose('me', 10)).toBe('c1');
});
it("is nobody else's", () => {
  sayPurpose('me', '入户走访', 0);
  expect(runningPurpose('you', 1)).toBe('');
});
it('survives what else may lie in the storage', () => {
  for (const odd of ['{', '1', '[]', '{"recent":[1]}']) {
    sessionStorage.setItem('onemap.purposes.me', odd);
    expect(recentPurposes('me')).toEqual([]);
    expect(runningPurpose('me')).toBe('');
  }
});
it('goes out in signs that a header takes', () => {
  expect(purposeHeader('入户 50%')).toEqual({ 'X-Purpose': '%E5%85%A5%E6%88%B7%2050%25' });
});
