/** The map as a picture to put into a report: title, map, legend, what was counted and when. */
export interface Sheet {
  map: HTMLCanvasElement;
  title: string;
  lines: readonly string[];
  legend: string;
  colours: readonly string[];
  bounds: readonly string[];
  ink: string;
  paper: string;
}

export function sheet({ map, title, lines, legend, colours, bounds, ink, paper }: Sheet): HTMLCanvasElement {
  const unit = Math.max(1, map.width / 1100);
  const head = 52 * unit;
  const foot = (64 + 22 * lines.length) * unit;
  const out = document.createElement('canvas');
  out.width = map.width;
  out.height = map.height + head + foot;
  const pen = out.getContext('2d');
  if (!pen) throw new Error('no canvas');
  const write = (text: string, x: number, y: number, size: number, weight = 400) => {
    pen.fillStyle = ink;
    pen.font = `${weight} ${size * unit}px system-ui, "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif`;
    pen.fillText(text, x, y, out.width - x - 12 * unit);
  };
  pen.fillStyle = paper;
  pen.fillRect(0, 0, out.width, out.height);
  write(title, 20 * unit, 34 * unit, 20, 650);
  pen.drawImage(map, 0, head);
  const top = head + map.height + 26 * unit;
  write(legend, 20 * unit, top, 13);
  const wide = 62 * unit;
  colours.forEach((colour, i) => {
    const x = 20 * unit + i * wide;
    pen.fillStyle = colour;
    pen.fillRect(x, top + 8 * unit, wide, 12 * unit);
    write(bounds[i] ?? '', x, top + 34 * unit, 11);
  });
  lines.forEach((line, i) => {
    write(line, 20 * unit, top + (58 + 20 * i) * unit, 12);
  });
  return out;
}

export async function pressed(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('no picture');
  return blob;
}
