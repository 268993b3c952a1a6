import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../adapters/sha256.ts';
import { type GivenAnswer, serialiseDecision } from '../../core/approval/decision.ts';
import type { Batch, PlanDigest, Run } from '../../core/plan.ts';
import type { Goal } from '../../core/rotation/rotation.ts';
import type { Settings } from '../../core/settings.ts';
import { rotateBatch } from '../../lambdas/rotate-batch/step.ts';
import { arnOf, at, RunWorld, run, settings as usual } from './run-world.ts';

/*
 * Goal: nothing but an approved batch, of an approved plan, in time and with the switch on, rotates anything (S1, S8).
 *
 * Method: everything is as it must be but for one thing. Neither way may then begin, and no secret is even looked at;
 * or, where only time or a switch stand against it, the way back begins all the same.
 */

const decisionKey = 'runs/run-of-november/decision.json';
const admissionKey = 'runs/run-of-november/admissions/1.json';
const planKey = 'runs/run-of-november/plan.json';

/** Why a batch was refused, when it was. No secret of a batch that was refused was touched, or even looked at. */
async function refusal(
  goal: Goal,
  alter: (world: RunWorld) => unknown,
  event: (batch: Batch) => unknown = (batch) => batch,
): Promise<string | undefined> {
  const world = await new RunWorld().approved();
  world.admit(1);
  if (goal === 'roll back') await world.turn('rotate');
  alter(world);
  world.calls.length = 0;
  const answer = await world.rotateBatch({ goal, batch: event(world.batch()) });
  if (answer.kind !== 'notStarted') return undefined;

  assert.deepEqual(
    world.calls.filter((call) => !/^(fetch|seal|isGiven|switch)/.test(call)),
    [],
  );
  return answer.reason;
}

const decided = (more: Partial<GivenAnswer>) => (world: RunWorld) => world.decide(more);
const change = (key: string, edit: (text: string) => string) => (world: RunWorld) =>
  world.archive.texts.set(key, edit(world.archive.texts.get(key) ?? ''));

const zeros = `sha256:${'0'.repeat(64)}` as PlanDigest;

