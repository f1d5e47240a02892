import { type Ref, ref, shallowRef } from 'vue';
import type { Action, CaseFile, CaseRow, Step } from '../api/types.ts';
import { askFull, Problem } from '../base/api.ts';
import { ended } from '../staff/session.ts';

/** What somebody else changed while a step was being taken here. */
export interface Conflict {
  mine: CaseFile;
  theirs: CaseFile;
}

/** The case at the right: opened, acted upon, kept current. */
export class Folder {
  readonly file = shallowRef<CaseFile | null>(null);
  readonly loading = ref(false);
  readonly problem = shallowRef<Problem | null>(null);
  readonly acting = ref<Action | null>(null);
  readonly stepProblem = shallowRef<Problem | null>(null);
  readonly conflict = shallowRef<Conflict | null>(null);
  /** A step is half taken: the file must not change under the hand. */
  readonly drafting = ref(false);
  private etag: string | null = null;
  private turn = 0;
  private readonly selected: Ref<string | null>;
  private readonly onChange: (row: CaseRow) => void;

  constructor(selected: Ref<string | null>, onChange: (row: CaseRow) => void) {
    this.selected = selected;
    this.onChange = onChange;
  }

  async open(id: string | null, quiet = false): Promise<void> {
    const turn = ++this.turn;
    if (!quiet) {
      this.file.value = null;
      this.stepProblem.value = null;
      this.conflict.value = null;
      this.drafting.value = false;
    }
    this.problem.value = null;
    if (!id) return;
    this.loading.value = !quiet;
    try {
      const { data, etag } = await askFull<CaseFile>(`/api/v1/cases/${id}`);
      if (turn === this.turn) this.keep(data, etag);
    } catch (cause) {
      if (turn !== this.turn || ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      // A quiet refresh that fails leaves what is on the screen; one that finds nothing means it left my sight.
      if (!quiet || cause.status === 404) this.problem.value = cause;
    } finally {
      if (turn === this.turn) this.loading.value = false;
    }
  }

  /** Takes a step. True when it was taken; otherwise stepProblem or conflict says why not. */
  async take(step: Step): Promise<boolean> {
    const file = this.file.value;
    if (!file || this.acting.value) return false;
    this.acting.value = step.action;
    this.stepProblem.value = null;
    try {
      const { data, etag } = await askFull<CaseFile>(`/api/v1/cases/${file.id}/steps`, {
        body: step,
        headers: { 'If-Match': this.etag ?? `"${file.rev}"` },
      });
      if (this.selected.value === file.id) this.keep(data, etag);
      this.onChange(data);
      return true;
    } catch (cause) {
      if (ended(cause)) return false;
      if (!(cause instanceof Problem)) throw cause;
      if (cause.status === 412) await this.compare(file);
      else this.stepProblem.value = cause;
      return false;
    } finally {
      this.acting.value = null;
    }
  }

  /** The feed says the open case changed. Over a half-taken step this is a conflict, and the reader says when to go on. */
  changed(row: CaseRow): void {
    const file = this.file.value;
    const known = Math.max(file?.rev ?? 0, this.conflict.value?.theirs.rev ?? 0);
    if (!file || row.id !== file.id || row.rev <= known || this.acting.value) return;
    if (this.drafting.value || this.conflict.value) void this.compare(file);
    else void this.open(row.id, true);
  }

  /** The reader has seen what the other did and goes on from there. */
  accept(): void {
    const { theirs } = this.conflict.value ?? {};
    this.conflict.value = null;
    if (theirs) this.keep(theirs, `"${theirs.rev}"`);
  }

  private async compare(mine: CaseFile): Promise<void> {
    try {
      const { data } = await askFull<CaseFile>(`/api/v1/cases/${mine.id}`);
      if (this.selected.value === mine.id) this.conflict.value = { mine, theirs: data };
      this.onChange(data);
    } catch (cause) {
      if (ended(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      this.stepProblem.value = cause;
    }
  }

  private keep(file: CaseFile, etag: string | null): void {
    this.file.value = file;
    this.etag = etag;
  }
}
