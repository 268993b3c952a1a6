import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';

import { instant } from '../../core/instant.ts';
import { ApprovalWorld, asOf, browserHeaders, candidate, httpEvent, planOf, run, smallPlan } from './approval-world.ts';

/*
 * Goal: nothing but the deliberate answer of somebody who was asked decides (S1).
 *
 * Method: each test attacks a plan that waits. Whatever it tried, the plan must wait on: nothing sealed, nothing recorded,
 * nobody told. What is refused is in the log.
 */

const approve = { decision: 'approved', count: '2' };
const hour = 3_600_000;

let world: ApprovalWorld;
let firstApprover: string;

beforeEach(async () => {
  world = new ApprovalWorld();
  await world.ask(smallPlan());
  firstApprover = world.pathFor('first-approver');
});

afterEach(() => {
  assert.deepEqual([world.decision, world.sealed, world.told], [undefined, [], []]);
});

const refusedFor = (...reasons: string[]) => ({ run, scope: 'plan', approver: 'first-approver', reasons });

describe('a plan still waits', () => {
  it('after its link was opened and previewed a hundred times', async () => {
    const before = new Map(world.archive.texts);
    for (let times = 0; times < 100; times += 1) {
      assert.equal((await world.get(firstApprover)).statusCode, 200);
      assert.deepEqual(
        [(await world.get(firstApprover, 'HEAD')).statusCode, (await world.get(firstApprover, 'HEAD')).body],
        [200, ''],
      );
    }
    assert.deepEqual(world.archive.texts, before);
  });

  it('after a scanner has sent every form as it found it', async () => {
    for (const decision of ['approved', 'rejected']) {
      assert.equal((await world.post(firstApprover, { decision, count: '', reason: '' })).statusCode, 422);
    }
    assert.deepEqual(world.warnings, [refusedFor('countWrong'), refusedFor('reasonMissing')]);
  });

  it('after methods that are not for pages', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'get', '']) {
      const { statusCode, headers } = await world.get(firstApprover, method);
      assert.deepEqual([statusCode, headers['allow']], [405, 'GET, HEAD, POST'], method);
    }
  });

  it('after an answer to another plan', async () => {
    assert.equal((await world.post(firstApprover, { ...approve, digest: `sha256:${'0'.repeat(64)}` })).statusCode, 409);
    assert.deepEqual(world.warnings, [refusedFor('otherPlan')]);
  });

  it('after the answer to one run was sent to another', async () => {
    const other = new ApprovalWorld();
    other.ports.random.bytes = (length: number) => new Uint8Array(length).fill(99);
    await other.ask(planOf([candidate('prod/low/other/key')], [], { secrets: 5, services: 1 }));
    const { digest, invitations } = other.pending.get(run) ?? assert.fail('nothing waits');

    const answer = { ...approve, digest, nonce: invitations[0]?.nonce ?? '' };
    assert.equal((await world.post(firstApprover, answer)).statusCode, 409);
    assert.deepEqual(world.warnings, [refusedFor('otherPlan', 'nonceWrong')]);
  });

  it('after an answer with a forged nonce, or with somebody else’s', async () => {
    const joans = world.pending.get(run)?.invitations[1]?.nonce ?? '';
    for (const nonce of ['forged', '', joans]) await world.post(firstApprover, { ...approve, nonce });
    assert.deepEqual(world.warnings, Array(3).fill(refusedFor('nonceWrong')));
  });

  it('after a wrong count', async () => {
    const { statusCode, body } = await world.post(firstApprover, { ...approve, count: '38' });
    assert.equal(statusCode, 422);
    assert.match(body, /role="alert"[\s\S]*not the number of secrets/);
    assert.deepEqual(world.warnings, [refusedFor('countWrong')]);
  });

  it('after a rejection without a reason, which comes back with what was typed', async () => {
    const reason = 'x'.repeat(501);
    assert.equal((await world.post(firstApprover, { decision: 'rejected', reason: ' ' })).statusCode, 422);
    assert.match((await world.post(firstApprover, { decision: 'rejected', reason })).body, /value="x{501}"/);
  });

  it('after an answer by whoever asked for it, should they have got a link', async () => {
    const pending = world.pending.get(run) ?? assert.fail('nothing waits');
    world.pending.set(run, { ...pending, requestedBy: 'first-approver' });
    assert.equal((await world.post(firstApprover, approve)).statusCode, 409);
    assert.deepEqual(world.warnings, [refusedFor('selfApproval')]);
  });

  it('after an answer at the very end of the time to answer', async () => {
    const { digest, invitations } = world.pending.get(run) ?? assert.fail('nothing waits');
    world.now = instant(asOf + 6 * hour);

    const { statusCode, body } = await world.post(firstApprover, {
      ...approve,
      digest,
      nonce: invitations[0]?.nonce ?? '',
    });
    assert.equal(statusCode, 409);
    assert.match(body, /Too late to answer/);
    assert.ok(!(await world.get(firstApprover)).body.includes('<form'));
    assert.deepEqual(world.warnings, [refusedFor('answeredTooLate')]);
  });

  it('after an answer after the plan itself expired', async () => {
    const { digest, invitations } = world.pending.get(run) ?? assert.fail('nothing waits');
    world.now = instant(asOf + 24 * hour);
    await world.post(firstApprover, { ...approve, digest, nonce: invitations[0]?.nonce ?? '' });
    assert.deepEqual(world.warnings, [refusedFor('answeredTooLate')]);
  });
});