describe('a batch without a standing approval starts neither forward nor back (S1)', () => {
  for (const [what, alter, reason] of [
    ['whose decision is not there', ({ archive }) => archive.texts.delete(decisionKey), 'approvalMissing'],
    ['whose decision is none', change(decisionKey, () => '{"approved":true}'), 'approvalMissing'],
    ['whose plan was rejected', decided({ decision: 'rejected', reason: 'no' } as Partial<GivenAnswer>), 'notApproved'],
    ['whose seal is made up', (world) => world.decide({}, 'c2VhbA=='), 'sealBroken'],
    [
      'whose decision was changed after it was sealed',
      change(decisionKey, (text) => text.replace('"First-approver"', '"Mallory"')),
      'sealBroken',
    ],
    ['whose decision is about another run', decided({ run: 'another-run' as Run }), 'otherRun'],
    ['whose decision is about another plan', decided({ digest: zeros }), 'otherPlan'],
    ['whose plan has changed by one byte', change(planKey, (text) => `${text}\n`), 'otherPlan'],
    ['whose plan was approved by who asked for it', decided({ approver: 'Requester ' }), 'selfApproved'],
    ['whose plan was approved as it expired', decided({ decidedAt: at('2026-11-20T19:15:00Z') }), 'decidedTooLate'],
  ] as [string, (world: RunWorld) => unknown, string][]) {
    it(what, async () => {
      assert.equal(await refusal('rotate', alter), reason);
      assert.equal(await refusal('roll back', alter), reason);
    });
  }

  it('whose plan was approved for something else than to rotate', async () => {
    for (const mode of ['audit']) {
      const other = (world: RunWorld) => {
        const text = (world.archive.texts.get(planKey) ?? '').replace('"mode":"rotate"', `"mode":"${mode}"`);
        world.archive.texts.set(planKey, text);
        world.digest = sha256(text) as PlanDigest;
        world.decide();
      };
      assert.equal(await refusal('rotate', other), 'otherMode');
      assert.equal(await refusal('roll back', other), 'otherMode');
    }
  });

  it('whose approver had a link alone, where people must sign in', async () => {
    const signIn = { issuer: 'https://id.example.com', clientId: 'keyturn', claim: 'email', scopes: ['email'] };
    const answered = async (provedBy: GivenAnswer['provedBy']) => {
      const world = await new RunWorld().approved();
      world.decide({ provedBy });
      world.admit(1);
      const settings = { ...world.ports.settings, signIn };
      const answer = await rotateBatch({ ...world.ports, settings, tier: 'low' })({
        goal: 'rotate',
        batch: world.batch(),
      });
      return answer.kind === 'notStarted' ? answer.reason : answer.kind;
    };
    assert.equal(await answered({ kind: 'link' }), 'notSignedIn');
    assert.equal(await answered({ kind: 'signIn', issuer: 'https://id.example.com', subject: 'user-7' }), 'turned');
  });

  it('whose plan is gone: it ends without an answer', async () => {
    const gone = ({ archive }: RunWorld) => archive.texts.delete(planKey);
    await assert.rejects(refusal('rotate', gone), { name: 'NotInArchiveError' });
    await assert.rejects(refusal('roll back', gone), { name: 'NotInArchiveError' });
  });

  it('whose seal cannot be checked: it ends without an answer, and touches nothing', async () => {
    const world = await new RunWorld().approved();
    const seals = { isGenuine: () => Promise.reject(new Error('AccessDenied')) };
    const batch = world.batch();
    await assert.rejects(
      rotateBatch({ ...world.ports, seals, tier: 'low' })({ goal: 'rotate', batch }),
      /AccessDenied/,
    );
    assert.deepEqual(world.fleet.writes, []);
  });

  it('which somebody made a second plan for: the header may not be swapped with its decision kept', async () => {
    const swap = change(planKey, (text) => text.replace('"selected":4', '"selected":5'));
    assert.equal(await refusal('rotate', swap), 'otherPlan');
  });
});

describe('a batch that is not what the plan says it is starts neither forward nor back (S1)', () => {
  const [name, arn] = ['prod/low/orders/fresh-1', arnOf('prod/low/orders/fresh-1')];
  const first = (edit: object) => (batch: Batch) => ({
    ...batch,
    secrets: batch.secrets.map((secret, index) => (index === 0 ? { ...secret, ...edit } : secret)),
  });

  for (const [what, event] of [
    ['with another secret', first({ name, arn })],
    ['with another version to go back to', first({ currentVersion: 'v9' })],
    ['with another version to make', first({ newVersion: 'v9' })],
    ['with another rotator', first({ rotator: 'hmac-key' })],
    ['with a secret less', (batch: Batch) => ({ ...batch, secrets: batch.secrets.slice(1) })],
    ['with a secret twice', (batch: Batch) => ({ ...batch, secrets: [...batch.secrets, ...batch.secrets] })],
    ['in another order', (batch: Batch) => ({ ...batch, secrets: batch.secrets.toReversed() })],
    ['of another wave', (batch: Batch) => ({ ...batch, wave: 2 })],
    ['of a wave that is none', (batch: Batch) => ({ ...batch, wave: 3 })],
    ['at another place in its wave', (batch: Batch) => ({ ...batch, index: 1 })],
    ['of another tier', (batch: Batch) => ({ ...batch, tier: 'medium' })],
  ] as [string, (batch: Batch) => unknown][]) {
    it(what, async () => {
      assert.equal(await refusal('rotate', () => {}, event), 'batchNotInPlan');
      assert.equal(await refusal('roll back', () => {}, event), 'batchNotInPlan');
    });
  }

  it('of a run that has no approval, whatever another run has', async () => {
    const other = (batch: Batch) => ({ ...batch, run: 'another-run' });
    assert.equal(await refusal('rotate', () => {}, other), 'approvalMissing');
  });

  it('at another tier’s function (S9)', async () => {
    for (const goal of ['rotate', 'roll back'] as const) {
      const world = await new RunWorld().approved();
      const answer = await world.rotateBatch({ goal, batch: world.batch(2) }, 'low');
      assert.deepEqual(answer, { kind: 'notStarted', reason: 'otherTier' });
      assert.deepEqual(world.fleet.writes, []);
    }
  });
});

