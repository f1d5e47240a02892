import { type InjectionKey, inject } from 'vue';
import type { Rights } from './rights.ts';

export const rightsKey: InjectionKey<Rights> = Symbol('rights');

/** What who is signed in may do; without anybody, nothing. */
export function useRights(): Rights {
  return inject(rightsKey, {
    keep: false,
    keepCity: false,
    people: false,
    self: '',
    area: [],
    kept: [],
    manage: [],
    watch: [],
  });
}
