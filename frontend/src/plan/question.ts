/** The planner's question as values, and as the address that holds it. */
export interface Question {
  from: number;
  /** The last year of age; -1 is no end. */
  to: number;
  alone: boolean;
  tag: string;
  service: string;
  planned: boolean;
  metres: number;
  region: string;
}

export const first: Question = {
  from: 60,
  to: -1,
  alone: false,
  tag: '',
  service: 'canteen',
  planned: false,
  metres: 500,
  region: '',
};

/** As the server is asked; what is usual is not said. */
export function queryOf(q: Question): Record<string, string> {
  const query: Record<string, string> = {
    age_from: String(q.from),
    service: q.service,
    metres: String(q.metres),
  };
  if (q.to >= 0) query.age_to = String(q.to);
  if (q.alone) query.alone = 'true';
  if (q.tag) query.tag = q.tag;
  if (q.planned) query.planned = 'true';
  if (q.region) query.region = q.region;
  return query;
}

/** Reads an address, which may hold anything: what is no number of metres or years is as at first. */
export function readQuestion(search: string): Question {
  const q = new URLSearchParams(search);
  const whole = (name: string, usual: number) => {
    const text = q.get(name) ?? '';
    return /^\d{1,4}$/.test(text) ? Number(text) : usual;
  };
  const word = (name: string, usual: string, form: RegExp) => {
    const text = q.get(name) ?? usual;
    return form.test(text) ? text : usual;
  };
  return {
    from: whole('age_from', first.from),
    to: whole('age_to', first.to),
    alone: q.get('alone') === 'true',
    tag: word('tag', '', /^[a-z_]{0,40}$/),
    service: word('service', first.service, /^[a-z_]{1,40}$/),
    planned: q.get('planned') === 'true',
    metres: whole('metres', first.metres),
    region: word('region', '', /^\d{0,15}$/),
  };
}

/** Who lives alone and who carries a tag are one word of the sentence: at most two things are asked of a person. */
export type Sort = 'all' | 'alone' | `tag:${string}`;

export function sortOf(q: Question): Sort {
  if (q.tag) return `tag:${q.tag}`;
  return q.alone ? 'alone' : 'all';
}

export function withSort(q: Question, sort: Sort): Question {
  return { ...q, alone: sort === 'alone', tag: sort.startsWith('tag:') ? sort.slice(4) : '' };
}

/** Years of age that may be asked for; to null is no end. */
export interface Ages {
  from: number;
  to: number | null;
}

/** Each first year once. */
export function firstYears(ages: readonly Ages[]): number[] {
  return [...new Set(ages.map((one) => one.from))];
}

/** The last years that may be asked for with a first year; -1 is no end. */
export function lastYears(ages: readonly Ages[], from: number): number[] {
  return ages.filter((one) => one.from === from).map((one) => one.to ?? -1);
}

/** Another first year takes the last year along where both may be asked for. */
export function withFrom(q: Question, from: number, ages: readonly Ages[]): Question {
  const lasts = lastYears(ages, from);
  return { ...q, from, to: lasts.includes(q.to) ? q.to : (lasts[0] ?? -1) };
}

/** Minutes of an elderly person's walk, where the distance is a whole number of them. */
export function minutes(metres: number, pace: number): number | null {
  return metres % pace === 0 ? metres / pace : null;
}
