import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { type Decision, messageToSeal, reasonOf } from '../../core/approval/decision.ts';
import { instant } from '../../core/instant.ts';
import { answerWith, sealed } from '../decisions.ts';
import { sealOf } from '../lambdas/approval-world.ts';
import { answerAt, asOf, byTwo, filledAt, OpenDesk, run, send, smallPlan } from './open-desk.ts';

/*
 * Goal: whoever races whom, and whatever is sent twice, there is one decision, and everybody is told the same one (S1).
 *
 * Method: answers meet at the very moment at which each of them would be recorded, over HTTP.
 */

const approve = { decision: 'approved', count: '2' };
const hour = 3_600_000;

let desk: OpenDesk;
let firstApprover: string;
let secondApprover: string;

const opened = async () => {
  desk = await OpenDesk.open();
  ({ firstApprover, secondApprover } = await desk.ask(smallPlan()));
};

const reasonsLogged = () =>
  desk.world.warnings.flatMap((fields) => {
    const { reasons } = (fields ?? {}) as { reasons?: string[] };
    return reasons === undefined ? [] : [reasons];
  });

/** What the run was told, each thing once: whoever finds a decision tells the run of it, and it hears the first. */
const outputsTold = () => [
  ...new Set(desk.world.told.map(({ output }) => (output as { readonly decision: string }).decision)),
];

