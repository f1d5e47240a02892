import { onBeforeUnmount, onMounted } from 'vue';
import type { Action } from '../api/types.ts';

/** The letter of each step. They stay clear of j k b n m, which the desk uses itself. */
export const actionKeys: Record<Action, string> = {
  file: 'f',
  reject: 'x',
  dispatch: 'd',
  return: 't',
  accept: 'a',
  suspend: 's',
  resume: 'r',
  resolve: 'e',
  close: 'c',
  rework: 'w',
  urge: 'u',
};

/** Hands plain keys to the desk; what is typed into a field, chosen in a list or pressed with Ctrl is not ours. */
export function useKeys(on: (key: string) => boolean): void {
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const at = event.target instanceof HTMLElement ? event.target : null;
    if (at?.closest('dialog')) return;
    const typing = at?.closest('input, textarea, select, [contenteditable]');
    if (typing && event.key !== 'Escape') return;
    // Enter and the arrows belong to a button, a link or the map when that has the focus.
    const own = at?.closest('button, a, summary, canvas');
    if (own && (event.key === 'Enter' || (own.tagName === 'CANVAS' && event.key.startsWith('Arrow')))) return;
    if (typing) at?.blur();
    if (on(event.key)) event.preventDefault();
  };
  onMounted(() => document.addEventListener('keydown', listen));
  onBeforeUnmount(() => document.removeEventListener('keydown', listen));
}
