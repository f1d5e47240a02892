import { lang } from '../base/i18n.ts';
import { shownName } from '../page/page.ts';
import type { Coverage, Options } from './plan.ts';
import type { Question } from './question.ts';
import { termOf, w } from './words.ts';

/** The question as one sentence: the head of the sheet on paper, and of the picture. */
export function sentenceOf(question: Question, options: Options | null): string {
  const { from, to, tag, alone, metres, service } = question;
  const region = options?.regions?.find((one) => one.code === question.region);
  const sort = tag ? termOf('tag', tag) : w(alone ? 'sort_alone' : 'sort_all');
  return [
    w('s_see'),
    w('age_n', { n: from }),
    to < 0 ? w('age_up') : w('age_last', { n: to }),
    w('s_people'),
    sort + w('s_pause'),
    w('s_within'),
    w('metres_n', { n: metres }),
    w('s_reach'),
    termOf('kind', service) + w('s_pause'),
    w('s_in'),
    region ? shownName(region) : w('area_all'),
  ]
    .join(lang() === 'zh' ? '' : ' ')
    .replaceAll(' ,', ',')
    .replace(/(\p{Script=Han})(?=\d)/gu, '$1 ');
}

/** How it was counted: the groups first, which every figure rests on. */
export function notesOf({ rule, notes }: Coverage): string[] {
  const { least_people: people, least_households: households, cell_metres: cell, round } = rule;
  const more = (notes ?? []).flatMap(({ code, n }) => {
    if (code === 'merged_outside') return [w('note_merged_outside')];
    if (code === 'no_capacity') return [w('note_no_capacity', { n: n ?? 0 })];
    if (code === 'other_unit') return [w('note_other_unit', { n: n ?? 0 })];
    return [];
  });
  return [w('note_groups', { people, households, cell, round }), w('note_share'), ...more];
}
