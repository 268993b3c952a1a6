import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../../adapters/sha256.ts';
import { instant } from '../../../core/instant.ts';
import type { ExecutionFacts } from '../../../core/living-ports.ts';
import {
  type AdmittedWave,
  countVerified,
  isDead,
  outcomeOfRecovery,
  recoveryName,
  sayDeath,
  settle,
  wavesAsKnown,
} from '../../../core/past-runs/recovery.ts';
import type { Run } from '../../../core/plan.ts';
import type { WaveReport } from '../../../core/report/report.ts';
import type { SecretRecord, WaveVerdict } from '../../../core/verdict/verdict.ts';
import { a, b } from '../planning/batches.ts';

const verdictOf = (verdict: WaveVerdict['verdict'], ...secrets: readonly SecretRecord[]): WaveVerdict => ({
  wave: 1,
  judgedAt: instant(0),
  verdict,
  reasons: [],
  secrets,
  verification: { claims: 0, confirmed: 0, contradicted: 0 },
});
const [sound, unsound, back, held] = [verdictOf('sound'), verdictOf('unsound'), verdictOf('back'), verdictOf('held')];

const wave = (number: number, known: Partial<AdmittedWave> = {}): AdmittedWave => ({
  number,
  secrets: [a, b],
  baked: undefined,
  rolledBack: undefined,
  renewal: undefined,
  admitted: true,
  verified: undefined,
  ...known,
});
const done = (number: number) => wave(number, { baked: sound, verified: sound });
const planned = (number: number) => wave(number, { admitted: false });

describe('what a dead run left to do', () => {
  it('is nothing when no wave was let go', () => {
    assert.deepEqual(settle([]), { next: 'close' });
    assert.deepEqual(settle([planned(1), planned(2)]), { next: 'close' });
  });

  it('S11 is first of all to send back the wave that can be half-way, however far it came', () => {
    for (const known of [{}, { baked: unsound }]) {
      const waves = [wave(1, { baked: sound }), wave(2, known), planned(3)];
      assert.deepEqual(settle(waves), { next: 'back', wave: 2 });
    }
  });

  it('S11 is then to look at every wave that was judged sound, one after the other', () => {
    const last = wave(3, { rolledBack: back });
    const unseen = (number: number) => wave(number, { baked: sound });
    assert.deepEqual(settle([unseen(1), unseen(2), last]), { next: 'verify', wave: 1 });
    assert.deepEqual(settle([done(1), unseen(2), last]), { next: 'verify', wave: 2 });
    assert.deepEqual(settle([done(1), done(2), last]), { next: 'close' });
    assert.deepEqual(settle([done(1), unseen(2), planned(3)]), { next: 'verify', wave: 2 });
  });

  it('S11 is to renew the last wave, if it was judged sound and is seen to be so still', () => {
    assert.deepEqual(settle([done(1), done(2)]), { next: 'renew', wave: 2 });
    assert.deepEqual(settle([done(1), wave(2, { baked: sound, verified: held })]), { next: 'back', wave: 2 });
  });

  it('is to close when what was judged sound went back all the same, or an earlier wave is for people to look at', () => {
    assert.deepEqual(settle([done(1), wave(2, { baked: sound, verified: held, rolledBack: back })]), { next: 'close' });
    assert.deepEqual(settle([wave(1, { baked: sound, verified: held }), wave(2, { rolledBack: held })]), {
      next: 'close',
    });
  });

  it('S11 comes to an end whatever is answered, after two things a wave at most', () => {
    const answers = [sound, held] as const;
    for (const one of answers) {
      for (const other of answers) {
        let waves = [wave(1, { baked: sound }), wave(2, { baked: sound }), planned(3)];
        const asked: string[] = [];
        for (let left = settle(waves); left.next !== 'close' && left.next !== 'renew'; left = settle(waves)) {
          asked.push(`${left.next} ${left.wave}`);
          const { wave: number } = left;
          const news = left.next === 'back' ? { rolledBack: back } : { verified: number === 1 ? one : other };
          waves = waves.map((known) => (known.number === number ? { ...known, ...news } : known));
          assert.ok(asked.length < 5);
        }
        assert.deepEqual(asked, ['verify 1', 'verify 2', ...(other === held ? ['back 2'] : [])]);
      }
    }
  });
});

