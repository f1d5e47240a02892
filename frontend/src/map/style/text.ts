import type { ExpressionSpecification } from 'maplibre-gl';

export type Lang = 'zh' | 'en';

/** The glyphs the server has for what is not Chinese; Chinese comes from the device's own fonts. */
export const font = ['Regular'];
export const fontBold = ['Medium'];

const name: ExpressionSpecification = ['coalesce', ['get', 'name'], ''];
const english: ExpressionSpecification = ['coalesce', ['get', 'name_en'], ''];

/** One line, for text that runs along a road: the reader's language, else what there is. */
export function oneName(lang: Lang): ExpressionSpecification {
  const [first, second] = lang === 'zh' ? [name, english] : [english, name];
  return ['case', ['!=', first, ''], first, second];
}

/** Two lines: the reader's language, and the other one smaller beneath it when it says something else. */
export function twoNames(lang: Lang): ExpressionSpecification {
  const [first, second] = lang === 'zh' ? [name, english] : [english, name];
  return [
    'case',
    ['any', ['==', first, ''], ['==', second, ''], ['==', first, second]],
    ['format', ['case', ['!=', first, ''], first, second], {}],
    ['format', first, {}, '\n', {}, second, { 'font-scale': 0.78 }],
  ];
}
