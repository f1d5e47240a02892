import { describe, expect, it } from 'vitest';
import { lastDay, startZone } from '../../base/time.ts';
import type { Rights } from '../rights.ts';
import { again, endable, givable, givingOf } from './giving.ts';
import type { Grant } from './shapes.ts';

startZone('Asia/Shanghai');
const of = (...manage: string[]): Rights => ({
  keep: true,
  keepCity: true,
  people: true,
  self: 'me',
  area: manage,
  kept: manage,
  manage,
  watch: [''],
});
const grant = (over: Partial<Grant>) =>
  ({ role: 'worker', scope: '990101001', state: 'valid', account: { id: 'you' }, ...over }) as Grant;
const form = {
  role: 'worker' as const,
  scope: '9901',
  department: 'D01',
  from: '2026-11-23',
  until: '',
  reason: ' ',
};

describe('what may be given', () => {
  it('is nothing outside the place administered, nor above it', () => {
    expect(givable(of('990101001'), '990101002', 'you')).toEqual([]);
    expect(givable(of('990101001'), '9901', 'you')).toEqual([]);
    expect(givable(of(), '9901', 'you')).toEqual([]);
  });
  it('leaves the choice of auditors to the city, and never to oneself', () => {
    expect(givable(of('990101001'), '990101001', 'you')).not.toContain('auditor');
    expect(givable(of('9901'), '990101001', 'you')).toContain('auditor');
    expect(givable(of('9901'), '9901', 'me')).not.toContain('auditor');
    expect(givable(of('9901'), '9901', 'me')).toContain('leader');
  });
});

describe('what may be ended', () => {
  it('is what could be given', () => {
    expect(endable(of('9901'), grant({}))).toBe(true);
    expect(endable(of('990101002'), grant({}))).toBe(false);
    expect(endable(of('990101001'), grant({ role: 'auditor' }))).toBe(false);
    expect(endable(of('9901'), grant({ state: 'ended' }))).toBe(false);
  });
  it('is a deputy’s by either side', () => {
    const me = { id: 'me', login: 'me', name: 'Me' };
    expect(endable(of('88'), grant({ deputy_for: me }))).toBe(true);
    expect(endable(of('88'), grant({ account: me, deputy_for: { ...me, id: 'you' } }))).toBe(true);
  });
});

describe('days of a grant', () => {
  it('begin at once today, and count the last day in full, on the city’s clock', () => {
    expect(givingOf({ ...form, until: '2026-12-01' }, '2026-11-23')).toEqual({
      role: 'worker',
      scope: '9901',
      ends_at: '2026-12-01T16:00:00.000Z',
    });
    expect(givingOf({ ...form, from: '2026-11-24', reason: '轮岗' }, '2026-11-23')).toEqual({
      role: 'worker',
      scope: '9901',
      starts_at: '2026-11-23T16:00:00.000Z',
      reason: '轮岗',
    });
    expect(lastDay('2026-12-01T16:00:00Z')).toBe('2026-12-01');
  });
  it('name a department for handlers only', () => {
    expect(givingOf({ ...form, role: 'handler' } as never, '2026-11-23').department).toBe('D01');
    expect(givingOf(form, '2026-11-23').department).toBeUndefined();
  });
  it('stay when an ending is taken back, but what has begun begins at once', () => {
    const was = grant({ starts_at: '2020-01-01T00:00:00Z', ends_at: '2099-01-01T00:00:00Z' });
    expect(again(was, '')).toEqual({ role: 'worker', scope: '990101001', ends_at: was.ends_at, reason: '' });
  });
});