describe('a batch that may no longer begin', () => {
  const at1915 = (text: string) => (world: RunWorld) => Object.assign(world, { now: at(text) });

  it('does not from the very moment at which the plan expires (S1)', async () => {
    assert.equal(await refusal('rotate', at1915('2026-11-20T19:14:59.999Z')), undefined);
    assert.equal(await refusal('rotate', at1915('2026-11-20T19:15:00Z')), 'approvalExpired');
  });

  for (const [what, alter, reason] of [
    ['when its wave was not let go (S1)', ({ archive }) => archive.texts.delete(admissionKey), 'notAdmitted'],
    ['when its run has lost its go-ahead (S6)', ({ goAheads }) => goAheads.delete(run), 'goAheadWithdrawn'],
    ['when its run does not have the lock (S11)', (world) => Object.assign(world, { lockedBy: 'next' }), 'lockNotHeld'],
    ['when the kill switch is absent or unreadable (S8)', switched(undefined), 'switchAbsent'],
    ['when the kill switch is off (S8)', switched('{"go":false}'), 'switchOff'],
    ['when the kill switch is malformed (S8)', switched('{"go":"true"}'), 'switchMalformed'],
    ['when its approval has expired (S1)', at1915('2026-12-24T00:00:00Z'), 'approvalExpired'],
  ] as [string, (world: RunWorld) => unknown, string][]) {
    it(`does not ${what}`, async () => {
      assert.equal(await refusal('rotate', alter), reason);
    });

    it(`still goes back ${what}: nothing but forgery stops a way back (S8)`, async () => {
      const world = await new RunWorld().approved();
      await world.turn('rotate');
      alter(world);
      const answer = await world.turn('roll back');
      assert.equal(answer.kind, 'turned');
      for (const { name } of world.batch().secrets) assert.equal(world.fleet.labels(name)['AWSCURRENT'], 'v1');
    });
  }

  it('says why in the log, by its reason alone', async () => {
    const world = await new RunWorld().approved();
    world.switchText = '{"go":false}';
    world.logged.length = 0;
    await world.turn('rotate');
    assert.deepEqual(world.logged, [
      { level: 'error', message: 'a batch was refused', run, goal: 'rotate', wave: 1, batch: 0, reason: 'switchOff' },
    ]);
  });

  it('is asked about anew at every batch, so that the switch stops a wave half-way (S8)', async () => {
    const world = await new RunWorld({ batchSize: 2 }).approved();
    assert.equal((await world.turn('rotate', world.batch(1, 0))).kind, 'turned');
    world.switchText = undefined;
    assert.deepEqual(await world.turn('rotate', world.batch(1, 1)), { kind: 'notStarted', reason: 'switchAbsent' });
  });
});

