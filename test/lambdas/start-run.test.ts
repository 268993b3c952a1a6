import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { instant } from '../../core/instant.ts';
import type { JsonResponse } from '../../lambdas/json-response.ts';
import { requester, StartWorld } from './start-world.ts';

/*
 * Goal: a run is started once, by whom AWS says, and what is asked for in a way that makes no sense starts nothing.
 *
 * Method: the deployed step over ports in memory. What was started and what is on record is looked at, not only the answer.
 */

const secondApprover = 'arn:aws:sts::111122223333:assumed-role/Engineer/second-approver@example.com';

const rotation = { mode: 'rotate', why: 'the quarterly rotation', token: 'token-0001' };

describe('a run that a person starts', () => {
  it('is asked for by whom AWS says that the caller is, and is on record before it runs', async () => {
    const world = new StartWorld();
    const answered = await world.ask(rotation);

    const run = 'rotate-2026-11-25-6e34484e4d';
    assert.deepEqual(answered, {
      statusCode: 201,
      run,
      mode: 'rotate',
      requestedBy: requester,
      why: 'the quarterly rotation',
      begun: 'underWay',
    });
    const start = { mode: 'rotate', requestedBy: requester, why: 'the quarterly rotation' };
    assert.deepEqual(world.started, [{ run, start }]);
    assert.deepEqual(JSON.parse(await world.archive.fetch(`runs/${run}/start.json`)), { run, ...start });
  });

  it('cannot be asked for in the name of somebody else', async () => {
    const world = new StartWorld();
    const { statusCode, problems } = await world.ask({ ...rotation, requestedBy: 'schedule:rotation' });
    assert.deepEqual([statusCode, problems], [400, ['there is no field requestedBy; leave it out']]);
    assert.deepEqual([world.started, world.archive.texts.size], [[], 0]);
  });

  for (const [who, arn] of [
    ['nobody', undefined],
    ['the root account', 'arn:aws:iam::111122223333:root'],
  ] as const) {
    it(`is not started by ${who}`, async () => {
      const world = new StartWorld();
      const event = { requestContext: { http: { method: 'POST' } }, body: JSON.stringify(rotation) };
      const answered = arn === undefined ? ((await world.step(event)) as JsonResponse) : await world.ask(rotation, arn);
      assert.equal(answered.statusCode, 403);
      assert.deepEqual([world.started, world.archive.texts.size], [[], 0]);
    });
  }

  it('is one, however often it is asked for with one token, past midnight too', async () => {
    const world = new StartWorld();
    const first = await world.ask(rotation);
    world.now = instant(Date.UTC(2026, 10, 26, 0, 1));
    const again = await world.ask(rotation);
    assert.deepEqual(again, first);
    assert.deepEqual(new Set(world.started.map(({ run }) => run)).size, 1);

    world.states = 'ended';
    assert.deepEqual((await world.ask(rotation)).statusCode, 200);
  });

  it('is another for another token, for another caller, and without any token', async () => {
    const world = new StartWorld();
    const { token: _, ...tokenless } = rotation;
    const answers = [
      await world.ask(rotation),
      await world.ask({ ...rotation, token: 'token-0002' }),
      await world.ask(rotation, secondApprover),
      await world.ask(tokenless),
      await world.ask(tokenless),
    ];
    assert.deepEqual([...new Set(answers.map(({ statusCode }) => statusCode))], [201]);
    assert.equal(new Set(answers.map(({ run }) => run)).size, 5);
  });

  it('is not changed by asking for another with the same token', async () => {
    const world = new StartWorld();
    const { run } = await world.ask(rotation);
    const other = await world.ask({ ...rotation, why: 'something else' });
    assert.deepEqual([other.statusCode, other.error, other.run], [409, 'tokenTaken', run]);
    assert.equal(world.started.length, 1);
  });

  it('is started by asking again, when Step Functions did not answer', async () => {
    const world = new StartWorld();
    world.states = 'away';
    assert.deepEqual((await world.ask(rotation)).statusCode, 503);
    world.states = 'underWay';
    assert.deepEqual((await world.ask(rotation)).statusCode, 201);
    assert.equal(world.started.length, 1);
  });

  it('says why on one line', async () => {
    const world = new StartWorld();
    await world.ask({ ...rotation, why: ' the\nquarterly\r\n\trotation ' });
    assert.equal(world.started[0]?.start.why, 'the quarterly rotation');
  });
});

