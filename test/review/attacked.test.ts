import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';

import type { Run } from '../../core/plan.ts';
import { candidate, filledAt, formsOf, OpenDesk, ofThisPage, planOf, run, send, smallPlan } from './open-desk.ts';

/*
 * Goal: over HTTP, too, nothing but the deliberate answer of somebody who was asked decides (S1).
 *
 * Method: an adversary talks to a real server, through the rehearsal's door. After each attack the plan still waits:
 * nothing sealed, recorded or told. What was refused is in the log with its reasons, and no link, nonce or token is.
 */

const approve = { decision: 'approved', count: '2' };

let desk: OpenDesk;
let firstApprover: string;
let secondApprover: string;

const opened = async () => {
  desk = await OpenDesk.open();
  ({ firstApprover, secondApprover } = await desk.ask(smallPlan()));
};

/** The plan waits on, and the log tells of the attack without what would let its reader make one. */
function stillPending(loggedBefore: number): void {
  const { world } = desk;
  assert.deepEqual([desk.decisionOf(run), world.sealed, world.told], [undefined, [], []]);
  assert.ok(world.warnings.length > loggedBefore, 'the attack is not in the log');
  keptOutOfLog();
}

function keptOutOfLog(): void {
  const nonces = [...desk.world.pending.values()].flatMap(({ invitations }) => invitations.map(({ nonce }) => nonce));
  for (const hidden of [
    'task-token',
    ...[firstApprover, secondApprover].map((link) => link.split('/').at(-1) ?? ''),
    ...nonces,
  ]) {
    assert.ok(!desk.logged.includes(hidden));
  }
}

const reasonsLogged = () =>
  desk.world.warnings.flatMap((fields) => {
    const { reasons } = (fields ?? {}) as { reasons?: string[] };
    return reasons === undefined ? [] : [reasons];
  });

