/*
 * Goal: whoever IAM authenticated answers as the one approver whose principal they are, once, whichever way they answer; and
 * nothing that they send decides anything else.
 *
 * Method: an adversary with a key of their own, over HTTP, against the desk behind the rehearsal's door. After each attack the
 * plan still waits, and the attack is in the log.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import * as fc from 'fast-check';

import type { Run } from '../../core/plan.ts';
import { type Key, sessionOf, signedFetch } from '../rehearsal/account/signing.ts';
import { answerAt, byTwo, OpenDesk, run, settings, smallPlan } from './open-desk.ts';

const role = 'arn:aws:iam::111122223333:role/Approver';
const keys = {
  requester: sessionOf(role, 'requester@example.com'),
  firstApprover: sessionOf(role, 'first-approver@example.com'),
  secondApprover: sessionOf('arn:aws:iam::111122223333:role/Second-approver', 'whatever'),
  mallory: sessionOf(role, 'mallory@example.com'),
};

const principals: Readonly<Record<string, string>> = {
  requester: keys.requester.userArn,
  'first-approver': keys.firstApprover.userArn,
  'second-approver': keys.secondApprover.principal,
};

/** Requester and First-approver share a role and are told apart by their sessions; Second-approver has a role of her own. */
const approvers = settings.approvers.map((approver) => ({
  ...approver,
  principal: principals[approver.name] ?? assert.fail(`${approver.name} has no key`),
}));

