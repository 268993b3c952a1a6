import type { Watch } from '../../rehearsal/day/progress.ts';

/** The bar itself. What is said beside it is more worth in a narrow terminal, and needs some sixty columns. */
const widest = 30;
const beside = 62;

/** Where a bar is drawn: a terminal, over and over on one line, or anything else, line by line. */
export interface Drawing {
  readonly isTTY?: boolean;
  /** How wide a terminal is. A line that is not narrower cannot be drawn over. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows how far a run is by one bar: what is rotated of what was expected to be, and how the clients fare. */
export function progressBar(expected: number, drawing: Drawing): Watch {
  let promoted = 0;
  let state = '';
  let drawn = '';
  return (happening, { authentications, failures }) => {
    if (happening.kind === 'secret promoted') promoted = happening.promoted;
    if (happening.kind === 'state') {
      state = happening.wave === undefined ? happening.state : `wave ${happening.wave}: ${happening.state}`;
    }
    const { isTTY = false } = drawing;
    // Some terminals do not say how wide they are, or say 0.
    const columns = drawing.columns || 80;
    const width = isTTY ? Math.max(0, Math.min(widest, columns - beside)) : widest;
    const share = expected === 0 ? 1 : Math.min(1, promoted / expected);
    const full = Math.round(share * width);
    const bar = `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${promoted}/${expected}  ${state}`;
    // A terminal shows every change; a log only each new state.
    if (!isTTY && (happening.kind !== 'state' || bar === drawn)) return;
    drawn = bar;
    const line = `${bar}  clients: ${authentications.toLocaleString('en')}, ${failures} failed`;
    drawing.write(isTTY ? `\r\x1b[2K${line.slice(0, columns - 1)}` : `${line}\n`);
    if (isTTY && state === 'Close run' && happening.kind === 'state') drawing.write('\n');
  };
}