describe('S6 a batch that went forward as it was approved', () => {
  const signIn = { issuer: 'https://id.example.com', clientId: 'keyturn', claim: 'email', scopes: ['email'] };
  const tiersWith = (more: object) => (settings: Settings) => ({
    ...settings,
    tiers: settings.tiers.map((tier) => ({ ...tier, ...more })),
  });

  for (const [what, since, reason] of [
    ['demands more approvals', tiersWith({ approvals: 2 }), 'tooFewApprovals'],
    ['knows its approver no more', (settings) => ({ ...settings, approvers: [] }), 'tooFewApprovals'],
    ['demands a sign-in', (settings) => ({ ...settings, signIn }), 'notSignedIn'],
    ['holds its wave', tiersWith({ holdBefore: true }), 'waveApprovalMissing'],
  ] as [string, (settings: Settings) => Settings, string][]) {
    it(`goes back though a deployment since ${what}, by which it would not go forward (S13)`, async () => {
      const world = await new RunWorld().approved();
      const wave = 2;
      await world.turn('rotate', world.batch(wave));
      const rotate = rotateBatch({ ...world.ports, settings: since(world.settings), tier: 'medium' });
      const batch = world.batch(wave);
      assert.deepEqual(await rotate({ goal: 'rotate', batch }), { kind: 'notStarted', reason });
      assert.equal((await rotate({ goal: 'roll back', batch })).kind, 'turned');
      for (const { name } of batch.secrets) assert.equal(world.fleet.labels(name)['AWSCURRENT'], 'v1');
    });
  }

  for (const [document, how] of [
    ['report.json', 'has reported itself'],
    ['recovery.json', 'died and was settled'],
  ]) {
    it(`goes back no more once its run ${how} and has given up the lock: that takes an approval (S1)`, async () => {
      const world = await new RunWorld().approved();
      await world.turn('rotate');
      world.archive.texts.set(`runs/run-of-november/${document}`, '{}');
      const back = () => world.turn('roll back');
      world.lockedBy = undefined;
      assert.deepEqual(await back(), { kind: 'notStarted', reason: 'runOver' });
      world.lockedBy = 'next' as Run;
      assert.deepEqual(await back(), { kind: 'notStarted', reason: 'runOver' });
      for (const { name } of world.batch().secrets) assert.notEqual(world.fleet.labels(name)['AWSCURRENT'], 'v1');
      world.lockedBy = run;
      assert.equal((await back()).kind, 'turned');
    });
  }

  it('goes back only as approved as its plan itself demands, by whom ever (S1)', async () => {
    const tiers = usual.tiers.map((tier) => ({ ...tier, approvals: 2, holdBefore: tier.name === 'medium' }));
    const world = await new RunWorld({ ...usual, tiers }).approved();
    const back = async () => {
      const answer = await world.rotateBatch({ goal: 'roll back', batch: world.batch(2) }, 'medium');
      return answer.kind === 'notStarted' ? answer.reason : answer.kind;
    };
    assert.equal(await back(), 'tooFewApprovals');
    world.decideBy([{ approver: 'First-approver' }, { approver: 'first-approver ' }]);
    assert.equal(await back(), 'tooFewApprovals');
    world.decideBy([{ approver: 'First-approver' }, { approver: 'Linus' }]);
    assert.equal(await back(), 'waveApprovalMissing');
    world.decideBy([{ approver: 'First-approver' }], undefined, 'wave-2');
    assert.equal(await back(), 'tooFewApprovals');
    world.decideBy([{ approver: 'Barbara' }, { approver: 'Edsger' }], undefined, 'wave-2');
    assert.equal(await back(), 'turned');
  });
});

function switched(switchText: string | undefined) {
  return (world: RunWorld) => Object.assign(world, { switchText });
}

describe('a decision', () => {
  it('is sealed over every field: none can be changed without breaking it (S1)', async () => {
    const world = await new RunWorld().approved();
    const {
      decision,
      answers: [{ answer, seal }],
    } = world.document(decisionKey);
    const others: Record<string, unknown> = { provedBy: { kind: 'iam', principal: 'arn' }, scope: 'wave-1' };
    for (const field of Object.keys(answer)) {
      const changed = others[field] ?? (typeof answer[field] === 'number' ? answer[field] - 1 : `${answer[field]}x`);
      const altered = serialiseDecision({ decision, answers: [{ answer: { ...answer, [field]: changed }, seal }] });
      const reason = await refusal(
        'rotate',
        change(decisionKey, () => altered),
      );
      assert.ok(['sealBroken', 'approvalMissing'].includes(reason ?? ''), `${field}: ${reason}`);
    }
  });
});
