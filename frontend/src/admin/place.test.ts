import { describe, expect, it } from 'vitest';
import { nowhere, readPlace, writePlace } from './place.ts';

describe('the address of the page', () => {
  it('comes back as it was written', () => {
    const at = {
      ...nowhere,
      section: 'registry' as const,
      tab: 'facilities' as const,
      region: '990101',
      q: '果皮箱',
      filters: { kind: 'waste_basket' },
      id: '7K3M9Q2W',
    };
    expect(readPlace(writePlace(at))).toEqual(at);
    const stack = { ...nowhere, building: 'b1', unit: '2单元', room: 'r7' };
    expect(readPlace(writePlace(stack))).toEqual(stack);
  });
  it('is bare where nothing was chosen, and keeps the language', () => {
    expect(writePlace(nowhere)).toBe('');
    expect(writePlace(nowhere, 'en')).toBe('?lang=en');
  });
  it('never carries the name of somebody who is looked for', () => {
    expect(writePlace({ ...nowhere, tab: 'people', q: '王小明' })).toBe('?tab=people');
    expect(writePlace({ ...nowhere, section: 'accounts', q: '王小明' })).toBe('?section=accounts');
  });
  it('takes nonsense for nothing', () => {
    expect(readPlace('?section=moon&tab=x&f.=1&f.kind=')).toEqual(nowhere);
  });
});
