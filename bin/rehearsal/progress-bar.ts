import type { Watch } from '../../rehearsal/progress.ts';

const width = 30;

/** Where a bar is drawn: a terminal, over and over on one line, or anything else, line by line. */
export interface Drawing {
  readonly isTTY?: boolean;
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
    const share = expected === 0 ? 1 : Math.min(1, promoted / expected);
    const full = Math.round(share * width);
    const bar = `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${promoted}/${expected}  ${state}`;
    // A terminal shows every change; a log only each new state.
    if (drawing.isTTY !== true && (happening.kind !== 'state' || bar === drawn)) return;
    drawn = bar;
    const line = `${bar}  clients: ${authentications.toLocaleString('en')}, ${failures} failed`;
    drawing.write(drawing.isTTY === true ? `\r\x1b[2K${line}` : `${line}\n`);
    if (drawing.isTTY === true && state === 'Close run' && happening.kind === 'state') drawing.write('\n');
  };
}
