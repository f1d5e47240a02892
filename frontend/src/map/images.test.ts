import { describe, expect, it } from 'vitest';
import { states } from '../base/symbols.ts';
import { classes, iconPath, kinds } from './icons.ts';
import { donutPicture, picture } from './images.ts';
import { palettes } from './palette.ts';

describe('pictures', () => {
  it.each(states)('draws the state %s in both themes, and late differently', (state) => {
    for (const theme of ['night', 'day']) {
      const calm = picture(`case|${theme}|${state}|`);
      const late = picture(`case|${theme}|${state}|late`);
      expect(calm?.svg).toContain('<svg xmlns');
      expect(late?.svg).not.toBe(calm?.svg);
    }
  });

  it('draws no two states alike', () => {
    const drawn = states.map((state) => picture(`case|day|${state}|`)?.svg);
    expect(new Set(drawn).size).toBe(states.length);
  });

  it('has a drawing of its own for every class, and one for every kind', () => {
    for (const name of classes) expect(picture(`facility|day|${name}|intact`)).not.toBeNull();
    for (const name of kinds) expect(picture(`service|night|${name}|intact`)).not.toBeNull();
    expect(new Set(classes.map(iconPath)).size).toBe(classes.length);
  });

  it('refuses a name it does not know', () => {
    for (const name of ['', 'case', 'case|dusk|filed|', 'case|day|nonsense|', 'cat|day|x|']) {
      expect(picture(name)).toBeNull();
    }
  });
});

describe('donut', () => {
  const arcs = (svg: string) =>
    [...svg.matchAll(/stroke="(#[0-9a-f]{6})"[^>]*stroke-dasharray="([\d.]+) /g)].map(
      ([, colour, length]) => ({ colour, length: Number(length) }),
    );

  it('shares the ring by the counts', () => {
    const found = arcs(donutPicture('day', 0, '6.18.0.0.0.0.0.0.0', false).svg);
    expect(found.map((arc) => arc.colour)).toEqual([palettes.day.states.reported, palettes.day.states.filed]);
    expect((found[1]?.length ?? 0) / (found[0]?.length ?? 1)).toBeCloseTo(3);
  });

  it('fills the ring even when the shares were rounded up', () => {
    const found = arcs(donutPicture('night', 2, '24.1.1.1.0.0.0.0.0', true).svg);
    const [one] = arcs(donutPicture('night', 2, '24.0.0.0.0.0.0.0.0', true).svg);
    expect(found.reduce((sum, arc) => sum + arc.length, 0)).toBeCloseTo(one?.length ?? 0);
  });
});