describe('a wave of a dead run, as it is reported', () => {
  const at = instant(7);
  const known = (one: AdmittedWave) => wavesAsKnown([one], at)[0] ?? assert.fail('no wave');
  const unfinished = (...waves: readonly AdmittedWave[]) =>
    wavesAsKnown(waves, at).flatMap(({ number, isUnfinished }) => (isUnfinished ? [number] : []));

  it('is held when it was let go, and nobody has said that it is sound or back: every secret of it', () => {
    const { rolledBack } = known(wave(2, { baked: unsound }));
    assert.deepEqual(rolledBack, {
      wave: 2,
      judgedAt: 7,
      verdict: 'held',
      reasons: ['unsettled: wave 2'],
      secrets: [
        { arn: 'arn:a', name: 'prod/low/a', kind: 'held', reason: 'unsettled' },
        { arn: 'arn:b', name: 'prod/low/b', kind: 'held', reason: 'unsettled' },
      ],
      verification: { claims: 0, confirmed: 0, contradicted: 0 },
    });
  });

  it('is what was seen when it was judged sound and is no longer', () => {
    assert.deepEqual(known(wave(1, { baked: sound, verified: held })).rolledBack, held);
    const sentBack = wave(1, { baked: sound, verified: held, rolledBack: back });
    assert.deepEqual(known(sentBack).rolledBack, back);
  });

  it('is as it was said to be in every other case', () => {
    for (const one of [done(1), planned(1), wave(1, { rolledBack: back })]) {
      const { admitted, verified, ...said } = one;
      assert.deepEqual(known(one), said);
    }
  });

  it('is unfinished when it was judged sound, and nobody could look at it once more', () => {
    const unseen = (number: number) => wave(number, { baked: sound });
    assert.deepEqual(unfinished(unseen(1), unseen(2), planned(3)), [1, 2]);
    assert.deepEqual(unfinished(done(1), unseen(2), planned(3)), [2]);
    assert.deepEqual(unfinished(unseen(1), wave(2, { rolledBack: back })), [1]);
  });

  it('counts the secrets that were seen to work', () => {
    const [one, other] = [a, b].map(({ arn, name }) => ({ arn, name, reason: undefined }));
    assert(one !== undefined && other !== undefined);
    const seen = verdictOf('held', { ...one, kind: 'rotated' }, { ...other, kind: 'held' });
    const sound = verdictOf('sound', { ...one, kind: 'rotated' }, { ...other, kind: 'rotated' });
    assert.equal(countVerified([wave(1, { verified: seen }), wave(2, { verified: sound }), wave(3)]), 3);
  });
});

describe('an execution that is dead', () => {
  const facts = (status: ExecutionFacts['status'], stoppedAt: number | undefined): ExecutionFacts => ({
    status,
    startedAt: instant(0),
    stoppedAt: stoppedAt === undefined ? undefined : instant(stoppedAt),
  });

  it('has ended in a way that nobody intended', () => {
    for (const status of ['FAILED', 'TIMED_OUT', 'ABORTED'] as const) assert.equal(isDead(facts(status, 0)), true);
    for (const status of ['RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'] as const) {
      assert.equal(isDead(facts(status, 0)), false, status);
    }
  });

  it('is told in words that fit how it died: who stopped a run meant to', () => {
    const said = (['FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const).map(sayDeath);
    assert.deepEqual(said, [
      'The run failed where it should not have',
      'The run took longer than a run may',
      'Somebody stopped the execution of the run',
      'The run ended PENDING_REDRIVE',
    ]);
  });

  it('has ended at a moment that is known', () => {
    assert.equal(isDead(facts('FAILED', undefined)), false);
  });
});

describe('the name of a recovery', () => {
  it('is of the run and the attempt, and the same each time', () => {
    const name = recoveryName('run-1' as Run, 2, sha256);
    assert.match(name, /^run-1-[0-9a-f]{16}-2$/);
    assert.equal(name, recoveryName('run-1' as Run, 2, sha256));
    assert.notEqual(name, recoveryName('run-1' as Run, 3, sha256));
  });

  it('is never longer than Step Functions takes, and tells runs apart that begin alike', () => {
    const [one, other] = ['a', 'b'].map((end) => recoveryName(`${'r'.repeat(79)}${end}` as Run, 5, sha256));
    assert.equal(one?.length, 69);
    assert.notEqual(one, other);
  });
});

describe('the outcome of a recovery', () => {
  const outcomeOf = (held: number, troubles: readonly string[], ...outcomes: readonly WaveReport['outcome'][]) =>
    outcomeOfRecovery({ held, waves: outcomes.map((outcome) => ({ outcome }) as WaveReport) }, troubles);

  it('is halted when anything is held, or anything went wrong', () => {
    assert.equal(outcomeOf(1, [], 'renewed'), 'halted');
    assert.equal(outcomeOf(0, ['stepFailed'], 'renewed'), 'halted');
  });

  it('is rolled back when a wave is, and nothing is held', () => {
    assert.equal(outcomeOf(0, [], 'renewed', 'rolled-back', 'not started'), 'rolled-back');
  });

  it('is completed only when every wave is renewed, and there was one', () => {
    assert.equal(outcomeOf(0, [], 'renewed', 'renewed'), 'completed');
    assert.equal(outcomeOf(0, [], 'renewed', 'not started'), 'halted');
    assert.equal(outcomeOf(0, []), 'halted');
  });
});
