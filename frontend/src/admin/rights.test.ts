import { describe, expect, it } from 'vitest';
import type { Me, Role } from '../api/types.ts';
import { sections } from './place.ts';
import { comesHere, mayRead, maySee, over, rightsOf } from './rights.ts';

const who = (...roles: Role[]) =>
  ({ id: 'me', grants: roles.map((role) => ({ role, scope: '9901' })) }) as unknown as Me;

describe('what is offered to whom', () => {
  it('gives files to those who keep the registry', () => {
    for (const role of ['registrar', 'administrator'] as const)
      expect(maySee(rightsOf(who(role)), 'import')).toBe(true);
    for (const role of ['worker', 'planner', 'leader', 'operator'] as const)
      expect(maySee(rightsOf(who(role)), 'import')).toBe(false);
  });
  it('lets a grid worker read people but not write', () => {
    expect(rightsOf(who('worker'))).toMatchObject({ keep: false, people: true });
    expect(mayRead(rightsOf(who('worker')), 'people')).toBe(true);
  });
  it('shows a planner everything but people', () => {
    const rights = rightsOf(who('planner'));
    expect(mayRead(rights, 'people')).toBe(false);
    expect(mayRead(rights, 'facilities')).toBe(true);
    expect(comesHere(who('planner'))).toBe(false);
  });
  it('leaves accounts to administrators, and the log to them and auditors', () => {
    expect(sections.filter((one) => maySee(rightsOf(who('administrator')), one))).toEqual([...sections]);
    expect(sections.filter((one) => maySee(rightsOf(who('auditor')), one))).toEqual([
      'registry',
      'nets',
      'audit',
    ]);
    expect(comesHere(who('auditor'))).toBe(true);
    for (const role of ['registrar', 'worker', 'leader'] as const)
      expect(maySee(rightsOf(who(role)), 'accounts')).toBe(false);
  });
  it('shows how long people are kept to those who keep a whole city', () => {
    const at = (role: Role, scope: string) =>
      rightsOf({ id: 'me', grants: [{ role, scope }] } as unknown as Me);
    expect(maySee(at('registrar', '9901'), 'retention')).toBe(true);
    expect(maySee(at('administrator', ''), 'retention')).toBe(true);
    expect(maySee(at('administrator', '990101'), 'retention')).toBe(false);
    expect(maySee(at('worker', '9901'), 'retention')).toBe(false);
  });
  it('knows which places are administered', () => {
    expect(over(rightsOf(who('administrator')), '990101')).toBe(true);
    expect(over(rightsOf(who('administrator')), '')).toBe(false);
    expect(over(rightsOf(who('registrar')), '9901')).toBe(false);
  });
  it('adds up several roles', () => {
    expect(rightsOf(who('leader', 'registrar')).keep).toBe(true);
  });
});
