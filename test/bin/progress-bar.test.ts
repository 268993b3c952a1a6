import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { progressBar } from '../../bin/rehearsal/progress-bar.ts';
import type { Run } from '../../core/plan.ts';
import { asOf } from '../entries.ts';

const clients = { authentications: 10_712, failures: 0 };

/** What is drawn once 20 of 38 secrets are promoted and a wave goes back. */
function drawn(drawing: { readonly isTTY?: boolean; readonly columns?: number }): readonly string[] {
  const lines: string[] = [];
  const watch = progressBar(38, { ...drawing, write: (text) => lines.push(text) });
  watch({ kind: 'secret promoted', name: 'prod/low/orders/api-key-1', promoted: 20, at: asOf }, clients);
  watch({ kind: 'state', run: 'run-1' as Run, state: 'Roll back wave', wave: 2, at: asOf }, clients);
  return lines;
}

const over = '\r\x1b[2K';
const said = '20/38  wave 2: Roll back wave  clients: 10,712, 0 failed';

describe('the bar of a rehearsal', () => {
  it('is a line of its own for each state where there is no terminal', () => {
    assert.deepEqual(drawn({}), [`[################..............] ${said}\n`]);
  });

  it('is drawn over itself in a terminal', () => {
    assert.equal(drawn({ isTTY: true, columns: 120 }).at(-1), `${over}[################..............] ${said}`);
  });

  it('leaves room for what is said beside it in a terminal of 80 columns, or of nobody knows how many', () => {
    for (const columns of [{ columns: 80 }, { columns: 0 }, {}])
      assert.equal(drawn({ isTTY: true, ...columns }).at(-1), `${over}[#########.........] ${said}`);
  });

  it('is narrower than a terminal, however narrow that is: what goes on in a second line cannot be drawn over', () => {
    for (const columns of [20, 40, 61, 62, 63]) {
      for (const line of drawn({ isTTY: true, columns })) assert.ok(line.length - over.length < columns, line);
    }
  });
});
