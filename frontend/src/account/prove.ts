import { ref } from 'vue';
import { ask, Problem } from '../base/api.ts';

/** The question for the password that is open, and how it ends. */
export const question = ref<((shown: boolean) => void) | null>(null);

/** Does something about factors; when the server asks to show once more who one is, the dialog does, and it is tried again. */
export async function proving<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.code !== 'auth.prove') throw cause;
    const shown = await new Promise<boolean>((resolve) => {
      question.value = resolve;
    });
    question.value = null;
    if (!shown) throw cause;
    return act();
  }
}

export const prove = (password: string): Promise<void> =>
  ask('/api/v1/session/proof', { body: { password } });
