import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { messageToSeal } from '../../core/approval/decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { instant } from '../../core/instant.ts';
import { ApprovalWorld, asOf, run, sealOf, smallPlan } from './approval-world.ts';

const approve = { decision: 'approved', count: '2' };
const reject = { decision: 'rejected', reason: 'a freeze begins' };

async function arrange() {
  const world = new ApprovalWorld();
  const digest = await world.ask(smallPlan());
  return {
    world,
    digest,
    firstApprover: world.pathFor('first-approver'),
    secondApprover: world.pathFor('second-approver'),
  };
}

describe('deciding about a plan', () => {
  it('records an approval under the desk’s seal, then tells the run (S1)', async () => {
    const { world, digest, firstApprover } = await arrange();
    const response = await world.post(firstApprover, approve);

    const answer = {
      run,
      digest,
      scope: 'plan',
      decision: 'approved',
      approver: 'first-approver',
      decidedAt: asOf,
      expiresAt: instant(Date.UTC(2026, 10, 19, 19, 15)),
      requestedBy: 'requester',
      provedBy: { kind: 'link' },
    } as const;
    assert.equal(response.statusCode, 200);
    assert.deepEqual(world.decision, {
      decision: 'approved',
      answers: [{ answer, seal: sealOf(messageToSeal(answer)) }],
    });
    assert.deepEqual(new Set(world.sealed), new Set([messageToSeal(answer)]));
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'approved', digest } }]);
  });

  it('records a rejection with its reason', async () => {
    const { world, digest, firstApprover } = await arrange();
    const { statusCode, body } = await world.post(firstApprover, reject);

    assert.equal(statusCode, 200);
    assert.match(body, /Rejected by <bdi>first-approver<\/bdi>[\s\S]*a freeze begins/);
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'rejected', digest } }]);
  });

  it('shows the decision under the same link ever after, to everyone who was asked', async () => {
    const { world, firstApprover, secondApprover } = await arrange();
    await world.post(firstApprover, approve);

    for (const path of [firstApprover, secondApprover]) {
      const { statusCode, body } = await world.get(path);
      assert.equal(statusCode, 200);
      assert.match(
        body,
        /Approved by <bdi>first-approver<\/bdi>[\s\S]*2026-11-18 19:15 UTC<\/time>, <bdi>by their link<\/bdi>/,
      );
      assert.ok(!body.includes('name="count"'));
    }
  });

  it('takes the first decision only: the second is told what was decided, when and by whom (S1)', async () => {
    const { world, firstApprover, secondApprover } = await arrange();
    await world.post(firstApprover, approve);
    const { statusCode, body } = await world.post(secondApprover, {
      ...reject,
      digest: world.pending.get(run)?.digest ?? '',
      nonce: world.pending.get(run)?.invitations[1]?.nonce ?? '',
    });

    assert.equal(statusCode, 409);
    assert.match(
      body,
      /has been decided already[\s\S]*Approved by <bdi>first-approver<\/bdi>[\s\S]*2026-11-18 19:15 UTC/,
    );
    assert.equal(world.told.length, 1);
  });

  it('lets one of two answers at the same moment win, and shows it to the other', async () => {
    const { world, firstApprover, secondApprover } = await arrange();
    const responses = await Promise.all([world.post(firstApprover, approve), world.post(secondApprover, reject)]);

    assert.deepEqual(responses.map(({ statusCode }) => statusCode).sort(), [200, 409]);
    assert.deepEqual(new Set(world.told.map(({ output }) => JSON.stringify(output))).size, 1);
    const [, by = ''] = /((?:Approved|Rejected) by <bdi>[\w-]+<\/bdi>)/.exec(responses[0].body) ?? [];
    for (const { body } of responses) assert.ok(by !== '' && body.includes(by));
  });

  it('does not take back an approval', async () => {
    const { world, digest, firstApprover } = await arrange();
    await world.post(firstApprover, approve);
    const nonce = world.pending.get(run)?.invitations[0]?.nonce ?? '';

    assert.equal((await world.post(firstApprover, { ...reject, digest, nonce })).statusCode, 409);
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'approved', digest } }]);
  });

  it('says that a run could not be told, and tells it when the same answer comes again', async () => {
    const { world, digest, firstApprover } = await arrange();
    world.callback = 'lost';
    const lost = await world.post(firstApprover, approve);
    world.callback = 'delivered';
    const again = await world.post(firstApprover, { decision: 'approved' });

    assert.equal(lost.statusCode, 202);
    assert.match(
      lost.body,
      /recorded\. The run has not been told yet, and will be[\s\S]*Send the decision to the run again/,
    );
    assert.equal(again.statusCode, 200);
    assert.deepEqual(world.told, [{ token: 'task-token', output: { decision: 'approved', digest } }]);
    assert.equal(new Set(world.sealed).size, 1);
  });

  it('tells the run again even after the time to answer is over: the decision was in time', async () => {
    const { world, firstApprover } = await arrange();
    world.callback = 'lost';
    await world.post(firstApprover, approve);
    world.callback = 'closed';
    world.now = instant(asOf + 7 * 3_600_000);
    const again = await world.post(firstApprover, { decision: 'approved' });

    assert.equal(again.statusCode, 200);
    assert.match(again.body, /The run was not waiting for it/);
  });

  it('records nothing when the seal cannot be made', async () => {
    const { world, firstApprover } = await arrange();
    world.ports.sealer.seal = async () => {
      throw Object.assign(new Error('key ********'), { name: 'KMSInternalException' });
    };

    const response = await world.post(firstApprover, approve);
    assert.equal(response.statusCode, 503);
    assert.deepEqual([world.decision, world.told], [undefined, []]);
    assert.deepEqual(world.logged.at(-1)?.fields, { run, error: 'KMSInternalException' });
  });

  it('keeps task token, nonce and link out of the log (S12)', async () => {
    const { world, firstApprover } = await arrange();
    await world.post(firstApprover, { ...approve, count: '3' });
    await world.post(firstApprover, approve);
    await world.get(`${firstApprover.slice(0, -1)}A`);

    const logged = inspect(world.logged, { depth: 9 });
    const { invitations } = world.pending.get(run) ?? assert.fail('nothing is pending');
    for (const hidden of [
      'task-token',
      firstApprover.split('/').at(-1) ?? '',
      ...invitations.map(({ nonce }) => nonce),
    ]) {
      assert.ok(!logged.includes(hidden));
    }
  });
});

