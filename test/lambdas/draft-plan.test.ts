import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { draftPlan } from '../../lambdas/draft-plan/step.ts';
import { arnOf, asked, canary, key1, key2, key3, login, RunWorld, run } from './run-world.ts';

const candidatesKey = 'runs/run-of-november/preflight.jsonl';
const inventoryKey = 'runs/run-of-november/inventory.jsonl';
const draftKey = 'runs/run-of-november/draft.json';
const names = (of: readonly { name: string }[]) => of.map(({ name }) => name);

describe('drafting a plan', () => {
  it('selects what is due, and says why everything else is left alone', async () => {
    const world = new RunWorld();

    assert.deepEqual(await world.draftPlan(), { next: 'go on', preflightKey: candidatesKey, candidates: 4 });
    const { selected, leftAlone, ...asDrafted } = world.document(draftKey);
    assert.deepEqual(names(selected), [key1, key2, key3, login]);
    assert.deepEqual(
      leftAlone.map(({ reason }: { reason: string }) => reason),
      Array(6).fill('notDue'),
    );
    assert.deepEqual(asDrafted, {
      run,
      mode: 'rotate',
      requestedBy: 'requester',
      why: 'The keys of the quarter are due',
      asOf: Date.UTC(2026, 10, 18, 19, 15),
    });
  });

  it('lays the candidates out for the preflight, each tier by itself', async () => {
    const world = new RunWorld();
    await world.draftPlan();

    assert.deepEqual(
      world
        .lines<{ tier: string; index: number; secrets: { name: string }[] }>(candidatesKey)
        .map(({ tier, index, secrets }) => [tier, index, names(secrets)]),
      [
        ['low', 0, [key1, key2, key3]],
        ['medium', 1, [login]],
      ],
    );
  });

  it('reads no value and writes to no secret (S9)', async () => {
    const world = new RunWorld();
    await world.draftPlan();

    assert.deepEqual(world.calls, [
      'list',
      `deposit ${inventoryKey}`,
      `deposit ${candidatesKey}`,
      `deposit ${draftKey}`,
      `fetch ${draftKey}`,
    ]);
  });

  it('keeps the list that it selected from, one secret a line and no value of any (S12)', async () => {
    const world = new RunWorld();
    await world.draftPlan();
    const listed = world.lines<{ name: string; versions: unknown }>(inventoryKey);
    assert.deepEqual([listed.length, listed[0]?.name], [10, key1]);
    assert.deepEqual(listed[0]?.versions, { v1: ['AWSCURRENT'] });
    assert.ok(!world.said.includes(canary));
  });

  it('selects from the list that is kept, when it died before it had selected and the fleet has changed since (S11)', async () => {
    const world = new RunWorld();
    await world.draftPlan();
    for (const key of [candidatesKey, draftKey]) world.archive.texts.delete(key);
    world.fleet.add({ name: 'prod/low/orders/key-4' });
    await world.draftPlan();
    assert.deepEqual(names(world.document(draftKey).selected), [key1, key2, key3, login]);
  });

  it('judges by when the run started, not by when it is called', async () => {
    const world = new RunWorld();
    await world.draftPlan({ ...asked, startedAt: '2026-11-13T23:59:59Z' });
    assert.equal(world.document(draftKey).selected.length, 0);

    const later = new RunWorld();
    await later.draftPlan({ ...asked, startedAt: '2026-11-14T00:00:00Z' });
    assert.equal(later.document(draftKey).selected.length, 4);
  });

  it('goes on with one selection when it is delivered again and the fleet has changed since (S11)', async () => {
    const world = new RunWorld();
    await world.draftPlan();
    const before = new Map(world.archive.texts);
    world.fleet.add({ name: 'prod/low/orders/key-4' });

    assert.deepEqual(await world.draftPlan(), { next: 'go on', preflightKey: candidatesKey, candidates: 4 });
    assert.deepEqual(world.archive.texts, before);
  });

  it('finds nothing in a fleet where nothing is due', async () => {
    const world = new RunWorld();
    for (const name of [key1, key2, key3, login]) world.fleet.tag(name, { expirationDate: '2026-11-18' });

    assert.deepEqual(await world.draftPlan(), { next: 'go on', preflightKey: candidatesKey, candidates: 0 });
    assert.equal(world.archive.texts.get(candidatesKey), '');
  });

  it('can be given an inverted rule, as in the incident: then it selects what is not due', async () => {
    const world = new RunWorld();
    await draftPlan({
      ...world.ports,
      due: (expiration) => expiration.kind === 'day' && expiration.startsAt > Date.UTC(2026, 10, 18),
    })(asked);
    assert.deepEqual(names(world.document(draftKey).selected)[0], 'prod/low/orders/fresh-1');
    assert.equal(world.document(draftKey).selected.length, 6);
  });

  it('takes the ARN along, by which everything later finds the secret', async () => {
    const world = new RunWorld();
    await world.draftPlan();
    assert.equal(world.document(draftKey).selected[0].arn, arnOf(key1));
  });
});
