import { isState, type State, states, symbolImage } from '../base/symbols.ts';
import { iconPath } from './icons.ts';
import { fade, mix, palettes, type Theme } from './palette.ts';
import { shares } from './style/cases.ts';

/**
 * The pictures of the map, drawn when the style first asks for one by name. A name says everything the picture
 * shows, so each is drawn once and shared:
 *   case|theme|state|late      donut|theme|size|shares by state|late
 *   facility|theme|class|state  service|theme|kind|state
 */
export interface Picture {
  svg: string;
  /** Side in CSS pixels; the SVG is drawn twice as large. */
  side: number;
}

const dense = 2;

export function picture(name: string): Picture | null {
  const [what, theme, a = '', b = '', c = ''] = name.split('|');
  if (theme !== 'night' && theme !== 'day') return null;
  if (what === 'case') return isState(a) ? casePicture(theme, a, b === 'late') : null;
  if (what === 'donut') return donutPicture(theme, Number(a), b, c === 'late');
  // Lamps, trees and bollards are many and seldom asked for: a dot each.
  if (what === 'facility' && a === 'other') return dotPicture(theme, b === 'intact' || b === '');
  if (what === 'facility') return badge(theme, a, 'square', b === 'intact' || b === '');
  if (what === 'service') return badge(theme, a, 'disc', true);
  return null;
}

function casePicture(theme: Theme, state: State, late: boolean): Picture {
  const p = palettes[theme];
  const side = 24;
  const ink = { colour: p.states[state], behind: p.panel, danger: p.danger };
  return { side, svg: symbolImage(state, late, ink, side * dense) };
}

const sides = [32, 38, 46, 54] as const;

/** A ring of the states in it, clockwise in the order of the work; a red rim outside when something is overdue. */
export function donutPicture(theme: Theme, size: number, composition: string, late: boolean): Picture {
  const p = palettes[theme];
  const side = sides[size] ?? sides[0];
  const middle = side / 2;
  const thick = 4 + size * 0.6;
  const radius = middle - thick / 2 - 3;
  const parts = composition.split('.').map(Number);
  const total = parts.reduce((sum, part) => sum + part, 0) || shares;
  const round = 2 * Math.PI * radius;
  let gone = 0;
  const arcs = states.map((state, i) => {
    const length = (round * (parts[i] ?? 0)) / total;
    const arc = length
      ? `<circle cx="${middle}" cy="${middle}" r="${radius}" fill="none" stroke="${p.states[state]}" stroke-width="${thick}" stroke-dasharray="${length} ${round - length}" stroke-dashoffset="${-gone}" transform="rotate(-90 ${middle} ${middle})"/>`
      : '';
    gone += length;
    return arc;
  });
  const rim = late
    ? `<circle cx="${middle}" cy="${middle}" r="${middle - 1}" fill="none" stroke="${p.danger}" stroke-width="1.6"/>`
    : '';
  return {
    side,
    svg: svgOf(
      side,
      `<circle cx="${middle}" cy="${middle}" r="${middle - 2}" fill="${fade(p.panel, 0.94)}"/>${arcs.join('')}${rim}`,
    ),
  };
}

function dotPicture(theme: Theme, intact: boolean): Picture {
  const p = palettes[theme];
  const side = 10;
  const ink = intact ? mix(p.panel, p.label, 0.55) : p.danger;
  return { side, svg: svgOf(side, `<circle cx="5" cy="5" r="3.2" fill="${ink}" stroke="${p.panel}"/>`) };
}

function badge(theme: Theme, name: string, form: 'square' | 'disc', intact: boolean): Picture {
  const p = palettes[theme];
  const side = 22;
  const service = form === 'disc';
  const tint = service ? p.accent : p.label;
  const back = mix(p.panel, tint, theme === 'day' ? 0.06 : 0.1);
  const edge = intact ? mix(p.panel, tint, service ? 0.55 : 0.4) : p.danger;
  const ink = mix(tint, p.text, theme === 'day' ? 0.1 : 0.25);
  const frame =
    form === 'disc'
      ? `<circle cx="11" cy="11" r="10" fill="${back}" stroke="${edge}"/>`
      : `<rect x="1.5" y="1.5" width="19" height="19" rx="5" fill="${back}" stroke="${edge}"/>`;
  const strokes = `<path transform="translate(3 3)" d="${iconPath(name)}" fill="none" stroke="${ink}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>`;
  return { side, svg: svgOf(side, frame + strokes) };
}

function svgOf(side: number, inner: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side * dense}" height="${side * dense}" viewBox="0 0 ${side} ${side}">${inner}</svg>`;
}

/** Makes pixels of a picture. data: keeps to the content security policy (img-src 'self' data: blob:). */
export async function pixels(of: Picture): Promise<{ image: ImageData; ratio: number }> {
  const side = of.side * dense;
  const image = new Image(side, side);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(of.svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw the symbols of the map');
  context.drawImage(image, 0, 0, side, side);
  return { image: context.getImageData(0, 0, side, side), ratio: dense };
}
