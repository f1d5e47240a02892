import { computed, ref, shallowRef, watch } from 'vue';
import type { components } from '../api/schema.gen.ts';
import { ask, Problem } from '../base/api.ts';
import type { PlanPicture, PlanShade } from '../map/plan.ts';
import { ended } from '../staff/session.ts';
import { type Question, queryOf, readQuestion } from './question.ts';

type S = components['schemas'];
export type Options = S['AnalysisOptions'];
export type Coverage = S['AnalysisCoverage'];
export type Area = S['AnalysisArea'];
export type Totals = S['AnalysisTotals'];
export type Service = S['AnalysisReached'];
export type Missed = S['AnalysisMissed'];
export type MissedPage = S['AnalysisMissedPage'];

/** How long a first answer may take: a whole city may have to be read. */
const patience = 60_000;

/** The page's one question, what the server says to it, and what is looked at. */
export function usePlan() {
  const question = ref<Question>(readQuestion(location.search));
  const options = shallowRef<Options | null>(null);
  const coverage = shallowRef<Coverage | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const busy = ref(false);
  const shade = ref<PlanShade>('demand');
  const community = ref('');
  const service = ref('');
  const others = shallowRef<Coverage[]>([]);
  const compared = ref<string[]>([]);
  let current: AbortController | undefined;

  async function load(): Promise<void> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    busy.value = true;
    problem.value = null;
    try {
      options.value ??= await ask<Options>('/api/v1/plan/options', { signal: mine.signal });
      const fetchOf = (kind: string) =>
        ask<Coverage>('/api/v1/plan/coverage', {
          query: queryOf({ ...question.value, service: kind }),
          signal: mine.signal,
          timeout: patience,
        });
      const answer = await fetchOf(question.value.service);
      coverage.value = answer;
      if (!answer.communities?.some((one) => one.code === community.value)) community.value = '';
      others.value = await Promise.all(compared.value.map(fetchOf));
    } catch (cause) {
      if (mine.signal.aborted) return;
      if (!(cause instanceof Problem)) throw cause;
      if (!ended(cause)) problem.value = cause;
    } finally {
      if (current === mine) busy.value = false;
    }
  }

  watch([question, compared], () => void load(), { deep: true });
  watch(
    question,
    (next) => {
      const q = new URLSearchParams(location.search);
      for (const name of ['age_from', 'age_to', 'alone', 'tag', 'service', 'planned', 'metres', 'region'])
        q.delete(name);
      for (const [name, value] of Object.entries(queryOf(next))) q.set(name, value);
      history.replaceState(null, '', `?${q.toString().replaceAll('%2C', ',')}`);
    },
    { deep: true },
  );

  const picture = computed<PlanPicture | undefined>(() => {
    const answer = coverage.value;
    if (!answer) return undefined;
    return {
      cells: answer.cells as unknown as PlanPicture['cells'],
      services: answer.services ?? [],
      metres: answer.question.metres,
      shade: shade.value,
      community: community.value,
      service: service.value,
    };
  });
  const change = (part: Partial<Question>) => {
    question.value = { ...question.value, ...part };
  };
  return {
    question,
    options,
    coverage,
    problem,
    busy,
    shade,
    community,
    service,
    others,
    compared,
    picture,
    load,
    change,
  };
}

export type Plan = ReturnType<typeof usePlan>;