describe('over HTTP, one decision is the only one', () => {
  afterEach(async () => {
    await desk.close();
  });

  /** Lets no answer be recorded before all of them have been judged: the very moment of a race. */
  function startTogether(count: number): void {
    let waiting = 0;
    const all = Promise.withResolvers<void>();
    const { sealer } = desk.world.ports;
    const seal = sealer.seal.bind(sealer);
    sealer.seal = async (message) => {
      waiting += 1;
      if (waiting === count) all.resolve();
      await all.promise;
      return seal(message);
    };
  }

  it('when two approve at the same moment', async () => {
    await opened();
    startTogether(2);
    const responses = await Promise.all([answerAt(firstApprover, approve), answerAt(secondApprover, approve)]);

    assert.deepEqual(responses.map(({ status }) => status).sort(), [200, 409]);
    assert.deepEqual(outputsTold(), ['approved']);
    assert.deepEqual(reasonsLogged(), [['alreadyDecided']]);
  });

  it('when one approves and the other rejects at the same moment, and both learn which', async () => {
    await opened();
    startTogether(2);
    const [approved, rejected] = await Promise.all([
      answerAt(firstApprover, approve),
      answerAt(secondApprover, { decision: 'rejected', reason: 'not today' }),
    ]);

    const { decision, answers } = desk.decisionOf(run) as Decision;
    assert.deepEqual([approved.status, rejected.status].sort(), [200, 409]);
    assert.deepEqual(outputsTold(), [decision]);
    for (const response of [approved, rejected]) {
      assert.match(
        await response.text(),
        new RegExp(`(Approved|Rejected) by <bdi>${answers[0].answer.approver}</bdi>`),
      );
    }
  });

  it('when the time to answer ends between the page and the answer', async () => {
    await opened();
    const form = await filledAt(firstApprover, approve);
    desk.world.now = instant(asOf + 6 * hour);
    const response = await send(firstApprover, form);

    assert.equal(response.status, 409);
    assert.deepEqual(reasonsLogged(), [['answeredTooLate']]);
    assert.deepEqual([desk.decisionOf(run), desk.world.told], [undefined, []]);
  });

  it('when the run stops waiting at the moment of the answer: recorded, and said to have come too late', async () => {
    await opened();
    desk.world.now = instant(asOf + 6 * hour - 1);
    desk.world.callback = 'closed';
    const response = await answerAt(firstApprover, approve);

    assert.equal(response.status, 200);
    assert.match(await response.text(), /The run was not waiting for it/);
  });

  it('when the same answer is replayed, by its sender or by somebody who saw it', async () => {
    await opened();
    const form = await filledAt(firstApprover, approve);
    await send(firstApprover, form);
    const before = desk.decisionOf(run);

    assert.equal((await send(firstApprover, form)).status, 200);
    assert.equal((await send(secondApprover, form)).status, 409);
    assert.deepEqual(desk.decisionOf(run), before);
    assert.equal(new Set(desk.world.sealed).size, 1);
  });

  it('when the nonce that approved is used once more to reject', async () => {
    await opened();
    const form = await filledAt(firstApprover, approve);
    await send(firstApprover, form);
    form.set('decision', 'rejected');
    form.set('reason', 'after all');

    assert.equal((await send(firstApprover, form)).status, 409);
    assert.deepEqual(reasonsLogged(), [['alreadyDecided']]);
    assert.equal(desk.world.told.length, 1);
  });

  it('and an answer that somebody else put into the archive is not counted as one of two (S1)', async () => {
    desk = await OpenDesk.open(byTwo);
    ({ firstApprover, secondApprover } = await desk.ask(smallPlan()));
    const { digest = '' } = desk.world.pending.get(run) ?? {};
    const { decidedAt, expiresAt } = { decidedAt: asOf, expiresAt: asOf + 24 * hour };
    const forged = sealed(answerWith({ run, digest, approver: 'second-approver', decidedAt, expiresAt }), 'c2VhbA==');
    desk.world.archive.texts.set(`runs/${run}/answers/plan/second-approver.json`, JSON.stringify(forged));
    const response = await answerAt(firstApprover, approve);

    assert.match(await response.text(), /1 more approval is needed/);
    assert.deepEqual([desk.decisionOf(run), desk.world.told], [undefined, []]);
    assert.match(desk.logged, /an answer on record is not what this desk sealed/);
  });

  it('and two who approve at the same moment complete a quorum of two, once (S1)', async () => {
    desk = await OpenDesk.open(byTwo);
    ({ firstApprover, secondApprover } = await desk.ask(smallPlan()));
    startTogether(2);
    await Promise.all([answerAt(firstApprover, approve), answerAt(secondApprover, approve)]);
    assert.deepEqual(
      desk
        .decisionOf(run)
        ?.answers.map(({ answer }) => answer.approver)
        .sort(),
      ['first-approver', 'second-approver'],
    );
    assert.deepEqual(outputsTold(), ['approved']);
  });

  const openedByTwo = async () => {
    desk = await OpenDesk.open(byTwo);
    ({ firstApprover, secondApprover } = await desk.ask(smallPlan()));
  };

  const nothingDecided = () => assert.deepEqual([desk.decisionOf(run), desk.world.told], [undefined, []]);

  it('and a genuine answer that was copied to another run, scope or approver counts for nothing there (S1)', async () => {
    const texts = () => desk.world.archive.texts;
    for (const [from, to] of [
      ['runs/another-run/answers/plan/second-approver.json', `runs/${run}/answers/plan/second-approver.json`],
      [`runs/${run}/answers/wave-2/second-approver.json`, `runs/${run}/answers/plan/second-approver.json`],
      [`runs/${run}/answers/plan/first-approver.json`, `runs/${run}/answers/plan/second-approver.json`],
    ] as const) {
      await openedByTwo();
      const { digest = '' } = desk.world.pending.get(run) ?? {};
      const [, of, scope, approver] = /^runs\/(.+)\/answers\/(.+)\/(.+)\.json$/.exec(from) ?? [];
      const genuine = answerWith({ run: of, digest, scope, approver, decidedAt: asOf, expiresAt: asOf + 24 * hour });
      texts().set(to, JSON.stringify(sealed(genuine, sealOf(messageToSeal(genuine)))));
      const response = await answerAt(firstApprover, approve);

      assert.match(await response.text(), /1 more approval is needed/, from);
      assert.deepEqual(await desk.world.deliverDecisions({ sweep: true }), { woken: [] });
      nothingDecided();
      await desk.close();
    }
    await openedByTwo();
    const { digest = '' } = desk.world.pending.get(run) ?? {};
    const own = answerWith({ run, digest, approver: 'second-approver', decidedAt: asOf, expiresAt: asOf + 24 * hour });
    texts().set(
      `runs/${run}/answers/plan/second-approver.json`,
      JSON.stringify(sealed(own, sealOf(messageToSeal(own)))),
    );
    await answerAt(firstApprover, approve);
    assert.equal(desk.decisionOf(run)?.decision, 'approved', 'in its own place it counts');
  });

  it('and one rejection after an approval rejects, of two that are needed (S1)', async () => {
    await openedByTwo();
    await answerAt(firstApprover, approve);
    nothingDecided();
    const response = await answerAt(secondApprover, { decision: 'rejected', reason: 'not today' });

    assert.equal(response.status, 200);
    assert.equal(reasonOf(desk.decisionOf(run) as Decision), 'not today');
    assert.deepEqual(outputsTold(), ['rejected']);
  });

  it('and a rejection that races the approval of a quorum rejects, whichever is recorded first (S1)', async () => {
    await openedByTwo();
    startTogether(2);
    await Promise.all([
      answerAt(firstApprover, approve),
      answerAt(secondApprover, { decision: 'rejected', reason: 'not today' }),
    ]);

    assert.equal(reasonOf(desk.decisionOf(run) as Decision), 'not today');
    assert.deepEqual(outputsTold(), ['rejected']);
  });

  it('and the second approval counts until the very moment at which the time to answer is over (S1)', async () => {
    for (const [late, status] of [
      [0, 409],
      [-1, 200],
    ] as const) {
      await openedByTwo();
      await answerAt(firstApprover, approve);
      const form = await filledAt(secondApprover, approve);
      desk.world.now = instant(asOf + 6 * hour + late);
      assert.equal((await send(secondApprover, form)).status, status);
      assert.equal(desk.decisionOf(run)?.decision, late === 0 ? undefined : 'approved');
      if (late === 0) nothingDecided();
      await desk.close();
    }
    await opened();
  });

  it('and one approver who answers twice by their link is one of two (S1)', async () => {
    await openedByTwo();
    const form = await filledAt(firstApprover, approve);
    await send(firstApprover, form);
    const before = desk.world.archive.texts.size;
    const again = await send(firstApprover, form);

    assert.match(await again.text(), /1 more approval is needed/);
    assert.equal(desk.world.archive.texts.size, before);
    nothingDecided();
  });

  it('and a reason with line breaks and headers is recorded as one line', async () => {
    await opened();
    const reason = 'no\r\nset-cookie: a=b\r\n\r\n<b>\u202e';
    const response = await answerAt(firstApprover, { decision: 'rejected', reason });

    assert.equal(response.headers.get('set-cookie'), null);
    assert.equal(reasonOf(desk.decisionOf(run) as Decision), 'no set-cookie: a=b <b>');
    assert.match(await response.text(), /no set-cookie: a=b &lt;b&gt;/);
  });
});
