import { shallowRef } from 'vue';
import { Problem } from '../base/api.ts';
import { ended } from '../staff/session.ts';

/**
 * Something the server knows and changes make old. Changes arrive in bursts, so it is asked for at most once in
 * `pause` ms; an answer that a later question has overtaken is dropped.
 */
export abstract class Renewed<T> {
  readonly problem = shallowRef<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private readonly pause: number;

  constructor(pause: number) {
    this.pause = pause;
  }

  protected abstract ask(): Promise<T>;
  protected abstract take(answer: T): void;

  async load(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const turn = ++this.turn;
    try {
      const answer = await this.ask();
      if (turn !== this.turn) return;
      this.problem.value = null;
      this.take(answer);
    } catch (cause) {
      if (turn !== this.turn || ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      this.problem.value = cause;
    }
  }

  soon(): void {
    this.timer ??= setTimeout(() => void this.load(), this.pause);
  }

  close(): void {
    this.turn++;
    clearTimeout(this.timer);
  }
}
