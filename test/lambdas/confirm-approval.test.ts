import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { GivenAnswer } from '../../core/approval/decision.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import { at, key1, key2, key3, login, RunWorld, run } from './run-world.ts';

const planKey = 'runs/run-of-november/plan.json';
const decisionKey = 'runs/run-of-november/decision.json';

/** A plan that was just approved, with no go-ahead given yet. */
async function decided(more: Partial<GivenAnswer> = {}): Promise<RunWorld> {
  const world = await new RunWorld().plan();
  world.decide(more);
  world.now = at('2026-11-18T20:00:05Z');
  return world;
}

/** Confirms the approval, and makes sure that a run that ends has no go-ahead. */
async function ends(world: RunWorld): Promise<unknown> {
  const confirmed = await world.confirmApproval();
  assert.equal(confirmed.next, 'end');
  assert.deepEqual([world.goAheads.size, world.fleet.writes], [0, []]);
  return confirmed.next === 'end' && [confirmed.outcome, ...confirmed.reasons];
}

describe('confirming an approval', () => {
  it('gives the go-ahead when it stands and nothing has drifted', async () => {
    const world = await decided();
    assert.deepEqual(await world.confirmApproval(), { next: 'go on', digest: world.digest, waves: 2, reasons: [] });
    assert.deepEqual([...world.goAheads], [run]);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('ends a rejected run, with the reason that was given (S1)', async () => {
    const world = await decided({ decision: 'rejected', reason: 'not in this week' } as Partial<GivenAnswer>);
    assert.deepEqual(await ends(world), ['rejected', 'rejected: not in this week']);
  });

  for (const [what, more, ...flaws] of [
    ['of another run', { run: 'another-run' as Run }, 'otherRun'],
    ['of another plan', { digest: `sha256:${'0'.repeat(64)}` as PlanDigest }, 'otherPlan'],
    ['by whoever asked for the run', { approver: 'requester' }, 'selfApproved', 'tooFewApprovals'],
  ] as const) {
    it(`refuses a decision ${what} (S1)`, async () => {
      assert.deepEqual(await ends(await decided(more)), ['refused', ...flaws]);
    });
  }

  it('lets an approval stand until just before the plan expires (S1)', async () => {
    const world = await decided();
    world.now = at('2026-11-20T19:14:59.999Z');
    assert.equal((await world.confirmApproval()).next, 'go on');

    const late = await decided();
    late.now = at('2026-11-20T19:15:00Z');
    assert.deepEqual(await ends(late), ['refused', 'approvalExpired']);
  });

  it('refuses a plan whose bytes changed after the approval (S1)', async () => {
    const world = await decided();
    const text = world.archive.texts.get(planKey) ?? '';
    world.archive.texts.set(planKey, `${text} `);
    assert.deepEqual(await ends(world), ['refused', 'otherPlan']);
  });

  it('refuses an approval of another plan than the one that this run confirmed (S1)', async () => {
    const world = await decided();
    world.digest = `sha256:${'0'.repeat(64)}` as PlanDigest;
    assert.deepEqual(await ends(world), ['refused', 'otherPlan']);
  });

  it('refuses a decision that is none, and gives nothing when there is none at all (S1)', async () => {
    const world = await decided();
    world.archive.texts.set(decisionKey, '{"decision":"approved"}');
    assert.deepEqual(await ends(world), ['refused', 'approvalMissing']);

    world.archive.texts.delete(decisionKey);
    await assert.rejects(world.confirmApproval(), { name: 'NotInArchiveError' });
    assert.equal(world.goAheads.size, 0);
  });

  it('refuses in a freeze, from its first moment to just before its last (S4)', async () => {
    const freezes = [{ from: at('2026-11-19T00:00:00Z'), to: at('2026-11-20T00:00:00Z'), why: 'Black Friday' }];
    for (const [now, expected] of [
      ['2026-11-18T23:59:59.999Z', 'go on'],
      ['2026-11-19T00:00:00Z', 'end'],
      ['2026-11-19T23:59:59.999Z', 'end'],
      ['2026-11-20T00:00:00Z', 'go on'],
    ] as const) {
      const world = await new RunWorld({ freezes }).plan();
      world.decide();
      world.now = at(now);
      const confirmed = await world.confirmApproval();
      assert.equal(confirmed.next, expected, now);
      if (expected === 'end') assert.deepEqual(confirmed.reasons, ['frozen: Black Friday']);
    }
  });

  it('goes on when only some have drifted, and says how many: each is left alone when its turn comes (S3)', async () => {
    const world = await decided();
    world.fleet.tag(key1, { expirationDate: '2027-02-28' });
    const confirmed = await world.confirmApproval();
    assert.equal(confirmed.next, 'go on');
    assert.deepEqual(confirmed.reasons, ['expirationDiffers: 1']);
  });

  it('refuses when nothing is left of the plan (S3)', async () => {
    const world = await decided();
    for (const name of [key1, key2, key3, login]) {
      world.fleet.change(name, 'v9', ['AWSCURRENT'], at('2026-11-18T19:30:00Z'));
    }
    assert.deepEqual(await ends(world), ['refused', 'versionDiffers: 4']);
  });

  it('refuses while another run may touch secrets, and leaves the lock to it', async () => {
    const world = await decided();
    world.lockedBy = 'another-run' as Run;
    assert.deepEqual(await ends(world), ['refused', 'lockHeld: another-run']);
    assert.equal(world.lockedBy, 'another-run');
  });

  it('takes the lock before it gives the go-ahead, and not for a run that ends here', async () => {
    const world = await decided();
    await world.confirmApproval();
    const changes = world.calls.filter((call) => call === 'take' || call === 'give');
    assert.deepEqual([changes, world.lockedBy], [['take', 'give'], run]);

    const rejected = await decided({ decision: 'rejected', reason: 'no' } as Partial<GivenAnswer>);
    await rejected.confirmApproval();
    assert.equal(rejected.lockedBy, undefined);
  });

  it('does the same when it is delivered again (S11)', async () => {
    const world = await decided();
    const first = await world.confirmApproval();
    assert.deepEqual(await world.confirmApproval(), first);
    assert.deepEqual([...world.goAheads], [run]);
  });
});
