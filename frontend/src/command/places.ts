import { shallowRef } from 'vue';
import type { CaseRow, Region } from '../api/types.ts';
import { ask, Problem } from '../base/api.ts';
import { lang } from '../base/i18n.ts';
import { t } from './words.ts';

/** Names of communities by code, asked for once, so that a row can say 翠竹 03 网格 where it knows only the code. */
const communities = shallowRef(new Map<string, Region>());

export async function loadCommunities(): Promise<void> {
  try {
    const { items } = await ask<{ items: Region[] | null }>('/api/v1/regions', {
      query: { level: 'community' },
    });
    communities.value = new Map((items ?? []).map((region) => [region.code, region]));
  } catch (cause) {
    // Rows then show the number of the grid alone, which is right too.
    if (!(cause instanceof Problem)) throw cause;
  }
}

export function gridName(row: Pick<CaseRow, 'grid_code' | 'scope_code'>): string {
  const code = row.grid_code ?? row.scope_code;
  const community = communities.value.get(code.slice(0, 12));
  if (!row.grid_code) return community ? community.name : t('no_grid');
  const number = row.grid_code.slice(-3).replace(/^0/, '');
  if (lang() === 'en') return `${community?.name_en || community?.name || ''} grid ${number}`.trim();
  return `${(community?.name ?? '').replace(/(社区|村|居委会)$/, '')} ${number} 网格`.trim();
}