describe('what makes no sense starts nothing, and is told what is wrong with it:', () => {
  for (const [what, body, problem] of [
    ['no JSON', 'mode=rotate', 'the body is no JSON object; send {"mode": …, "why": …}'],
    ['no object', [], 'the body is no JSON object; send {"mode": …, "why": …}'],
    ['no mode', { why: 'x' }, 'mode is none that can be started; use one of audit, rotate, restore, retire'],
    [
      'another mode',
      { mode: 'revoke', why: 'x' },
      'mode is none that can be started; use one of audit, rotate, restore, retire',
    ],
    ['no reason', { mode: 'audit' }, 'why is missing; say why, for those who are to approve it'],
    ['an empty reason', { mode: 'audit', why: ' \n ' }, 'why is empty; say why, for those who are to approve it'],
    [
      'a reason of nothing but marks that nobody sees',
      { mode: 'audit', why: '\u200e \u2066\u061c' },
      'why is empty; say why, for those who are to approve it',
    ],
    ['a long reason', { mode: 'audit', why: 'x'.repeat(301) }, 'why is longer than 300 characters; say it shorter'],
    ['a run to go back over', { ...rotation, of: 'run-1' }, 'of is of no use to rotate; leave it out'],
    ['names of secrets', { ...rotation, secrets: ['a'] }, 'secrets is of no use to rotate; leave it out'],
    ['a restore of nothing', { mode: 'restore', why: 'x' }, 'of is missing; name the run to go back over'],
    [
      'a short token',
      { ...rotation, token: '1234567' },
      'token is no token; use 8 to 100 printable characters, a new one for each run',
    ],
  ] as const) {
    it(what, async () => {
      const world = new StartWorld();
      const { statusCode, problems } = await world.ask(body);
      assert.deepEqual([statusCode, problems], [400, [problem]]);
      assert.deepEqual([world.started, world.archive.texts.size], [[], 0]);
    });
  }

  it('a body that is longer than any that makes sense', async () => {
    const world = new StartWorld();
    assert.equal((await world.ask({ ...rotation, why: 'x'.repeat(300_000) })).statusCode, 413);
    assert.equal((await world.ask({ ...rotation, why: '€'.repeat(100_000) })).statusCode, 413);
    assert.deepEqual(world.started, []);
  });

  it('a reason of just 300 characters makes sense', async () => {
    assert.equal((await new StartWorld().ask({ ...rotation, why: 'x'.repeat(300) })).statusCode, 201);
  });

  it('whatever is sent, no answer is a fault of the step, and what is started was asked for in full', async () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ mode: fc.oneof(fc.constant('rotate'), fc.string()), why: fc.anything() }).map((it) => safeJson(it)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const world = new StartWorld();
        const { statusCode } = await world.ask(body);
        assert.ok([201, 400, 413].includes(statusCode), String(statusCode));
        assert.equal(world.started.length, statusCode === 201 ? 1 : 0);
      }),
    );
  });
});

const safeJson = (value: unknown) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one));

describe('a run that a schedule starts', () => {
  const at = '2026-11-25T22:40:00Z';

  it('is what the settings say of the schedule, and nothing that whoever invokes could say', async () => {
    const world = new StartWorld();
    const started = await world.step({ schedule: 'rotation', at, mode: 'audit', requestedBy: requester });
    assert.deepEqual(started, { run: 'scheduled-rotation-2026-11-25-2240', begun: 'underWay' });
    assert.deepEqual(world.started, [
      {
        run: 'scheduled-rotation-2026-11-25-2240',
        start: {
          mode: 'rotate',
          requestedBy: 'schedule:rotation',
          why: 'rotation on schedule, cron(15 19 ? * WED *) UTC',
        },
      },
    ]);
  });

  it('is one, however often the schedule fires', async () => {
    const world = new StartWorld();
    await world.step({ schedule: 'audit', at });
    await world.step({ schedule: 'audit', at });
    assert.deepEqual([...new Set(world.started.map(({ run }) => run))], ['scheduled-audit-2026-11-25-2240']);
    assert.equal(world.archive.texts.size, 1);
  });

  it('is not started half an hour late, nor ahead of its time', async () => {
    const world = new StartWorld();
    const fire = (moment: string) => world.step({ schedule: 'rotation', at: moment });
    await assert.rejects(fire('2026-11-25T22:11:59Z'), { name: 'NotTimelyError' });
    await assert.rejects(fire('2026-11-25T22:43:01Z'), { name: 'NotTimelyError' });
    assert.deepEqual(world.started, []);
    await fire('2026-11-25T22:12:00Z');
    await fire('2026-11-25T22:43:00Z');
    assert.equal(world.started.length, 2);
  });

  it('of which there is none starts nothing', async () => {
    for (const event of [{ schedule: 'restore', at }, { schedule: 'rotation' }, { schedule: 'rotation', at: 'now' }]) {
      const world = new StartWorld();
      await assert.rejects(world.step(event), { name: 'ZodError' });
      assert.deepEqual(world.started, []);
    }
  });
});

describe('S1 a run that somebody asks for whom the settings do not know', () => {
  const stranger = 'arn:aws:sts::111122223333:assumed-role/Visitor/first-approver@example.com';

  it('S1 is not started: nobody could say that whoever approves it is somebody else', async () => {
    for (const mode of ['rotate', 'retire', 'restore']) {
      const world = new StartWorld();
      const of = mode === 'restore' ? { of: 'run-of-november' } : {};
      const { statusCode, error, message } = await world.ask({ mode, why: 'it leaked', ...of }, stranger);
      assert.deepEqual([statusCode, error, world.started], [403, 'unknownRequester', []]);
      assert.match(
        message ?? '',
        /do not know .*Visitor\/first-approver@example\.com.*principal in the entry of an approver/,
      );
      assert.deepEqual([...world.archive.texts], []);
    }
  });

  it('may be an audit, which nobody has to approve', async () => {
    const world = new StartWorld();
    assert.equal((await world.ask({ mode: 'audit', why: 'a look' }, stranger)).statusCode, 201);
  });
});
