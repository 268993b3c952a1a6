import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { instant } from '../../../core/instant.ts';
import type { PlannedSecret, Run } from '../../../core/plan.ts';
import { cutIntoWaves, orderIntoWaves } from '../../../core/planning/waves.ts';
import { arnOf, selectedWith } from '../../entries.ts';
import { settingsWith } from '../../settings.ts';

const run = 'run-1' as Run;

const planned = (tier: string, name: string): PlannedSecret => ({
  ...selectedWith({ tier, name: `prod/${tier}/${name}`, arn: arnOf(`prod/${tier}/${name}`) }),
  newVersion: `new-${name}`,
  currentSince: instant(0),
});

const many = (tier: string, count: number): PlannedSecret[] =>
  Array.from({ length: count }, (_, index) => planned(tier, `key-${String(index).padStart(3, '0')}`));

const shape = (secrets: readonly PlannedSecret[], settings = settingsWith({})) =>
  orderIntoWaves(run, secrets, settings).map((batches) =>
    batches.map(({ tier, secrets: { length } }) => `${length} ${tier}`),
  );

describe('waves', () => {
  it('lay the ChromePay selection into 5, 20 and 13, low risk first, in batches of one tier', () => {
    const selection = [...many('high', 12), ...many('medium', 15), ...many('low', 11)];
    assert.deepEqual(shape(selection), [
      ['5 low'],
      ['6 low', '7 medium', '7 medium'],
      ['1 medium', '6 high', '6 high'],
    ]);
  });

  it('hold batches that Step Functions passes on, with all that is claimed of them, however long the names are (256 KiB)', () => {
    const name = (index: number) => `prod/low/${String(index).padStart(2, '0')}`.padEnd(512, '/_+=.@-');
    const longest = Array.from({ length: 20 }, (_, index): PlannedSecret => {
      const [tag, arn] = ['t'.repeat(256), arnOf(name(index))];
      return { ...planned('low', 'a'), name: name(index), arn, service: tag, rotator: tag, probe: tag };
    });
    const [[batch] = []] = orderIntoWaves(run, longest, settingsWith({ batchSize: 20, waveSizes: [20] }));
    const claims = longest.map(({ name, arn }) => ({ name, arn, kind: 'rotated', versionId: 'v'.repeat(64) }));
    const passedOn = JSON.stringify({ run, batch, answer: { kind: 'turned', claims } });
    assert.equal(batch?.secrets.length, 20);
    assert.ok(Buffer.byteLength(passedOn) < 262_144, `${Buffer.byteLength(passedOn)} bytes`);
  });

  it('order by tier as configured, then by name, whatever order they are given in', () => {
    const [wave] = cutIntoWaves(
      [planned('high', 'a'), planned('low', 'b'), planned('medium', 'c'), planned('low', 'B'), planned('low', 'a')],
      settingsWith({ waveSizes: [] }),
    );
    assert.deepEqual(
      wave?.map(({ name }) => name),
      ['prod/low/B', 'prod/low/a', 'prod/low/b', 'prod/medium/c', 'prod/high/a'],
    );
  });

  it('are none when nothing was selected', () => {
    assert.deepEqual(shape([]), []);
  });

  it('are only as many as there is something to put in', () => {
    assert.deepEqual(shape(many('low', 5)), [['5 low']]);
    assert.deepEqual(shape(many('low', 6)), [['5 low'], ['1 low']]);
    assert.deepEqual(shape(many('low', 2)), [['2 low']]);
  });

  it('number waves from one and batches from zero', () => {
    const waves = orderIntoWaves(
      run,
      [...many('low', 6), ...many('high', 3)],
      settingsWith({ waveSizes: [2], batchSize: 3 }),
    );
    assert.deepEqual(
      waves.flat().map(({ wave, index, tier, secrets }) => [wave, index, tier, secrets.length]),
      [
        [1, 0, 'low', 2],
        [2, 0, 'low', 2],
        [2, 1, 'low', 2],
        [2, 2, 'high', 3],
      ],
    );
  });

  it('fill a batch exactly before they begin another', () => {
    assert.deepEqual(shape(many('low', 10), settingsWith({ waveSizes: [], batchSize: 10 })), [['10 low']]);
    assert.deepEqual(shape(many('low', 11), settingsWith({ waveSizes: [], batchSize: 10 })), [['5 low', '6 low']]);
  });

  it('say in every batch which run it is of', () => {
    assert.deepEqual(
      orderIntoWaves(run, many('low', 7), settingsWith({}))
        .flat()
        .map((batch) => batch.run),
      ['run-1', 'run-1'],
    );
  });
});

describe('whatever is selected, waves', () => {
  const tiers = fc.constantFrom('low', 'medium', 'high');
  const selections = fc.uniqueArray(fc.tuple(tiers, fc.stringMatching(/^[a-z]{1,6}$/)), {
    selector: ([tier, name]) => `${tier}/${name}`,
    maxLength: 80,
  });
  const arrangements = fc
    .record({
      waveSizes: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
      batchSize: fc.integer({ min: 1, max: 9 }),
    })
    .map(settingsWith);

  it('hold every selected secret once, and nothing else', () => {
    fc.assert(
      fc.property(selections, arrangements, (selection, settings) => {
        const secrets = selection.map(([tier, name]) => planned(tier, name));
        const inWaves = orderIntoWaves(run, secrets, settings).flatMap((batches) =>
          batches.flatMap((batch) => batch.secrets),
        );
        assert.deepEqual(inWaves.map(({ arn }) => arn).sort(), secrets.map(({ arn }) => arn).sort());
      }),
    );
  });

  it('never go back from a higher tier to a lower one', () => {
    fc.assert(
      fc.property(selections, arrangements, (selection, settings) => {
        const secrets = selection.map(([tier, name]) => planned(tier, name));
        const ranks = orderIntoWaves(run, secrets, settings)
          .flat()
          .map(({ tier }) => ['low', 'medium', 'high'].indexOf(tier));
        assert.deepEqual(
          ranks,
          ranks.toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('are as large as configured, and their batches are of one tier, within the limit and even', () => {
    fc.assert(
      fc.property(selections, arrangements, (selection, settings) => {
        const waves = orderIntoWaves(
          run,
          selection.map(([tier, name]) => planned(tier, name)),
          settings,
        );
        waves.forEach((batches, index) => {
          const size = batches.reduce((sum, { secrets }) => sum + secrets.length, 0);
          if (index < waves.length - 1) assert.equal(size, settings.waveSizes[index]);
          for (const batch of batches) {
            const ofItsTier = batches.filter(({ tier }) => tier === batch.tier).map(({ secrets }) => secrets.length);
            assert(batch.secrets.every(({ tier }) => tier === batch.tier));
            assert(batch.secrets.length <= settings.batchSize);
            assert(Math.max(...ofItsTier) - Math.min(...ofItsTier) <= 1);
          }
        });
      }),
    );
  });
});
