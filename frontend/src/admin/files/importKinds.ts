import { type ShallowRef, shallowRef } from 'vue';
import { ask, Problem } from '../../base/api.ts';
import { lang } from '../../base/i18n.ts';
import type { ImportKind } from './shapes.ts';

const kinds = shallowRef<ImportKind[] | null>(null);
let asked = false;

/** What can be imported, with its fields and their words; asked for once for the whole page. */
export function useImportKinds(): ShallowRef<ImportKind[] | null> {
  if (!asked) {
    asked = true;
    ask<{ items: ImportKind[] | null }>('/api/v1/import-kinds').then(
      ({ items }) => {
        kinds.value = items ?? [];
      },
      (cause) => {
        asked = false; // the next who needs them asks again
        if (!(cause instanceof Problem)) throw cause;
      },
    );
  }
  return kinds;
}

export function titled(item: { title: string; title_en: string } | undefined): string {
  if (!item) return '';
  return lang() === 'en' ? item.title_en || item.title : item.title || item.title_en;
}
