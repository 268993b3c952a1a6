/*
 * Goal: what one run leaves behind binds the next: the lock, the quarantine, the cap of 24 hours (S2, S4, S11).
 *
 * Method: the steps over ports in memory; the documents that runs share are put as another run would have left them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import { confirmPlan } from '../../lambdas/confirm-plan/step.ts';
import { draftPlan } from '../../lambdas/draft-plan/step.ts';
import { recoverRun } from '../../lambdas/recover-run/step.ts';
import { watchRuns } from '../../lambdas/watch-runs/step.ts';
import { arnOf, asked, at, inWindow, key1, RunWorld, run } from '../lambdas/run-world.ts';

const other = 'another-run' as Run;
const failed = { [arnOf(key1)]: { name: key1, run: other, reason: 'failed: newRejected', at: 0 as Instant } };

const ending = (outcome: string) => ({
  run,
  startedAt: '2026-11-18T19:15:00Z',
  mode: 'rotate',
  requestedBy: 'requester',
  outcome,
  reasons: [],
});

async function decided(): Promise<RunWorld> {
  const world = await new RunWorld().plan();
  world.decide();
  world.now = at('2026-11-18T20:00:05Z');
  return world;
}

describe('S4 a secret that failed in an earlier run', () => {
  it('is left alone, and says so', async () => {
    const world = new RunWorld();
    world.quarantine.content = failed;
    await world.plan();
    const leftAlone: { name: string; reason: string }[] = world.document(archiveKeys.leftAlone(run));
    assert.equal(leftAlone.find(({ name }) => name === key1)?.reason, 'quarantined');
    assert.equal(world.document(archiveKeys.plan(run)).selected, 3);
  });

  it('is refused by the second judgement when the draft has it all the same', async () => {
    const world = new RunWorld();
    await world.draftPlan();
    world.quarantine.content = failed;
    const confirmed = await world.confirmPlan();
    assert.deepEqual(confirmed.next === 'end' && [confirmed.outcome, confirmed.reasons.includes('quarantined: 1')], [
      'refused',
      true,
    ]);
  });

  it('stops a plan that was approved before it failed', async () => {
    const world = await decided();
    world.quarantine.content = failed;
    assert.deepEqual(await world.confirmApproval(), { next: 'end', outcome: 'refused', reasons: ['quarantined: 1'] });
    assert.deepEqual([world.goAheads.size, world.lockedBy], [0, undefined]);
  });

  it('S4 stops a plan when another run quarantines it while this one looks at the fleet', async () => {
    const world = await decided();
    const read = world.quarantine.read.bind(world.quarantine);
    world.quarantine.read = async () => {
      const before = await read();
      world.quarantine.content = failed;
      return before;
    };
    assert.deepEqual(await world.confirmApproval(), { next: 'end', outcome: 'refused', reasons: ['quarantined: 1'] });
    assert.equal(world.goAheads.size, 0);
  });

  it('S11 gives back no go-ahead that was withdrawn, when the approval is confirmed again late', async () => {
    const world = await decided();
    assert.equal((await world.confirmApproval()).next, 'go on');
    world.now = inWindow;
    assert.deepEqual(await world.admitWave(), { next: 'go on' });
    world.goAheads.clear();
    assert.deepEqual(await world.confirmApproval(), { next: 'end', outcome: 'refused', reasons: ['runUnderWay'] });
    assert.equal(world.goAheads.size, 0);
  });

  it('S11 gives no go-ahead to a run that ended while its approval was confirmed again', async () => {
    const world = await decided();
    const read = world.quarantine.read.bind(world.quarantine);
    world.quarantine.read = async () => {
      world.archive.texts.set(archiveKeys.report(run), '{}');
      return read();
    };
    assert.deepEqual(await world.confirmApproval(), { next: 'end', outcome: 'refused', reasons: ['runEnded'] });
    assert.deepEqual([world.goAheads.size, world.lockedBy], [0, undefined]);
  });

  it('S11 is left without a go-ahead that a late delivery gave while the run was closed', async () => {
    const world = await new RunWorld().approved();
    const deposit = world.archive.deposit.bind(world.archive);
    world.archive.deposit = async (key, text) => {
      if (key === archiveKeys.report(run)) world.goAheads.add(run);
      return deposit(key, text);
    };
    await world.closeRun(ending('halted'));
    assert.equal(world.goAheads.size, 0);
  });

  it('is looked for, and nothing goes on when the quarantine cannot be read', async () => {
    const world = await decided();
    world.quarantine.content = undefined;
    await assert.rejects(world.draftPlan());
    await assert.rejects(world.confirmPlan());
    await assert.rejects(world.confirmApproval());
    assert.equal(world.goAheads.size, 0);
  });

  it('is quarantined by its own run as it ends', async () => {
    const world = await new RunWorld().approved();
    const [batch] = world.batches(1);
    const claims = [{ arn: arnOf(key1), name: key1, kind: 'failed', reason: 'newRejected' }];
    const answer = { kind: 'turned', claims };
    await world.probeBatch({ phase: 'rotated', run, batch, answer });
    await world.turnWave('roll back');
    await world.judgeWave({ run, wave: 1, phase: 'rolledBack' });
    await world.closeRun(ending('rolled-back'));
    assert.equal(world.quarantine.content?.[arnOf(key1)]?.reason, 'failed: newRejected');
  });
});

describe('S2 the cap over all runs of 24 hours', () => {
  const earlier = (secrets: number, when: string) => [{ run: other, at: at(when), secrets }];

  it('refuses a draft that goes over it, and one that is exactly at it goes on', async () => {
    for (const [secrets, next] of [
      [96, 'go on'],
      [97, 'end'],
    ] as const) {
      const world = await new RunWorld().plan();
      world.ledger.content = earlier(secrets, '2026-11-18T12:00:00Z');
      const again = await world.confirmPlan();
      assert.equal(again.next, next);
      if (next === 'end')
        assert.deepEqual(again.reasons, ['secretsPerDay: 101 of at most 100 secrets in 24 hours, over all runs']);
    }
  });

  it('is held against once more when the plan was approved: others may have begun since', async () => {
    const world = await decided();
    world.ledger.content = earlier(97, '2026-11-18T19:59:00Z');
    const confirmed = await world.confirmApproval();
    assert.deepEqual(confirmed.reasons, ['secretsPerDay: 101 of at most 100 secrets in 24 hours, over all runs']);
    assert.equal(world.goAheads.size, 0);
  });

  it('writes down what may be touched once, however often it is asked', async () => {
    const world = await decided();
    await world.confirmApproval();
    await world.confirmApproval();
    assert.deepEqual(world.ledger.content, [{ run, at: at('2026-11-18T20:00:05Z'), secrets: 4 }]);
  });

  it('lets nothing begin when the ledger cannot be read', async () => {
    const world = await decided();
    world.ledger.content = undefined;
    await assert.rejects(world.confirmApproval());
    assert.equal(world.goAheads.size, 0);
  });
});

describe('S11 a run that another one has come before', () => {
  const ended = (reason: string) => ({ next: 'end', outcome: 'refused', reasons: [reason] });

  it('ends as it begins while the other has the lock, and has looked at no secret', async () => {
    const world = new RunWorld();
    world.lockedBy = other;
    assert.deepEqual(await world.draftPlan(), ended('lockHeld: another-run'));
    assert.deepEqual(world.calls, []);
  });

  it('goes on when the lock is free, or its own', async () => {
    for (const holder of [undefined, run]) {
      const world = new RunWorld();
      world.lockedBy = holder;
      assert.equal((await world.draftPlan()).next, 'go on');
    }
  });

  it('goes on beside the lock when it only reports', async () => {
    const world = new RunWorld();
    world.lockedBy = other;
    assert.equal((await world.draftPlan({ ...asked, mode: 'audit' })).next, 'go on');
  });

  it('does not go on when nobody can tell who has the lock', async () => {
    const world = new RunWorld();
    const lock = { ...world.ports.lock, holder: () => Promise.reject(new Error('AccessDenied')) };
    await assert.rejects(draftPlan({ ...world.ports, lock })(asked), /AccessDenied/);
    assert.deepEqual(world.calls, []);
  });
});

describe('S11 the lock', () => {
  it('that a late delivery takes for a run that has ended meanwhile is free again after the sweep', async () => {
    const world = await decided();
    const { ports } = world;
    // The other delivery of the same step refused the run, which closed itself.
    const take = async (taker: Run, since: Instant) => {
      await world.closeRun(ending('refused'));
      return ports.lock.take(taker, since);
    };
    const late = confirmPlan({ ...ports, lock: { take } });
    const said = await late({ goal: 'approval', run, digest: world.digest });
    assert.deepEqual(said, { next: 'end', outcome: 'refused', reasons: ['runEnded'] });
    assert.deepEqual([world.lockedBy, world.goAheads.size], [run, 0]);

    const stoppedAt = world.now;
    const facts = { status: 'SUCCEEDED', startedAt: stoppedAt, stoppedAt } as const;
    const executions = { find: async () => facts, died: async () => [] };
    const started: Run[] = [];
    const start = async (_: string, one: Run) => {
      started.push(one);
      return 'underWay' as const;
    };
    await watchRuns({ ...ports, executions, recoveries: { start } })({ sweep: true });
    world.now = instant(stoppedAt + 300_000);
    for (const one of started) await recoverRun({ ...ports, executions })({ goal: 'settle', run: one });
    assert.equal(world.lockedBy, undefined);
  });

  it('is taken with the approval, and not by a plan that waits', async () => {
    const world = await decided();
    assert.equal(world.lockedBy, undefined);
    await world.confirmApproval();
    assert.equal(world.lockedBy, run);
  });

  it('that another run has refuses this one, which stays without a go-ahead', async () => {
    const world = await decided();
    world.lockedBy = other;
    assert.deepEqual(await world.confirmApproval(), {
      next: 'end',
      outcome: 'refused',
      reasons: ['lockHeld: another-run'],
    });
    assert.deepEqual([world.goAheads.size, world.lockedBy], [0, other]);
  });

  it('that is lost lets no wave and no batch start', async () => {
    const world = await new RunWorld().approved();
    world.lockedBy = other;
    assert.deepEqual(await world.admitWave(), { next: 'end', outcome: 'halted', reasons: ['lockNotHeld'] });
    assert.deepEqual(await world.turn('rotate'), { kind: 'notStarted', reason: 'lockNotHeld' });
    assert.deepEqual(world.fleet.writes, []);
  });

  it('is given up by the run that has it, and by no other', async () => {
    const world = await new RunWorld().approved();
    world.lockedBy = other;
    await world.closeRun(ending('halted'));
    assert.equal(world.lockedBy, other);

    world.lockedBy = run;
    await world.closeRun(ending('halted'));
    assert.equal(world.lockedBy, undefined);
  });

  it('is not taken again by a run that has ended, even if its execution is redriven', async () => {
    const world = await decided();
    world.archive.texts.set(archiveKeys.recovery(run), '{}');
    assert.deepEqual(await world.confirmApproval(), { next: 'end', outcome: 'refused', reasons: ['runEnded'] });
    assert.equal(world.lockedBy, undefined);
  });
});
