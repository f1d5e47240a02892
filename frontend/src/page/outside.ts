import { onBeforeUnmount, onMounted, type Ref } from 'vue';

/** Closes what is open when a press or the focus goes elsewhere, or on Escape (which then goes no further). */
export function useOutside(root: Ref<HTMLElement | null>, open: Ref<boolean>): void {
  const elsewhere = (event: Event) => {
    if (open.value && !root.value?.contains(event.target as Node)) open.value = false;
  };
  const onEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open.value) return;
    open.value = false;
    event.stopPropagation();
    root.value?.querySelector<HTMLElement>('button, input')?.focus();
  };
  onMounted(() => {
    document.addEventListener('pointerdown', elsewhere, true);
    document.addEventListener('focusin', elsewhere);
    document.addEventListener('keydown', onEscape, true);
  });
  onBeforeUnmount(() => {
    document.removeEventListener('pointerdown', elsewhere, true);
    document.removeEventListener('focusin', elsewhere);
    document.removeEventListener('keydown', onEscape, true);
  });
}