describe('S1 by IAM', () => {
  let desk: OpenDesk;
  beforeEach(async () => {
    desk = await OpenDesk.open({ approvers });
    for (const key of Object.values(keys)) desk.giveKey(key);
  });
  afterEach(() => desk.close());

  const urlOf = (of: string = run) => `${desk.url}/runs/${of}/approval`;
  const look = async (key: Key, of: string = run) => read(await signedFetch(key, { url: urlOf(of), method: 'GET' }));
  const send = async (key: Key, answer: unknown, of: string = run) => {
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return read(await signedFetch(key, { url: urlOf(of), method: 'POST', body }));
  };
  const read = async (response: Response) => ({ status: response.status, ...((await response.json()) as Said) });

  interface Said {
    readonly kind?: string;
    readonly approver?: string;
    readonly error?: string;
    readonly message?: string;
    readonly refusals?: readonly string[];
    readonly plan?: { readonly digest: string; readonly scope: string; readonly headline: string; batches: unknown[] };
  }

  /** What an approver sends who has looked at the plan. */
  async function approvalOf(key: Key, of: string = run) {
    const { plan } = await look(key, of);
    const count = /(\d+) of/.exec(plan?.headline ?? '')?.[1] ?? '';
    return { decision: 'approved', digest: plan?.digest ?? '', scope: plan?.scope ?? '', count };
  }

  function assertStillWaits(): void {
    assert.equal(desk.decisionOf(run), undefined);
    assert.deepEqual(
      [...desk.world.archive.texts.keys()].filter((key) => /answers|decision/.test(key)),
      [],
    );
    assert.deepEqual(desk.world.told, []);
  }

  it('S1 shows the whole plan and decides nothing, however often it is looked at', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    for (let times = 0; times < 5; times += 1) {
      const seen = await look(keys.firstApprover);
      assert.deepEqual([seen.status, seen.kind, seen.approver], [200, 'open', 'first-approver']);
      assert.ok((seen.plan?.batches.length ?? 0) > 0);
      assert.ok(!JSON.stringify(seen).includes('nonce'));
    }
    assertStillWaits();
  });

  it('S1 records who answered as whom AWS says, and tells the run', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const decided = await send(keys.firstApprover, await approvalOf(keys.firstApprover));
    assert.deepEqual([decided.status, decided.kind], [200, 'decided']);
    const [given] = desk.decisionOf(run)?.answers ?? [];
    assert.deepEqual(
      [given?.answer.approver, given?.answer.provedBy],
      ['first-approver', { kind: 'iam', principal: keys.firstApprover.userArn }],
    );
    assert.equal(desk.world.told.length, 1);
  });

  it('S1 takes a rejection with a reason, and not without', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const { digest, scope } = await approvalOf(keys.secondApprover);
    const silent = await send(keys.secondApprover, { decision: 'rejected', digest, scope });
    assert.deepEqual([silent.status, silent.refusals], [422, ['reasonMissing']]);
    assertStillWaits();
    assert.equal(
      (await send(keys.secondApprover, { decision: 'rejected', digest, scope, reason: 'not tonight' })).status,
      200,
    );
    assert.equal(desk.decisionOf(run)?.decision, 'rejected');
  });

  it('S1 does not let whoever asked for the run approve it, as whom they asked or as the approver they are', async () => {
    for (const requestedBy of [keys.firstApprover.userArn, 'first-approver', 'First-approver@Example.com']) {
      await desk.ask(smallPlan({ requestedBy }));
      const seen = await look(keys.firstApprover);
      assert.deepEqual([seen.status, seen.error], [403, 'selfApproval']);
      const forged = { ...(await approvalOf(keys.secondApprover)), approver: 'second-approver' };
      for (const answer of [forged, { ...forged, approver: undefined }]) {
        assert.ok((await send(keys.firstApprover, answer)).status >= 400);
      }
      assertStillWaits();
    }
    assert.match(desk.logged, /selfApproval/);
  });

  it('S1 lets in no session of the role but those that are approvers’', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const answer = await approvalOf(keys.firstApprover);
    for (const { status, error, message } of [await look(keys.mallory), await send(keys.mallory, answer)]) {
      assert.deepEqual([status, error], [403, 'notAnApprover']);
      assert.match(message ?? '', /assumed-role\/Approver\/mallory@example\.com is no approver’s principal/);
    }
    assertStillWaits();
    assert.match(desk.logged, /a caller is no approver/);
  });

  it('S1 lets in nobody whose request is not signed, or was changed after it was', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const body = JSON.stringify(await approvalOf(keys.firstApprover));
    const rejection = body.replace('approved', 'rejected');
    const asked = { url: urlOf(), method: 'POST', body };
    for (const response of [
      await fetch(urlOf(), { method: 'POST', body }),
      await signedFetch(keys.firstApprover, { ...asked, body: rejection }, { body }),
      await signedFetch(keys.firstApprover, { ...asked, url: urlOf('another-run') }, { url: urlOf() }),
      await signedFetch({ ...keys.firstApprover, secretAccessKey: keys.mallory.secretAccessKey }, asked),
    ]) {
      assert.deepEqual([response.status, await response.json()], [403, { message: 'Forbidden' }]);
    }
    assertStillWaits();
  });

  it('S1 counts one person once, by link and by IAM', async () => {
    await desk.close();
    desk = await OpenDesk.open({ approvers, ...byTwo });
    for (const key of Object.values(keys)) desk.giveKey(key);
    const { firstApprover } = await desk.ask(smallPlan({ requestedBy: 'requester' }));
    assert.equal((await answerAt(firstApprover, { decision: 'approved', count: countOf() })).status, 200);
    assert.equal(desk.decisionOf(run), undefined);

    const again = await send(keys.firstApprover, await plannedAnswer());
    assert.ok(again.status === 200 || again.status === 409, String(again.status));
    assert.equal(desk.decisionOf(run), undefined, 'one person is one approver');

    assert.equal((await send(keys.secondApprover, await approvalOf(keys.secondApprover))).status, 200);
    assert.deepEqual(
      desk.decisionOf(run)?.answers.map(({ answer }) => [answer.approver, answer.provedBy.kind]),
      [
        ['first-approver', 'link'],
        ['second-approver', 'iam'],
      ],
    );
  });

  const countOf = () => String(smallPlan({ requestedBy: 'requester' }).header.selected);
  const plannedAnswer = async () => ({ ...(await approvalOf(keys.secondApprover)), count: countOf() });

  it('S1 takes the answer to one run for no other', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const other = 'another-run' as Run;
    const plan = smallPlan({ requestedBy: 'requester' });
    await desk.ask({ ...plan, header: { ...plan.header, run: other } });
    const answer = await approvalOf(keys.firstApprover);
    const sent = await send(keys.firstApprover, answer, other);
    assert.deepEqual([sent.status, sent.refusals], [409, ['otherPlan']]);
    assert.equal(desk.decisionOf(other), undefined);
    assertStillWaits();
  });

  it('S1 takes no answer to a plan that changed after it was shown, another count, or after its time', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const answer = await approvalOf(keys.firstApprover);
    assert.deepEqual((await send(keys.firstApprover, { ...answer, count: '1' })).refusals, ['countWrong']);
    assert.deepEqual((await send(keys.firstApprover, { ...answer, digest: `sha256:${'0'.repeat(64)}` })).refusals, [
      'otherPlan',
    ]);
    const { answerBy } = desk.world.pending.get(run) ?? assert.fail('nothing waits');
    desk.world.now = answerBy;
    assert.deepEqual((await send(keys.firstApprover, answer)).refusals, ['answeredTooLate']);
    assert.equal((await look(keys.firstApprover)).kind, 'over');
    assertStillWaits();
  });

  it('S1 tells whoever comes second what was decided, and takes a repeated answer for the same', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const answer = await approvalOf(keys.firstApprover);
    const late = await approvalOf(keys.secondApprover);
    assert.equal((await send(keys.firstApprover, answer)).status, 200);
    const before = JSON.stringify([...desk.world.archive.texts]);
    assert.equal((await send(keys.firstApprover, answer)).status, 200);
    const refused = await send(keys.secondApprover, { ...late, decision: 'rejected', reason: 'no' });
    assert.deepEqual([refused.status, refused.kind, refused.refusals], [409, 'decided', ['alreadyDecided']]);
    assert.equal(JSON.stringify([...desk.world.archive.texts]), before);
  });

  it('S1 knows no run that waits for nobody', async () => {
    const seen = await look(keys.firstApprover, 'no-such-run');
    assert.deepEqual([seen.status, seen.error], [404, 'nothingWaits']);
  });

  it('S1 whatever is sent, nothing fails and nothing is decided', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const { digest, scope } = await approvalOf(keys.firstApprover);
    const field = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom('approved', 'rejected', digest, scope));
    const almost = fc.record(
      { decision: field, digest: field, scope: field, count: field, reason: fc.constant(''), approver: field },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      almost.map((it) => JSON.stringify(it)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const { status } = await send(keys.firstApprover, body);
        assert.ok(status >= 400 && status < 500, `${status} ${body}`);
        assert.equal(desk.decisionOf(run), undefined);
      }),
      { numRuns: 150 },
    );
    assert.equal(
      (await send(keys.firstApprover, `{"decision":"approved","reason":"${'x'.repeat(20_000)}"}`)).status,
      413,
    );
    assertStillWaits();
  });
});