describe('a plan that is not what was asked about (S1)', () => {
  const changes: readonly [string, string, (text: string) => string][] = [
    ['its header', archiveKeys.plan(run), (text) => text.replace('"selected":2', '"selected":1')],
    ['a line of its wave', archiveKeys.wave(run, 1), (text) => text.replace('key-2', 'key-9')],
    ['a line too many', archiveKeys.wave(run, 1), (text) => `${text}\n${text}`],
    ['what it leaves alone', archiveKeys.leftAlone(run), (text) => text.replace('notDue', 'exempt')],
    ['bytes that are no JSON', archiveKeys.wave(run, 1), () => 'gone'],
    ['a wave without lines', archiveKeys.wave(run, 1), () => ''],
  ];
  for (const [what, key, change] of changes) {
    it(`is neither shown nor decided when the archive has changed ${what}`, async () => {
      const { world, digest, firstApprover } = await arrange();
      const nonce = world.pending.get(run)?.invitations[0]?.nonce ?? '';
      world.archive.texts.set(key, change(world.archive.texts.get(key) ?? ''));

      const shown = await world.get(firstApprover);
      assert.equal(shown.statusCode, 409);
      assert.match(shown.body, /This plan has been changed/);
      assert.ok(!shown.body.includes('<form'));

      const answered = await world.post(firstApprover, { ...approve, digest, nonce });
      assert.equal(answered.statusCode, 409);
      assert.deepEqual([world.decision, world.sealed, world.told], [undefined, [], []]);
      assert.deepEqual(world.warnings.at(-1), {
        run,
        scope: 'plan',
        approver: 'first-approver',
        reasons: ['planChanged'],
      });
    });
  }

  it('is not decided when part of it is gone', async () => {
    const { world, firstApprover } = await arrange();
    world.archive.texts.delete(archiveKeys.wave(run, 1));
    assert.equal((await world.get(firstApprover)).statusCode, 409);
  });

  it('shows no decision that somebody else put there', async () => {
    const { world, firstApprover } = await arrange();
    world.archive.texts.set(archiveKeys.decision(run), '{"decision":"approved by nobody"}');
    const { statusCode, body } = await world.get(firstApprover);

    assert.equal(statusCode, 409);
    assert.ok(!body.includes('Approved'));
  });
});
