import type { Cell, Layout } from './layout.ts';

/** Where the walker stands: a place of the table. Inside a merged room the place tells in which lane one came. */
export interface Spot {
  row: number;
  col: number;
}

export type Step = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'top' | 'bottom' | 'above' | 'below';

/** Which key means which step. Page up and down go storey by storey, whatever lies straight above or below. */
export function stepOf(key: string, ctrl: boolean): Step | null {
  if (ctrl) return key === 'Home' ? 'top' : key === 'End' ? 'bottom' : null;
  const steps: Record<string, Step> = {
    ArrowLeft: 'left',
    ArrowRight: 'right',
    ArrowUp: 'up',
    ArrowDown: 'down',
    Home: 'home',
    End: 'end',
    PageUp: 'above',
    PageDown: 'below',
  };
  return steps[key] ?? null;
}

/** The next place with a room; where there is none that way, the walker stays. Places without a room are stepped over. */
export function walk(of: Layout, from: Spot, step: Step): Spot {
  const at = of.slots[from.row]?.[from.col];
  const found = next(of, from, at ?? null, step);
  return found ?? from;
}

function next(of: Layout, from: Spot, at: Cell | null, step: Step): Spot | null {
  switch (step) {
    case 'left':
      return search(of, from.row, (at?.col ?? from.col) - 1, 0, -1);
    case 'right':
      return search(of, from.row, at ? at.col + at.cols : from.col + 1, 0, 1);
    case 'up':
      return search(of, (at?.row ?? from.row) - 1, from.col, -1, 0);
    case 'down':
      return search(of, at ? at.row + at.rows : from.row + 1, from.col, 1, 0);
    case 'home':
      return search(of, from.row, 0, 0, 1);
    case 'end':
      return search(of, from.row, of.columns - 1, 0, -1);
    case 'top':
      return spotOf(of.cells[0]);
    case 'bottom':
      return spotOf(of.cells.at(-1));
    case 'above':
      return storey(of, (at?.row ?? from.row) - 1, -1, from.col);
    case 'below':
      return storey(of, at ? at.row + at.rows : from.row + 1, 1, from.col);
  }
}

function search(of: Layout, row: number, col: number, down: number, right: number): Spot | null {
  for (let r = row, c = col; of.slots[r] && c >= 0 && c < of.columns; r += down, c += right)
    if (of.slots[r]?.[c]) return { row: r, col: c };
  return null;
}

/** The next storey with any room, and there the room nearest to the lane. */
function storey(of: Layout, row: number, by: number, lane: number): Spot | null {
  for (let r = row; of.slots[r]; r += by) {
    for (let off = 0; off < of.columns; off++)
      for (const col of [lane - off, lane + off]) if (of.slots[r]?.[col]) return { row: r, col };
  }
  return null;
}

function spotOf(cell: Cell | undefined): Spot | null {
  return cell ? { row: cell.row, col: cell.col } : null;
}
