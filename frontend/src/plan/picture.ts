/** The map as a picture to put into a report: title, map, legend, what was counted and when, and where it is from. */
export interface Sheet {
  map: HTMLCanvasElement;
  title: string;
  lines: readonly string[];
  legend: string;
  colours: readonly string[];
  bounds: readonly string[];
  /** What the signs on the map mean. */
  signs: readonly { sign: Sign; text: string }[];
  ink: string;
  paper: string;
  accent: string;
  outline: string;
}
export type Sign = 'cell' | 'reach' | 'dot' | 'ring';

const margin = 20;

export function sheet(of: Sheet): HTMLCanvasElement {
  const { map, title, lines, legend, colours, bounds, signs, ink, paper, accent, outline } = of;
  const unit = Math.max(1, map.width / 1100);
  const out = document.createElement('canvas');
  const pen = out.getContext('2d');
  if (!pen) throw new Error('no canvas');
  const room = map.width / unit - 2 * margin;
  const font = (size: number, weight = 400) => {
    pen.font = `${weight} ${size * unit}px system-ui, "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif`;
  };
  const fold = (text: string, size: number, weight = 400) => {
    font(size, weight);
    return wrapped(text, room, (part) => pen.measureText(part).width / unit);
  };
  const head = fold(title, 20, 650);
  const foot = lines.flatMap((line) => fold(line, 12));
  font(12);
  const rows: { sign: Sign; text: string; x: number; row: number }[] = [];
  let [x, row] = [0, 0];
  for (const one of signs) {
    const wide = 24 + pen.measureText(one.text).width / unit + 20;
    if (x && x + wide > room) [x, row] = [0, row + 1];
    rows.push({ ...one, x: margin + x, row });
    x += wide;
  }

  const top = 24 + 28 * head.length;
  const under = top + map.height / unit;
  const afterSigns = under + 84 + 20 * (row + 1);
  out.width = map.width;
  out.height = Math.ceil((afterSigns + 20 * foot.length + 8) * unit);
  pen.fillStyle = paper;
  pen.fillRect(0, 0, out.width, out.height);
  pen.drawImage(map, 0, top * unit);
  pen.scale(unit, unit);
  const write = (text: string, left: number, base: number, size: number, weight = 400) => {
    pen.fillStyle = ink;
    pen.font = `${weight} ${size}px system-ui, "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif`;
    pen.fillText(text, left, base);
  };
  head.forEach((line, i) => {
    write(line, margin, 34 + 28 * i, 20, 650);
  });
  write(legend, margin, under + 26, 13);
  const wide = Math.min(62, room / colours.length);
  colours.forEach((colour, i) => {
    pen.fillStyle = colour;
    pen.fillRect(margin + i * wide, under + 34, wide, 12);
    write(bounds[i] ?? '', margin + i * wide, under + 60, 11);
  });
  for (const one of rows) {
    const base = under + 84 + 20 * one.row;
    draw(pen, one.sign, one.x, base - 4, { ink, paper, accent, outline });
    write(one.text, one.x + 24, base, 12);
  }
  foot.forEach((line, i) => {
    write(line, margin, afterSigns + 20 * i, 12);
  });
  return out;
}

function draw(
  pen: CanvasRenderingContext2D,
  sign: Sign,
  x: number,
  y: number,
  { ink, paper, accent, outline }: Pick<Sheet, 'ink' | 'paper' | 'accent' | 'outline'>,
): void {
  pen.lineWidth = 2;
  pen.beginPath();
  if (sign === 'cell') {
    pen.strokeStyle = outline;
    pen.strokeRect(x + 1, y - 5, 15, 10);
  } else if (sign === 'reach') {
    pen.strokeStyle = ink;
    pen.setLineDash([5, 3]);
    pen.moveTo(x, y);
    pen.lineTo(x + 17, y);
    pen.stroke();
    pen.setLineDash([]);
  } else {
    pen.arc(x + 8, y, 5, 0, 2 * Math.PI);
    pen.fillStyle = sign === 'dot' ? accent : paper;
    pen.strokeStyle = accent;
    pen.fill();
    pen.stroke();
  }
}

/** A text in lines no wider than `room`; Latin words stay whole, and no line begins with a mark that ends a clause. */
export function wrapped(text: string, room: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of text.match(/(?:[\x21-\x7e]+ ?|[^\x21-\x7e])[，。、；：）]*/g) ?? []) {
    if (line && measure((line + part).trimEnd()) > room) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += line ? part : part.trimStart();
  }
  return line ? [...lines, line.trimEnd()] : lines;
}

export async function pressed(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('no picture');
  return blob;
}
