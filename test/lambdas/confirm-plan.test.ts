import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../adapters/sha256.ts';
import { sayUnusual } from '../../core/planning/unusual.ts';
import { serialiseStart } from '../../core/start.ts';
import { draftPlan } from '../../lambdas/draft-plan/step.ts';
import { asked, canary, inWindow, key1, key2, keyOf, login, RunWorld, run } from './run-world.ts';

const planKey = 'runs/run-of-november/plan.json';
const startKey = 'runs/run-of-november/start.json';
const draftKey = 'runs/run-of-november/draft.json';
const factsOfLow = 'runs/run-of-november/preflight/0.json';

/** Drafted and looked at, not confirmed yet. */
async function drafted(world = new RunWorld()): Promise<RunWorld> {
  await world.plan();
  for (const key of [...world.archive.texts.keys()]) {
    if (!/start|draft|preflight/.test(key)) world.archive.texts.delete(key);
  }
  return world;
}

const leftAloneIn = (world: RunWorld) => world.document('runs/run-of-november/left-alone.json');
const reasonOf = (world: RunWorld, name: string): unknown =>
  leftAloneIn(world).find((one: { name: string }) => one.name === name)?.reasons;

describe('confirming a draft', () => {
  it('makes the plan, in waves from low risk to high, and writes its waves before its header', async () => {
    const world = await drafted();
    const confirmed = await world.confirmPlan();

    assert.equal(confirmed.next, 'go on');
    assert.equal(confirmed.next === 'go on' && confirmed.waves, 2);
    assert.deepEqual('first' in confirmed && [confirmed.first, confirmed.last], [64_800, 21_720]);
    const deposits = world.calls.filter((call) => call.startsWith('deposit'));
    assert.deepEqual(
      deposits.map((call) => call.replace('deposit runs/run-of-november/', '')),
      ['confirmation.json', 'left-alone.json', 'waves/1.jsonl', 'waves/2.jsonl', 'plan.json'],
    );
    const { selected, waves, fleet, expiresAt, startsAt } = world.document(planKey);
    assert.deepEqual([selected, fleet], [4, { secrets: 10, services: 2 }]);
    assert.deepEqual(
      waves.map(({ tiers, secrets }: { tiers: string[]; secrets: number }) => [tiers, secrets]),
      [
        [['low'], 3],
        [['medium'], 1],
      ],
    );
    assert.equal(expiresAt, Date.UTC(2026, 10, 20, 19, 15));
    assert.equal(startsAt, Date.UTC(2026, 10, 19, 2, 0));
  });

  it('gives no go-ahead and touches no secret: a plan is not an approval (S1)', async () => {
    const world = await drafted();
    await world.confirmPlan();
    assert.deepEqual([world.goAheads.size, world.fleet.writes], [0, []]);
  });

  it('ends an audit with its report of what would be rotated, and asks nobody (S1)', async () => {
    const world = await drafted();
    const { requestedBy, why } = asked;
    world.archive.texts.set(startKey, serialiseStart(run, { mode: 'audit', requestedBy, why }));
    assert.deepEqual(await world.confirmPlan({ goal: 'draft', ...asked, mode: 'audit' }), {
      next: 'end',
      outcome: 'audited',
      reasons: [],
    });
    assert.equal(world.document(planKey).selected, 4);
  });

  it('refuses an execution that start-run has not put on record, or not as this (S1)', async () => {
    const refused = { next: 'end', outcome: 'refused', reasons: ['startUnknown'] };
    const { mode, requestedBy, why } = asked;
    for (const record of [
      undefined,
      { run, mode, requestedBy: 'first-approver', why },
      { run, mode, requestedBy, why: 'another reason' },
      { run, mode: 'audit', requestedBy, why },
      { run: 'another-run', mode, requestedBy, why },
      { run, mode, requestedBy, why, more: true },
      {},
    ]) {
      const world = await drafted();
      if (record === undefined) world.archive.texts.delete(startKey);
      else world.archive.texts.set(startKey, JSON.stringify(record));
      assert.deepEqual(await world.confirmPlan(), refused, JSON.stringify(record));
      assert.equal(world.archive.texts.has(planKey), false);
    }
  });

  it('goes on at both caps, and is refused one above: then no plan is made (S2)', async () => {
    const exact = await drafted(new RunWorld({ caps: { secrets: 4, percentOfFleet: 40, secretsPerDay: 100 } }));
    assert.equal((await exact.confirmPlan()).next, 'go on');

    for (const [caps, reason] of [
      [{ secrets: 3, percentOfFleet: 40, secretsPerDay: 100 }, 'secrets: 4 of at most 3 secrets'],
      [{ secrets: 4, percentOfFleet: 39.9, secretsPerDay: 100 }, 'percentOfFleet: 40 of at most 39.9 % of the fleet'],
    ] as const) {
      const world = await drafted(new RunWorld({ caps }));
      assert.deepEqual(await world.confirmPlan(), { next: 'end', outcome: 'refused', reasons: [reason] });
      assert.deepEqual([world.document(planKey), world.fleet.writes], [undefined, []]);
    }
  });

  it('refuses a selection made by an inverted rule, even under the cap (S2)', async () => {
    const world = new RunWorld({ caps: { secrets: 60, percentOfFleet: 100, secretsPerDay: 100 } });
    await draftPlan({ ...world.ports, due: ({ kind }) => kind === 'day' })(asked);

    assert.deepEqual(await world.confirmPlan(), {
      next: 'end',
      outcome: 'refused',
      reasons: ['secondJudgement: 6 of at most 0 contradictions', 'notDue: 6'],
    });
    assert.equal(world.document(planKey), undefined);
  });

  it('believes no count of the draft: a draft of the whole fleet is held against the caps (S2)', async () => {
    const world = await drafted();
    const draft = world.document(draftKey);
    const selected = [...draft.selected, ...draft.selected, ...draft.selected];
    world.archive.texts.set(draftKey, JSON.stringify({ ...draft, selected, fleet: { secrets: 1_000 } }));

    const confirmed = await world.confirmPlan();
    assert.deepEqual(confirmed.next === 'end' && [confirmed.outcome, ...confirmed.reasons], [
      'refused',
      'percentOfFleet: 120 of at most 40 % of the fleet',
      'secondJudgement: 12 of at most 0 contradictions',
      'plannedTwice: 12',
    ]);
  });

  it('takes who asks, how and since when from the execution, not from the draft (S1)', async () => {
    const world = await drafted();
    const lie = { ...world.document(draftKey), requestedBy: 'First-approver', asOf: 0, mode: 'rotate', why: 'forged' };
    world.archive.texts.set(draftKey, JSON.stringify(lie));
    await world.confirmPlan();

    const { requestedBy, why, draftedAt } = world.document(planKey);
    assert.deepEqual(
      [requestedBy, why, draftedAt],
      ['requester', 'The keys of the quarter are due', Date.UTC(2026, 10, 18, 19, 15)],
    );
  });

  it('leaves alone whatever the preflight advises against, and rotates the rest (S4)', async () => {
    const world = new RunWorld();
    world.fleet.unreadable.add(key1);
    world.fleet.accepted.delete(world.fleet.held(key2).values.get('v1')?.text ?? '');
    await world.plan();

    assert.deepEqual([reasonOf(world, key1), reasonOf(world, key2)], [['unreadable'], ['currentRejected']]);
    assert.equal(world.document(planKey).selected, 2);
  });

  it('leaves both of two secrets for one account alone (S4)', async () => {
    const shared = keyOf('prod/low/orders/key-4', { client: key2, keyId: `${key2}-1` });
    const world = new RunWorld({ caps: { secrets: 60, percentOfFleet: 50, secretsPerDay: 100 } }, [
      { name: 'prod/low/orders/key-4', value: shared },
    ]);
    await world.plan();

    assert.deepEqual(reasonOf(world, key2), ['accountShared']);
    assert.deepEqual(reasonOf(world, 'prod/low/orders/key-4'), ['accountShared']);
    assert.equal(world.document(planKey).selected, 3);
  });

  it('leaves alone what nobody looked at, and fails when it cannot tell (S4)', async () => {
    const world = await drafted();
    world.archive.texts.delete(factsOfLow);
    const confirmed = await world.confirmPlan();

    assert.deepEqual(reasonOf(world, key1), ['unprobed']);
    assert.equal(confirmed.next === 'go on' && confirmed.waves, 1);

    const garbled = await drafted();
    garbled.archive.texts.set(factsOfLow, '<html>');
    await assert.rejects(garbled.confirmPlan(), SyntaxError);
    assert.equal(garbled.document(planKey), undefined);
  });

  it('ends a run in which nothing is left to rotate, or nothing was due', async () => {
    const world = new RunWorld();
    for (const name of [key1, key2, 'prod/low/orders/key-3', login]) world.fleet.silent.add(name);
    await world.plan();
    const ended = { next: 'end', outcome: 'completed', reasons: ['nothingToRotate'] };

    assert.deepEqual(await world.confirmPlan(), ended);
    assert.deepEqual(reasonOf(world, login), ['currentUnknown']);

    const idle = new RunWorld();
    for (const name of [key1, key2, 'prod/low/orders/key-3', login])
      idle.fleet.tag(name, { expirationDate: '2027-01-01' });
    await idle.plan();
    assert.deepEqual(await idle.confirmPlan(), ended);
  });

  it('writes nothing of a value or an account into any document (S12)', async () => {
    const world = await new RunWorld().plan();
    for (const word of [canary, '127.0.0.1', 'masterarn']) assert.ok(!world.said.includes(word), word);
  });

  it('gives the same plan when it is delivered again, and the same digest (S11)', async () => {
    const world = await new RunWorld().plan();
    const before = new Map(world.archive.texts);
    world.now = inWindow;

    const again = await world.confirmPlan();
    assert.equal(again.next === 'go on' && again.digest, world.digest);
    assert.equal(world.digest, sha256(before.get(planKey) ?? ''));
    assert.deepEqual(world.archive.texts, before);
  });

  it('says what is unusual against the runs before, and the same when it is delivered again (S11)', async () => {
    const finished = { run: 'run-of-october' as typeof run, mode: 'rotate', outcome: 'completed' } as const;
    const ended = { ...finished, endedAt: inWindow, selected: 3, rotated: 3, rotators: ['http-api-key'] };
    const world = await drafted();
    world.history.content = [ended];
    const confirmed = await world.confirmPlan();
    const unusual = world.document(planKey).unusual.map(sayUnusual);
    assert.deepEqual(unusual.slice(0, 2), [
      'More secrets than in any run before: 4, against 3 at most in the run before',
      'First run with a rotator: postgres',
    ]);

    world.history.content = [{ ...ended, selected: 40, rotators: ['http-api-key', 'postgres'] }];
    assert.deepEqual(await world.confirmPlan(), confirmed);
    assert.deepEqual(world.document(planKey).unusual.map(sayUnusual), unusual);
  });

  it('makes the plan when the history cannot be read, and tells the approver so', async () => {
    const world = await drafted();
    world.history.content = undefined;
    assert.equal((await world.confirmPlan()).next, 'go on');
    assert.equal(
      sayUnusual(world.document(planKey).unusual[0]),
      'Not compared with runs before: the history could not be read',
    );
    assert.match(JSON.stringify(world.logged), /the history could not be read/);
  });

  it('mixes no two fleets: what an interrupted attempt left half-way is not gone on with (S11)', async () => {
    const world = await new RunWorld().plan();
    world.archive.texts.delete(planKey);
    const facts = world.document(factsOfLow);
    world.archive.texts.set(factsOfLow, JSON.stringify(facts.slice(1)));

    await assert.rejects(world.confirmPlan(), /left-alone\.json holds what an interrupted attempt found/);
    assert.equal(world.document(planKey), undefined);
  });

  it('refuses when the fleet has changed under the draft (S2)', async () => {
    const world = await drafted();
    world.fleet.tag(key1, { expirationDate: '2027-02-28' });
    world.fleet.change(key2, 'v9', ['AWSCURRENT'], inWindow);
    const confirmed = await world.confirmPlan();

    assert.deepEqual(confirmed.next === 'end' && confirmed.reasons, [
      'secondJudgement: 2 of at most 0 contradictions',
      'expirationDiffers: 1',
      'versionDiffers: 1',
    ]);
    assert.equal(world.document(`runs/${run}/confirmation.json`).contradicted.length, 2);
  });
});