describe('over HTTP, a plan still waits after', () => {
  let loggedBefore = 0;

  before(opened);
  beforeEach(() => {
    loggedBefore = desk.world.warnings.length;
  });
  afterEach(() => stillPending(loggedBefore));
  after(() => desk.close());

  it('a forged, a truncated, a lengthened and somebody’s other link', async () => {
    const forged = [
      `${firstApprover.slice(0, -4)}AAAA`,
      firstApprover.slice(0, -1),
      `${firstApprover}A`,
      firstApprover.replace(run, 'other-run'),
      `${firstApprover}%0d%0a`,
    ];
    const form = await filledAt(firstApprover, approve);
    for (const link of forged) {
      for (const response of [await fetch(link), await send(link, form)]) {
        assert.equal(response.status, 404);
        assert.ok(!(await response.text()).includes(run));
      }
    }
  });

  it('the form of somebody else’s page', async () => {
    const response = await send(firstApprover, await filledAt(secondApprover, approve));
    assert.equal(response.status, 409);
    assert.deepEqual(reasonsLogged().at(-1), ['nonceWrong']);
  });

  it('the answer to run A, sent to run B', async () => {
    const small = [candidate('prod/low/other/key-1'), candidate('prod/low/other/key-2')];
    const other = planOf(small, [], { secrets: 5, services: 1 }, { run: 'run-b' as Run });
    const links = await desk.ask(other);

    const response = await send(links.firstApprover, await filledAt(firstApprover, approve));
    assert.equal(response.status, 409);
    assert.deepEqual(reasonsLogged().at(-1), ['otherPlan', 'nonceWrong']);
    assert.equal(
      (await send(links.firstApprover.replace('run-b', run), await filledAt(links.firstApprover, approve))).status,
      404,
    );
    assert.equal(desk.decisionOf('run-b' as Run), undefined);
  });

  it('forms from other origins, and from programs that say nothing of theirs', async () => {
    const form = await filledAt(firstApprover, approve);
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: desk.url, 'sec-fetch-site': 'same-site' },
      { origin: desk.url.replace('http:', 'https:') },
      { origin: 'null' },
      {},
    ]) {
      assert.equal((await send(firstApprover, form, headers as Record<string, string>)).status, 403);
    }
    assert.deepEqual(desk.world.warnings.at(-1), { run, fault: 'otherOrigin' });
  });

  it('a scanner that opens the link in every way, follows its links and submits every form as it is', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
      await (await fetch(firstApprover, { method })).text();
    const page = await (await fetch(firstApprover)).text();
    for (const [, href = ''] of page.matchAll(/href="([^"#]*)/g)) await fetch(new URL(href, firstApprover));

    const forms = formsOf(page);
    assert.equal(forms.length, 2);
    for (const form of forms) {
      assert.equal((await send(firstApprover, form, {})).status, 403);
      assert.equal((await send(firstApprover, form)).status, 422);
    }
    assert.deepEqual(reasonsLogged().slice(-1), [['reasonMissing']]);
  });

  it('line breaks and headers in whatever may be sent', async () => {
    const injected = 'x\r\nset-cookie: stolen=1\r\n\r\n<script>alert(1)</script>';
    for (const field of ['decision', 'digest', 'nonce', 'count', 'reason']) {
      const form = await filledAt(firstApprover, { decision: 'approved', count: '3' });
      form.set(field, injected);
      const response = await send(firstApprover, form);
      assert.ok(response.status < 500);
      assert.equal(response.headers.get('set-cookie'), null);
      assert.ok(!(await response.text()).includes('<script>alert'));
    }
  });

  it('bodies of every type and length, none of which breaks the desk', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', 'application/xml']) {
      const body = JSON.stringify({ decision: 'approved' });
      assert.equal(
        (await fetch(firstApprover, { method: 'POST', headers: { ...ofThisPage, 'content-type': type }, body })).status,
        415,
      );
    }
    assert.equal((await send(firstApprover, { ...approve, reason: 'x'.repeat(500_000) })).status, 413);
    assert.equal((await send(firstApprover, '')).status, 400);
    assert.equal(
      (await send(`${firstApprover}?page=2&decision=approved&count=2`, { decision: 'approved' })).status,
      400,
    );
  });

  it('bodies that chance and malice make up: never a fault of the desk, never a decision', async () => {
    const { digest = '', invitations = [] } = desk.world.pending.get(run) ?? {};
    const genuine = [digest, invitations[0]?.nonce ?? '', 'approved', 'rejected', '3', ' 2', '2.0', '٢', '2e0', ''];
    const text = fc.oneof(fc.constantFrom(...genuine), fc.string(), fc.string({ unit: 'binary' }));
    const fields = fc.array(
      fc.tuple(fc.oneof(fc.constantFrom('decision', 'digest', 'nonce', 'count'), fc.string()), text),
    );
    const bodies = fc.oneof(
      fields.map((pairs) => new TextEncoder().encode(new URLSearchParams(pairs).toString())),
      fc.uint8Array({ maxLength: 2_000 }),
      fc.json().map((json) => new TextEncoder().encode(json)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom('', '?page=2', '?page=-1', '?page=1e9', '?%00'), async (body, query) => {
        const headers = { ...ofThisPage, 'content-type': 'application/x-www-form-urlencoded' };
        const response = await fetch(firstApprover + query, { method: 'POST', headers, body: Buffer.from(body) });
        await response.text();
        assert.ok(response.status >= 400 && response.status < 500, String(response.status));
      }),
      { numRuns: 300 },
    );
  });

  it('a plan that was changed after its preview', async () => {
    const form = await filledAt(firstApprover, approve);
    const key = `runs/${run}/waves/1.jsonl`;
    const text = desk.world.archive.texts.get(key) ?? '';
    desk.world.archive.texts.set(key, text.replace('key-2', 'key-9'));

    assert.equal((await send(firstApprover, form)).status, 409);
    assert.deepEqual(reasonsLogged().at(-1), ['planChanged']);
    desk.world.archive.texts.set(key, text);
  });

  it('a stale link, when the same run asked anew', async () => {
    const form = await filledAt(firstApprover, approve);
    const fresh = await desk.ask(smallPlan(), 'second-task-token');

    assert.equal((await fetch(firstApprover)).status, 404);
    assert.equal((await send(firstApprover, form)).status, 404);
    assert.equal((await send(fresh.firstApprover, form)).status, 409);
    assert.deepEqual(reasonsLogged().at(-1), ['nonceWrong']);
  });
});

describe('what others wrote into a plan', () => {
  after(() => desk.close());

  it('is text on the page, in every place it has there', async () => {
    const attack = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
    desk = await OpenDesk.open();
    const secrets = [candidate(`prod/low/${attack}`, { service: attack, rotator: attack, expirationDate: attack })];
    const alone = { name: attack, arn: attack, reason: 'notDue' as const, reasons: ['notDue'] as const };
    const links = await desk.ask(
      planOf(secrets, [alone], { secrets: 5, services: 1 }, { why: attack, requestedBy: `x\r\n${attack}` }),
    );

    const response = await fetch(links.firstApprover);
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.ok(!/<script>alert|<img/.test(page));
    assert.ok(page.split('&lt;script&gt;alert(1)&lt;/script&gt;').length > 5);
  });
});
