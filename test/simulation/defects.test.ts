/*
 * Goal: the simulation bites. Whatever is wrong in a whole run, one of its checks says so.
 *
 * Method: each mistake is put into the steps as they are deployed, and runs are played until one breaks a promise.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import settings from '../../chromepay.config.ts';
import { defects, firstBroken } from '../../simulation/defects.ts';
import { prepare } from '../../simulation/ground.ts';

const ground = prepare(settings);
describe('whole runs in which', () => {
  const table: string[] = [];

  for (const defect of defects) {
    it(`${defect.name} break ${defect.breaks}`, async () => {
      const found = await firstBroken(ground, defect);
      assert.ok(found !== undefined, `no run broke ${defect.breaks}`);
      table.push(`  ${defect.name.padEnd(66)}${defect.breaks.padEnd(5)}run ${found.drawn.seed}`);
    });
  }

  after(() => {
    console.log(['defects put in on purpose into whole runs, and the first run that found them:', ...table].join('\n'));
    ground.leave();
  });
});

describe('each promise that a run can break', () => {
  it('has a defect that breaks it', () => {
    const promises = new Set(defects.map(({ breaks }) => breaks));
    const missing = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S10', 'S11', 'S12', 'S14'].filter(
      (promise) => !promises.has(promise as (typeof defects)[number]['breaks']),
    );
    assert.deepEqual(missing, []);
  });
});