describe('a link that is not one', () => {
  it('gets the page of nothing, which is the same whatever is wrong with it', async () => {
    const bodies = new Set<string>();
    for (const path of [
      `${firstApprover.slice(0, -1)}A`,
      firstApprover.slice(0, -1),
      `${firstApprover}A`,
      `${firstApprover}/`,
      firstApprover.replace(run, 'no-such-run'),
      firstApprover.replace('/review', ''),
      '/review/../pending/x',
      `/review/${run}/`,
      '/',
      '',
    ]) {
      for (const method of ['GET', 'POST']) {
        const { statusCode, body } = await world.review(
          httpEvent(method, path, {
            headers: browserHeaders,
            body: 'decision=approved&digest=d&scope=plan&nonce=n&count=2',
          }),
        );
        assert.equal(statusCode, 404, path);
        bodies.add(body);
      }
    }
    assert.equal(bodies.size, 1);
    assert.ok(![...bodies].join().includes(run));
  });

  it('is noted with its run only', async () => {
    await world.get(`${firstApprover.slice(0, -1)}A`);
    assert.deepEqual(world.warnings, [{ run, method: 'GET' }]);
  });
});

describe('a request that no page of ours sent', () => {
  const sent = (headers: Readonly<Record<string, string>>, body?: string) =>
    body === undefined
      ? world.post(firstApprover, approve, headers)
      : world.review(httpEvent('POST', firstApprover, { headers, body }));

  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it('is refused from another origin, whoever vouches for it', async () => {
    for (const headers of [
      { ...form, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { ...form, origin: 'https://desk.example.com', 'sec-fetch-site': 'cross-site' },
      { ...form, origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      { ...form, origin: 'null', 'sec-fetch-site': 'same-site' },
      { ...form, 'sec-fetch-site': 'none' },
      { ...form, origin: 'https://desk.example.com.evil.example' },
      { ...form, origin: 'http://desk.example.com' },
      { ...form, origin: 'null' },
      form,
    ]) {
      assert.equal((await sent(headers)).statusCode, 403, JSON.stringify(headers));
    }
    assert.deepEqual(world.warnings.at(-1), { run, fault: 'otherOrigin' });
  });

  it('is refused as anything but a form', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', '']) {
      const { statusCode } = await sent({ ...browserHeaders, 'content-type': type });
      assert.equal(statusCode, 415, type);
    }
  });

  it('is refused when it is too long, encoded or not', async () => {
    const long = `decision=approved&digest=d&nonce=n&count=2&reason=${'x'.repeat(20_000)}`;
    assert.equal((await sent(browserHeaders, long)).statusCode, 413);
    assert.equal((await sent(browserHeaders, 'x'.repeat(1_000_000))).statusCode, 413);
    const encoded = { headers: browserHeaders, body: Buffer.from(long).toString('base64'), isBase64Encoded: true };
    assert.equal((await world.review(httpEvent('POST', firstApprover, encoded))).statusCode, 413);
  });

  it('is refused when it is incomplete, or says a thing twice', async () => {
    for (const body of [
      '',
      'decision=approved',
      'digest=d&nonce=n',
      'decision=approved&decision=rejected&digest=d&nonce=n',
    ]) {
      assert.equal((await sent(browserHeaders, body)).statusCode, 400, body);
    }
  });

  it('never breaks the desk, whatever it is', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('approved', 'POST', firstApprover, '2'),
    );
    const events = fc.oneof(
      fc.anything(),
      fc.record(
        {
          rawPath: fc.oneof(fc.constant(firstApprover), fc.anything()),
          requestContext: fc.oneof(fc.constant({ http: { method: 'POST' } }), fc.anything()),
          headers: fc.oneof(fc.constant(browserHeaders), fc.anything()),
          body: fc.oneof(
            fc
              .record({ decision: text, digest: text, scope: text, nonce: text, count: text, reason: text })
              .map((fields) => new URLSearchParams(fields).toString()),
            text,
            fc.anything(),
          ),
          isBase64Encoded: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        const { statusCode } = await world.review(event);
        return statusCode < 500;
      }),
      { numRuns: 500 },
    );
  });
});
