import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../../adapters/sha256.ts';
import { canonicalJson } from '../../../core/canonical.ts';
import { NotInArchiveError } from '../../../core/errors.ts';
import type { Batch, PlanHeader, Run } from '../../../core/plan.ts';
import { isPlanned, missingFrom, readPlan, readWave, waveOf } from '../../../core/planning/plan-reading.ts';
import type { Archive } from '../../../core/ports.ts';
import { a, b, batch, run } from './batches.ts';

const second: Batch = { ...batch, index: 1, secrets: [b] };
const inWave2: Batch = { ...batch, wave: 2, secrets: [a] };
const planned = (one: Batch) => ({ tier: one.tier, secrets: one.secrets.length, hash: sha256(canonicalJson(one)) });
const header = {
  run,
  waves: [
    { number: 1, tiers: ['low'], secrets: 3, batches: [planned(batch), planned(second)] },
    { number: 2, tiers: ['low'], secrets: 1, batches: [planned(inWave2)] },
  ],
} as unknown as PlanHeader;

const archiveOf = (texts: Readonly<Record<string, string>>): Archive => ({
  deposit: () => assert.fail('reading writes nothing'),
  fetch: async (key) => {
    const text = texts[key];
    if (text === undefined) throw new NotInArchiveError(key);
    return text;
  },
});

describe('reading a plan', () => {
  it('takes the digest of its bytes, not of what they mean (S1)', async () => {
    const read = (text: string) => readPlan(archiveOf({ 'runs/run-1/plan.json': text }), sha256, run);

    assert.deepEqual(await read('{}'), {
      header: {},
      digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    });
    assert.notEqual((await read('{} ')).digest, (await read('{}')).digest);
  });

  it('fails when there is none, or it is none', async () => {
    await assert.rejects(readPlan(archiveOf({}), sha256, run), { name: 'NotInArchiveError' });
    await assert.rejects(readPlan(archiveOf({ 'runs/run-1/plan.json': '<html>' }), sha256, run), SyntaxError);
  });

  it('reads the batches of a wave line by line', async () => {
    const texts = { 'runs/run-1/waves/1.jsonl': `${canonicalJson(batch)}\n${canonicalJson(second)}` };
    assert.deepEqual(await readWave(archiveOf(texts), run, 1), [batch, second]);
    await assert.rejects(readWave(archiveOf(texts), run, 2), { name: 'NotInArchiveError' });
    await assert.rejects(readWave(archiveOf({ 'runs/run-1/waves/1.jsonl': '' }), run, 1), SyntaxError);
  });
});

describe('a batch is the planned one (S1)', () => {
  it('when it is the same, whatever the order of its fields', () => {
    assert.ok(isPlanned(sha256, header, batch));
    assert.ok(isPlanned(sha256, header, second));
    const { run: runOfBatch, ...rest } = batch;
    assert.ok(isPlanned(sha256, header, { ...rest, run: runOfBatch }));
  });

  const altered: readonly (readonly [string, Batch])[] = [
    ['run', { ...batch, run: 'run-2' as Run }],
    ['wave', { ...batch, wave: 2 }],
    ['wave, to one that is none', { ...batch, wave: 3 }],
    ['place', { ...batch, index: 1 }],
    ['place, to one that is none', { ...batch, index: 2 }],
    ['tier', { ...batch, tier: 'high' }],
    ['secrets, by one more', { ...batch, secrets: [a, b, b] }],
    ['secrets, by one less', { ...batch, secrets: [a] }],
    ['secrets, by their order', { ...batch, secrets: [b, a] }],
    ...Object.keys(a).map((field): [string, Batch] => [
      `secret’s ${field}`,
      { ...batch, secrets: [{ ...a, [field]: 'altered' }, b] },
    ]),
  ];
  for (const [what, one] of altered) {
    it(`and not when it has another ${what}`, () => assert.ok(!isPlanned(sha256, header, one)));
  }

  it('and not by being genuine in a plan of another run', () => {
    assert.ok(!isPlanned(sha256, { ...header, run: 'run-2' as Run }, batch));
  });
});

describe('the batches that a wave’s file lacks', () => {
  const [first] = header.waves;

  it('are told by their places', () => {
    assert.deepEqual(missingFrom(first ?? assert.fail(), [batch, second]), []);
    assert.deepEqual(missingFrom(first ?? assert.fail(), [second]), [0]);
    assert.deepEqual(missingFrom(first ?? assert.fail(), [batch, batch]), [1]);
    assert.deepEqual(missingFrom(first ?? assert.fail(), []), [0, 1]);
  });
});

describe('a wave', () => {
  it('is found by its number, counted from one', () => {
    assert.equal(waveOf(header, 2).secrets, 1);
    assert.throws(() => waveOf(header, 0), /plan of run run-1 has 2 waves, so there is no wave 0/);
    assert.throws(() => waveOf(header, 3), /there is no wave 3/);
  });
});
