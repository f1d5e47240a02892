import { describe, expect, it } from 'vitest';
import type { CaseRow, Grant, Me } from '../api/types.ts';
import {
  type Address,
  belongs,
  type Filters,
  firstLayers,
  listQuery,
  noFilters,
  readAddress,
  tileQuery,
  todoStates,
  writeAddress,
} from './filters.ts';

const now = Date.UTC(2026, 10, 22, 12, 34, 56);
const as = (...roles: Grant['role'][]): Me => ({
  id: 'm',
  login: 'm',
  name: 'M',
  demo: true,
  grants: roles.map((role) => ({
    role,
    scope: '9901',
    scope_name: '',
  })),
});
const row = (part: Partial<CaseRow> = {}): CaseRow =>
  ({
    state: 'reported',
    category: '04007',
    scope_code: '990101001001003',
    ground_code: '990101001001003',
    created_at: new Date(now - 60_000).toISOString(),
    due_at: null,
    ...part,
  }) as CaseRow;
const filters = (part: Partial<Filters> = {}): Filters => ({ ...noFilters, tab: 'all', ...part });

describe('the address', () => {
  const full: Address = {
    filters: {
      tab: 'mine',
      states: ['filed', 'in_progress'],
      category: '01001',
      area: '990101001',
      grids: 'today',
      span: '7d',
      from: Date.UTC(2026, 10, 22, 8),
      to: Date.UTC(2026, 10, 22, 10),
      overdue: true,
      urged: true,
    },
    layers: { grids: false, solid: true, facilities: true, services: false },
    view: { lon: 113.12207, lat: 23.02314, zoom: 16.2, bearing: 0, pitch: 0 },
    selected: '01980000-0000-7000-8000-000000000001',
  };

  it('comes back as it went', () => {
    expect(readAddress(`?${writeAddress(full)}`)).toEqual(full);
  });

  it('is empty when nothing is chosen', () => {
    const nothing: Address = { filters: noFilters, layers: firstLayers, view: null, selected: null };
    expect(writeAddress(nothing).toString()).toBe('');
    expect(readAddress('')).toEqual(nothing);
  });

  it('remembers that every layer is off', () => {
    const off = { grids: false, solid: false, facilities: false, services: false };
    expect(readAddress(`?${writeAddress({ ...full, layers: off })}`).layers).toEqual(off);
  });

  it.each([
    '?tab=other&grids=tomorrow&state=filed,bogus,filed&category=x;y&area=1&time=9y&t=z~y&case=1&at=1,2',
    '?t=2026-11-22T10:00Z~2026-11-22T08:00Z',
    '?%00&state=%E0%A4%A',
  ])('reads nonsense as nothing: %s', (search) => {
    const { filters: f, view, selected } = readAddress(search);
    expect({ ...f, states: [] }).toEqual(noFilters);
    expect(f.states.every((state) => state === 'filed')).toBe(true);
    expect(view).toBeNull();
    expect(selected).toBeNull();
  });
});

describe('what is asked for', () => {
  it('a to-do is what waits for my roles', () => {
    expect(todoStates(as('operator'))).toEqual(['reported', 'filed', 'returned']);
    expect(todoStates(as('handler'))).toEqual(['dispatched', 'in_progress', 'suspended']);
    expect(todoStates(as('supervisor', 'operator'))).toContain('resolved');
    expect(todoStates(as('leader'))).toHaveLength(7);
  });

  it('a to-do under a filter of states is what is in both', () => {
    const query = listQuery(filters({ tab: 'todo', states: ['filed', 'closed'] }), as('operator'), now);
    expect(query).toMatchObject({ state: 'filed' });
    expect(listQuery(filters({ tab: 'todo', states: ['closed'] }), as('operator'), now)).toBeNull();
  });

  it('a window goes before the span', () => {
    const from = now - 7_200_000;
    const query = listQuery(filters({ span: '7d', from, to: now }), as('leader'), now);
    expect(query).toMatchObject({ since: new Date(from).toISOString(), until: new Date(now).toISOString() });
  });

  it('today’s grids are named with an area, in list and map; without one they say nothing', () => {
    const f = filters({ area: '990101', grids: 'today' });
    expect(listQuery(f, as('leader'), now)).toMatchObject({ region: '990101', grids: 'today' });
    expect(tileQuery(f, now)).toBe('?region=990101&grids=today');
    expect(tileQuery({ ...f, grids: 'then' }, now)).toBe('?region=990101');
    expect(tileQuery({ ...f, area: '' }, now)).toBe('');
  });

  it('the address of the tiles stays the same for ten minutes', () => {
    const at = Date.UTC(2026, 10, 22, 12, 30);
    expect(tileQuery(filters({ span: '24h' }), at)).toBe(tileQuery(filters({ span: '24h' }), at + 599_999));
    expect(tileQuery(filters(), now)).toBe('');
  });
});

describe('what belongs in the list', () => {
  const belong = (part: Partial<CaseRow>, f: Partial<Filters>, me = as('operator')) =>
    belongs(row(part), filters(f), me, now);

  it('by tab', () => {
    expect(belong({}, { tab: 'todo' })).toBe(true);
    expect(belong({ state: 'closed' }, { tab: 'todo' })).toBe(false);
    expect(belong({ state: 'closed' }, { tab: 'all' })).toBe(true);
    expect(belong({}, { tab: 'mine' })).toBeNull();
  });

  it('by area, category, state and time', () => {
    expect(belong({}, { area: '990101' })).toBe(true);
    expect(belong({}, { area: '990102' })).toBe(false);
    expect(belong({}, { category: '04' })).toBe(true);
    expect(belong({}, { category: '05' })).toBe(false);
    expect(belong({}, { states: ['filed'] })).toBe(false);
    expect(belong({}, { from: now - 3_600_000, to: now - 1_800_000 })).toBe(false);
    expect(belong({ created_at: new Date(now - 48 * 3_600_000).toISOString() }, { span: '24h' })).toBe(false);
  });

  it('by area, as it was or on today’s grids', () => {
    const ended: Partial<CaseRow> = { state: 'closed', ground_code: '990102001001001' };
    expect(belong(ended, { area: '990101' })).toBe(true);
    expect(belong(ended, { area: '990102' })).toBe(false);
    expect(belong(ended, { area: '990101', grids: 'today' })).toBe(false);
    expect(belong(ended, { area: '990102', grids: 'today' })).toBe(true);
    expect(belong({ ground_code: undefined }, { area: '990101', grids: 'today' })).toBe(true);
  });

  it('urged only while it is open', () => {
    expect(belong({ urges: 2 }, { urged: true })).toBe(true);
    expect(belong({ urges: 0 }, { urged: true })).toBe(false);
    expect(belong({ urges: 2, state: 'closed' }, { urged: true })).toBe(false);
  });
  it('overdue only while somebody’s time runs', () => {
    const due_at = new Date(now - 1000).toISOString();
    expect(belong({ due_at }, { overdue: true })).toBe(true);
    expect(belong({ due_at, state: 'suspended' }, { overdue: true })).toBe(false);
    expect(belong({ due_at, state: 'closed' }, { overdue: true })).toBe(false);
    expect(belong({}, { overdue: true })).toBe(false);
  });
});
