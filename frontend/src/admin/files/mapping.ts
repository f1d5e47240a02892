/**
 * The mapping as a value: every change gives a new one, and what is wrong or open with it is read from it. The server
 * judges in the end; this is what the table marks at once.
 */
import type { FieldOf, Import, ImportKind, Mapping } from './shapes.ts';

/** Where a field's value comes from. */
export type Origin =
  | { from: 'nothing' }
  | { from: 'column'; column: string }
  | { from: 'pattern'; pattern: string }
  | { from: 'constant'; value: string };

export function originOf(mapping: Mapping, field: string): Origin {
  const column = mapping.columns?.[field];
  if (column !== undefined)
    return /[{}]|^$/.test(column) ? { from: 'pattern', pattern: column } : { from: 'column', column };
  const value = mapping.constants?.[field];
  return value === undefined ? { from: 'nothing' } : { from: 'constant', value };
}

export function withOrigin(mapping: Mapping, field: string, origin: Origin): Mapping {
  const columns = without(mapping.columns, field);
  const constants = without(mapping.constants, field);
  if (origin.from === 'column') columns[field] = origin.column;
  if (origin.from === 'pattern') columns[field] = origin.pattern;
  if (origin.from === 'constant') constants[field] = origin.value;
  return { ...mapping, columns, constants };
}

/** Their word -> ours; an empty word takes the entry away. */
export function withValue(mapping: Mapping, field: string, theirs: string, ours: string): Mapping {
  const words = without(mapping.values?.[field], theirs);
  if (ours) words[theirs] = ours;
  const values = without(mapping.values, field);
  if (Object.keys(words).length) values[field] = words;
  return { ...mapping, values };
}

/** A place can be given as x and y in the mapping's datum where the kind has longitude and latitude. */
export function fieldsOf(kind: ImportKind | undefined): FieldOf[] {
  const fields = kind?.fields ?? [];
  const named = new Set(fields.map((field) => field.name));
  if (!named.has('lon') || !named.has('lat') || named.has('x')) return fields;
  const plane = (name: string): FieldOf => ({
    name,
    title: name === 'x' ? 'X（东）' : 'Y（北）',
    title_en: name === 'x' ? 'X (east)' : 'Y (north)',
    type: 'float',
    required: false,
    help: '',
    help_en: '',
    values: null,
  });
  return [...fields, plane('x'), plane('y')];
}

/** The required fields nothing is given for. */
export function missing(kind: ImportKind | undefined, mapping: Mapping): FieldOf[] {
  return (kind?.fields ?? []).filter(
    (field) =>
      field.required &&
      originOf(mapping, field.name).from === 'nothing' &&
      mapping.defaults?.[field.name] === undefined,
  );
}

/** Their columns that go nowhere. */
export function unused(columns: Import['columns'], mapping: Mapping): string[] {
  const given = Object.values(mapping.columns ?? {});
  const taken = new Set(
    given.flatMap((one) => [one, ...[...one.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name)]),
  );
  return (columns ?? []).map((column) => column.name).filter((name) => !taken.has(name));
}

/** Their words for a field of fixed words, as far as samples show them: each with what it means for us, if known. */
export function wordsOf(field: FieldOf, columns: Import['columns'], mapping: Mapping): Map<string, string> {
  const known = mapping.values?.[field.name] ?? {};
  const origin = originOf(mapping, field.name);
  const column = origin.from === 'column' ? columns?.find((one) => one.name === origin.column) : undefined;
  const own = new Map<string, string>();
  for (const one of field.values ?? [])
    for (const word of [one.value, one.title, one.title_en]) own.set(word.toLowerCase(), one.value);
  const words = new Map<string, string>();
  for (const theirs of [...Object.keys(known), ...(column?.samples ?? [])])
    if (theirs.trim()) words.set(theirs, known[theirs] ?? own.get(theirs.trim().toLowerCase()) ?? '');
  return words;
}

/** Whether a file of this name is likely about that; the words cities use for their lists. */
export function guessKind(name: string): string {
  const hints: [RegExp, string][] = [
    [/人口|居民|住户|户籍|people|person|resident|population/i, 'people'],
    [/房屋|户室|分户|dwelling|room|flat/i, 'dwellings'],
    [/楼|建筑|building/i, 'buildings'],
    [/网格|辖区|社区|区划|region|grid|district|boundar|kreis/i, 'regions'],
    [/企业|单位|法人|商户|organi[sz]ation|company|business/i, 'organisations'],
    [/案件|工单|事件|诉求|热线|case|report|request|311|zueriwieneu/i, 'cases'],
    [/服务|食堂|医院|学校|service|canteen|clinic/i, 'services'],
    [/设施|部件|果皮箱|垃圾|路灯|井盖|facilit|asset|bin|lamp|abfall/i, 'facilities'],
  ];
  return hints.find(([words]) => words.test(name))?.[1] ?? '';
}

function without<T>(of: Record<string, T> | null | undefined, name: string): Record<string, T> {
  const { [name]: _, ...rest } = of ?? {};
  return rest;
}
