import { ref } from 'vue';
import type { DemoAccounts, Me } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';

/** Who is at the desk. undefined: not known yet; null: nobody. */
export const me = ref<Me | null | undefined>(undefined);
export const sessionProblem = ref<Problem | null>(null);

export async function recall(): Promise<void> {
  sessionProblem.value = null;
  try {
    me.value = await ask<Me>('/api/v1/session');
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    if (cause.status === 401) me.value = null;
    else sessionProblem.value = cause;
  }
}

/** Throws a Problem when name or password are wrong. */
export async function signIn(login: string, password: string): Promise<void> {
  me.value = await ask<Me>('/api/v1/session', { body: { login, password } });
}

export async function signOut(): Promise<void> {
  try {
    await ask('/api/v1/session', { method: 'DELETE' });
  } finally {
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
