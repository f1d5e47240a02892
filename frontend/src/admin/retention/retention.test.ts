import { describe, expect, it } from 'vitest';
import { erasedIn, type Kept, rowsOf, sum } from './retention.ts';

const items: Kept[] = [
  { community: '', moved: 1, died: 0, due: 1 },
  { community: '990101002001', moved: 0, died: 2, due: 0 },
  { community: '990101001001', moved: 3, died: 1, due: 2 },
  { community: '990101001002', moved: 5, died: 0, due: 0 },
];

describe('who has left and is still kept', () => {
  it('is counted by street, those without a known home last', () => {
    expect(rowsOf(items, 'street')).toEqual([
      { code: '990101001', moved: 8, died: 1, due: 2 },
      { code: '990101002', moved: 0, died: 2, due: 0 },
      { code: '', moved: 1, died: 0, due: 1 },
    ]);
  });
  it('is counted by community, and adds up alike', () => {
    const rows = rowsOf(items, 'community');
    expect(rows.map(({ code }) => code)).toEqual(['990101001001', '990101001002', '990101002001', '']);
    expect(sum(items)).toEqual({ code: '', moved: 9, died: 3, due: 3 });
    expect(sum(items).due).toBe(rows.reduce((n, row) => n + row.due, 0));
  });
  it('keeps a wider region apart from what lies in it', () => {
    expect(rowsOf([...items, { community: '990101', moved: 1, died: 0, due: 0 }], 'street')[0]).toEqual({
      code: '990101',
      moved: 1,
      died: 0,
      due: 0,
    });
  });
});

describe('an entry of the log', () => {
  it('tells of each person that it names', () => {
    const others = ['person/2', 'household/3', 'person/4'];
    expect(erasedIn({ kind: 'person', object: '1', others })).toBe(3);
    expect(erasedIn({ kind: 'person', object: '1', others: null })).toBe(1);
    expect(erasedIn({ kind: '', object: '', others: null })).toBe(0);
  });
});
