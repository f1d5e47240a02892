import { ref } from 'vue';
import type { DemoAccounts, Me, SignStep, SignWays } from '../api/types.ts';
import { type Asking, ask, Problem } from '../base/api.ts';
import { nextPath } from './next.ts';
import { answerPasskey } from './passkeys.ts';

/** Who is at the desk. undefined: not known yet; null: nobody. */
export const me = ref<Me | null | undefined>(undefined);
export const sessionProblem = ref<Problem | null>(null);
/** The step of signing in that is still to go. */
export const step = ref<Pick<SignStep, 'next' | 'ways'> | null>(null);

const steps: Record<string, SignStep['next']> = {
  'auth.second': 'second',
  'auth.change': 'password',
  'auth.enrol': 'enrol',
};

export async function recall(): Promise<void> {
  sessionProblem.value = null;
  try {
    me.value = await ask<Me>('/api/v1/session');
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    if (cause.status !== 401) {
      sessionProblem.value = cause;
      return;
    }
    // A page opened anew in the middle of signing in goes on there.
    const next = steps[cause.code];
    step.value = next ? { next, ways: ['totp', 'passkey', 'recovery'] } : null;
    me.value = null;
  }
}

/** Throws a Problem when name or password are wrong. */
export async function signIn(login: string, password: string): Promise<void> {
  await goOn('/api/v1/session', { body: { login, password } });
}

/** Signs in with a passkey, which knows whose it is. */
export async function signInByPasskey(): Promise<void> {
  await goOn('/api/v1/session/passkey', { body: await answerPasskey('/api/v1/session/passkey/begin') });
}

/** Goes a step of signing in. With `held` the answer is given back first: recovery codes are to be kept. */
export async function goOn(path: string, asking: Asking, held = false): Promise<SignStep> {
  const next = await ask<SignStep>(path, asking);
  if (!held) take(next);
  return next;
}

/** What a step led to: somebody who is signed in, who goes on to the page asked for, or the next step. */
export function take(next: SignStep): void {
  const { next: to, ways, recovery_codes: _, ...who } = next;
  step.value = to ? { next: to, ways } : null;
  const onward = to ? '' : nextPath(location.search, '');
  if (onward) location.assign(onward);
  else me.value = to ? null : who;
}

/** Where a browser goes to sign in at the provider, to come back to the page asked for, or to this one. */
export function ssoAddress(path: string): string {
  const { pathname, search, hash } = location;
  return `${path}?next=${encodeURIComponent(nextPath(search, pathname + search + hash))}`;
}

/** The ways to sign in here, by password alone when it cannot be asked. */
export async function signWays(): Promise<SignWays> {
  try {
    return await ask<SignWays>('/api/v1/session/ways');
  } catch {
    return { passkey: false };
  }
}

export async function signOut(): Promise<void> {
  try {
    await ask('/api/v1/session', { method: 'DELETE' });
  } finally {
    step.value = null;
    me.value = null;
  }
}

/** The accounts of a demo town, or none. */
export async function demoAccounts(): Promise<DemoAccounts | null> {
  try {
    const answer = await ask<DemoAccounts>('/api/v1/demo');
    return answer.demo && answer.accounts?.length ? answer : null;
  } catch {
    // A server without a demo does not have this address, and the form is there all the same.
    return null;
  }
}

/** An answer "please sign in" anywhere means the session has ended. */
export function ended(cause: unknown): boolean {
  if (cause instanceof Problem && cause.status === 401) {
    me.value = null;
    return true;
  }
  return false;
}
