/** What proposals say and show. */
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import { grouped, shownList } from '../../page/page.ts';
import { area2 } from './lattice.ts';
import type { FoundSet, Proposal, ProposalSet } from './shapes.ts';
import { e } from './words.ts';

export type Name = (code: string) => string;

/** Square metres as people say them: a sliver's are not nothing. */
export const ground = (m2: number): string =>
  m2 >= 10 ? grouped(Math.round(m2)) : m2 >= 0.1 ? m2.toFixed(1) : '< 0.1';
const metres = (m: number): string => (m >= 0.01 ? m.toFixed(2) : '0.01');

/** What accepting a proposal would do. */
export function sentence({ properties: p }: Proposal, name: Name): string {
  const codes = list(p.codes.slice(0, 4), name);
  const area = ground(p.area_m2);
  const gains = p.gains ? name(p.gains) : '';
  switch (p.repair) {
    case 'snap':
      return e('do_snap', { codes, m: metres(p.moved_m) });
    case 'give':
      return e('do_give', { area, gains });
    case 'cut':
      return gains ? e('do_cut_keep', { area, gains }) : e('do_cut_out', { area, codes });
    case 'remove':
      return e('do_remove', {
        codes: list(
          p.changes.filter(({ after }) => !after).map(({ code }) => code),
          name,
        ),
      });
    default:
      return e(`do_${p.repair}`, { codes });
  }
}
export const list = (codes: readonly string[], name: Name): string => shownList(codes.map(name));

/** The proposals for a finding, the first choice first. */
export function waysOf(one: FoundSet['features'][number], all: ProposalSet | null): Proposal[] {
  const { parent, number } = one.properties;
  if (number < 0) return [];
  return (all?.features ?? [])
    .filter(({ properties: p }) => p.parent === parent && p.mends.includes(number))
    .toSorted((a, b) => a.properties.choice - b.properties.choice);
}

/** A proposal on the map: as it is, or as it would be; who gains or loses ground is outlined, not who only gains corners. */
export function pictureOf({ geometry, properties }: Proposal, side: 'before' | 'after'): FeatureCollection {
  const all = properties.changes;
  const some = all.filter(({ before, after }) => Math.abs(square(before) - square(after)) > 1e-13);
  const features: Feature[] = [];
  for (const change of some.length ? some : all) {
    const outline = change[side];
    if (outline) features.push({ type: 'Feature', properties: { role: side }, geometry: outline });
  }
  const what = (of: Feature['geometry']): Feature => ({
    type: 'Feature',
    properties: { role: 'what', side },
    geometry: of,
  });
  if (geometry.type === 'MultiPoint')
    for (const coordinates of geometry.coordinates) features.push(what({ type: 'Point', coordinates }));
  else features.push(what(geometry));
  return { type: 'FeatureCollection', features };
}

/** Square degrees, holes left out: enough to tell whether ground changes hands. */
function square(of: Geometry | null): number {
  if (of?.type !== 'MultiPolygon') return 0;
  let sum = 0;
  for (const ring of of.coordinates.flat())
    sum += area2(ring.map(([x = 0, y = 0]) => ({ x: x - (ring[0]?.[0] ?? 0), y: y - (ring[0]?.[1] ?? 0) })));
  return sum / 2;
}
