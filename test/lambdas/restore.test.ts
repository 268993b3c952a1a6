import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../adapters/sha256.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { readUndoable } from '../../core/past-runs/restore.ts';
import { lookAgainAt } from '../../core/past-runs/second-restore.ts';
import type { Batch, PlanDigest, Run } from '../../core/plan.ts';
import type { Settings } from '../../core/settings.ts';
import type { RestoreAsked } from '../../core/start.ts';
import { approvedToRestore, askForRestore, complete, restoring, rotated } from './restore-world.ts';
import { arnOf, at, canary, key1, key2, key3, login, type RunWorld, run } from './run-world.ts';

/*
 * Goal: a restore returns what a run rotated to what it was before it, and touches nothing else.
 *
 * Method: the deployed steps rotate a fleet in this process, and are then asked to restore it, while something is not as
 * the run left it.
 */

const names = [key1, key2, key3, login];
const draftOf = (world: RunWorld) => world.document(archiveKeys.draft(restoring));
const selectedIn = (world: RunWorld): string[] =>
  draftOf(world).selected.map(({ name }: { readonly name: string }) => name);
const leftAloneIn = (world: RunWorld): [string, string][] =>
  world
    .document(archiveKeys.leftAlone(restoring))
    .map(({ name, reason }: { readonly name: string; readonly reason: string }) => [name, reason]);
const current = (world: RunWorld, name: string) => world.fleet.labels(name)['AWSCURRENT'];
const plannedIn = (world: RunWorld) => [1, 2].flatMap((wave) => world.batches(wave)).flatMap(({ secrets }) => secrets);
const isTold = (call: string) => /^(create|set|revert|stage) /.test(call);

/** One password where there was a pair. */
const oneForPostgres: Partial<Settings> = {
  rotators: {
    postgres: { kind: 'postgres', strategy: 'replace', allowedHosts: ['127.0.0.1'], validityDays: 90 },
    'http-api-key': { kind: 'http-api-key', strategy: 'overlap', allowedHosts: ['127.0.0.1'], validityDays: 90 },
  },
};

describe('a restore', () => {
  it('plans what the run rotated, each secret with the version and the date that the run found', async () => {
    const world = await (await rotated()).plan();
    assert.deepEqual(selectedIn(world), names);
    for (const secret of plannedIn(world)) {
      assert.deepEqual(secret.before, { version: 'v1', expirationDate: '2026-11-13' });
      assert.equal(secret.newVersion, 'v1');
      assert.equal(secret.currentVersion, current(world, secret.name));
      assert.notEqual(secret.currentVersion, 'v1');
    }
    const { mode, of, selected, leftAlone } = world.document(archiveKeys.plan(restoring));
    assert.deepEqual([mode, of, selected, leftAlone], ['restore', run, 4, {}]);
    assert.deepEqual(world.fleet.writes, []);
  });

  it('moves AWSCURRENT back and the tag with it, and tells the targets nothing', async () => {
    const world = await approvedToRestore(await rotated());
    await complete(world);

    assert.deepEqual(
      names.map((name) => current(world, name)),
      ['v1', 'v1', 'v1', 'v1'],
    );
    assert.deepEqual(
      world.renewed,
      names.map((name) => [arnOf(name), '2026-11-13']),
    );
    assert.deepEqual(world.calls.filter(isTold), []);
    assert.ok(!world.calls.some((call) => call.startsWith('readMaster')), 'no master is needed');
  });

  it('asks every target about both credentials before there is a plan', async () => {
    const world = await rotated();
    await world.plan();
    const facts = world.document(archiveKeys.preflight(restoring, 0));
    assert.deepEqual(
      facts.map(({ answer, before }: { answer: string; before: object }) => [answer, before]),
      Array.from({ length: 3 }, () => ['accepted', { kind: 'fit', answer: 'accepted' }]),
    );
    assert.ok(!world.said.includes(canary), 'S12: no value gets out');
  });

  it('is of the named secrets alone, when some are named', async () => {
    const world = askForRestore(await rotated(), { secrets: [key2] });
    await world.plan();
    assert.deepEqual(selectedIn(world), [key2]);
    assert.deepEqual(leftAloneIn(world), [
      [key1, 'notAskedFor'],
      [key3, 'notAskedFor'],
      [login, 'notAskedFor'],
    ]);
  });

  it('has nothing to do once it was done, and says so', async () => {
    const world = await complete(await approvedToRestore(await rotated()));
    askForRestore(world, { run: 'restored-again', startedAt: '2026-11-20T12:00:00Z' });
    await world.draftPlan();
    assert.deepEqual(await world.confirmPlan(), { next: 'end', outcome: 'completed', reasons: ['nothingToRestore'] });
    const { leftAlone } = world.document(archiveKeys.plan('restored-again' as Run));
    assert.deepEqual(leftAlone, { restoredBefore: 4 });
  });
});

describe('a restore leaves alone, and reports', () => {
  const leaves = async (alter: (world: RunWorld) => unknown, name: string, reason: string, more = {}) => {
    const world = await rotated(more);
    await alter(world);
    await world.plan();
    assert.deepEqual(
      leftAloneIn(world).find(([left]) => left === name),
      [name, reason],
    );
    assert.ok(!plannedIn(world).some((secret) => secret.name === name));
    assert.deepEqual(world.fleet.writes, []);
  };

  it('an alternating pair that was rotated again since', () =>
    leaves(({ fleet }) => fleet.change(login, 'v9', ['AWSCURRENT'], at('2026-11-19T08:00:00Z')), login, 'movedSince'));

  it('one whose target no longer accepts the old credential', () =>
    leaves(
      ({ fleet }) => fleet.accepted.delete(fleet.held(key1).values.get('v1')?.text ?? ''),
      key1,
      'beforeRejected',
    ));

  it('one whose target says nothing', () => leaves(({ fleet }) => fleet.silent.add(key1), key1, 'currentUnknown'));

  it('one whose old version is gone', () =>
    leaves(({ fleet }) => fleet.held(key1).values.delete('v1'), key1, 'beforeGone'));

  it('one whose new credential does not work: AWSCURRENT must authenticate to begin with (S4)', () =>
    leaves(
      ({ fleet }) =>
        fleet.accepted.delete(fleet.held(key1).values.get(fleet.labels(key1)['AWSCURRENT'] ?? '')?.text ?? ''),
      key1,
      'currentRejected',
    ));

  it('one that the run did not rotate in the end', () =>
    leaves(
      (world) => {
        const report = world.document(archiveKeys.report(run));
        const secrets = report.secrets.map((secret: { name: string }) =>
          secret.name === key1 ? { ...secret, kind: 'held' } : secret,
        );
        world.archive.texts.set(archiveKeys.report(run), JSON.stringify({ ...report, secrets }));
      },
      key1,
      'notRotated',
    ));

  it('one whose tags name another rotator since', () =>
    leaves(({ fleet }) => fleet.tag(key1, { rotator: 'hmac-key' }), key1, 'retagged'));

  it('one that the list does not have any more', () => leaves(({ fleet }) => fleet.forget(key2), key2, 'notListed'));

  it('one that is quarantined since', () =>
    leaves(
      (world) => {
        // Others that are left alone today, before it in the list: each is told with its own reason.
        for (const other of [key1, key3]) world.fleet.tag(other, { health: undefined });
        return world.quarantine.change(() => ({ [arnOf(key2)]: { name: key2, run, reason: 'held', at: world.now } }));
      },
      key2,
      'quarantined',
    ));

  it('every secret while a freeze is on', () =>
    leaves(() => undefined, key1, 'frozen', {
      freezes: [{ from: at('2026-11-19T10:00:00Z'), to: at('2026-11-19T20:00:00Z'), why: 'Peak' }],
    }));

  it('one with one password: the old one is gone at the target, and is not set again', () =>
    leaves(() => undefined, login, 'forgotten', oneForPostgres));
});

describe('a restore is refused', () => {
  const refusal = async (alter: (world: RunWorld) => unknown, more: object = {}) => {
    const world = askForRestore(await rotated(), more);
    alter(world);
    await world.draftPlan();
    assert.deepEqual(selectedIn(world), [], 'nothing is drafted');
    const ending = await world.confirmPlan();
    assert.ok(ending.next === 'end' && ending.outcome === 'refused');
    assert.deepEqual(world.fleet.writes, []);
    assert.deepEqual(await refusedByEach(world, { of: run, secrets: undefined, ...more }), [
      ...ending.reasons,
      ...ending.reasons,
    ]);
    return ending.reasons;
  };
  /** What the first look says, and the second, each without the other. */
  const refusedByEach = async ({ archive }: RunWorld, asked: RestoreAsked) =>
    (await Promise.all([readUndoable, lookAgainAt].map((look) => look(archive, sha256, asked)))).map((found) =>
      'refusal' in found ? `${found.refusal}: ${found.which}` : found.kind,
    );
  const forget = (key: string) => (world: RunWorld) => world.archive.texts.delete(key);
  const change = (key: string, from: string, to: string) => (world: RunWorld) => {
    const text = world.archive.texts.get(key) ?? '';
    assert.ok(text.includes(from));
    world.archive.texts.set(key, text.replace(from, to));
  };

  const approvedOnceElsewhere = (world: RunWorld) => {
    const { decision, answers } = world.document(archiveKeys.decision(run));
    const [{ answer, seal }] = answers;
    const other = { answer: { ...answer, approver: 'second-approver', digest: 'sha256:other' }, seal };
    world.archive.texts.set(archiveKeys.decision(run), JSON.stringify({ decision, answers: [...answers, other] }));
  };

  it('of a run that nobody knows', async () => {
    assert.deepEqual(await refusal(() => undefined, { of: 'run-of-may' }), ['unknownRun: run-of-may']);
  });

  it('of a run that has not ended', async () => {
    assert.deepEqual(await refusal(forget(archiveKeys.report(run))), ['unfinished: run-of-november']);
  });

  it('of a run that rotated nothing in the end', async () => {
    const all = (world: RunWorld) => {
      const report = world.document(archiveKeys.report(run));
      const secrets = report.secrets.map((secret: object) => ({ ...secret, kind: 'rolledBack' }));
      world.archive.texts.set(archiveKeys.report(run), JSON.stringify({ ...report, secrets }));
    };
    assert.deepEqual(await refusal(all), ['nothingRotated: run-of-november']);
  });

  it('of a run that was itself a restore', async () => {
    const world = await complete(await approvedToRestore(await rotated()));
    askForRestore(world, { run: 'restore-of-restore', of: restoring });
    await world.draftPlan();
    assert.deepEqual(await world.confirmPlan(), {
      next: 'end',
      outcome: 'refused',
      reasons: ['notARotation: restore-of-november'],
    });
    assert.deepEqual(await refusedByEach(world, { of: restoring, secrets: undefined }), [
      'notARotation: restore-of-november',
      'notARotation: restore-of-november',
    ]);
  });

  it('when a secret is named that the run did not have', async () => {
    const secrets = [key1, 'prod/low/orders/fresh-1'];
    assert.deepEqual(await refusal(() => undefined, { secrets }), ['unknownSecret: prod/low/orders/fresh-1']);
  });

  for (const [what, alter] of [
    [
      'names another version to go back to',
      change(archiveKeys.wave(run, 1), '"currentVersion":"v1"', '"currentVersion":"v0"'),
    ],
    ['is not the one that was approved', change(archiveKeys.plan(run), '"why":"The keys', '"why":"The  keys')],
    ['was rejected', change(archiveKeys.decision(run), '"decision":"approved"', '"decision":"rejected","reason":"no"')],
    ['was approved by one, and another plan by another', approvedOnceElsewhere],
    ['has no decision', forget(archiveKeys.decision(run))],
  ] as [string, (world: RunWorld) => unknown][]) {
    it(`when the archive’s plan of the run ${what}`, async () => {
      assert.deepEqual(await refusal(alter), ['altered: run-of-november']);
    });
  }

  it('goes by what the recovery says of a run that died after its report', async () => {
    const settled = (world: RunWorld) => {
      const report = world.document(archiveKeys.report(run));
      const secrets = report.secrets.map((secret: object) => ({ ...secret, kind: 'rolledBack' }));
      world.archive.texts.set(archiveKeys.recovery(run), JSON.stringify({ ...report, secrets }));
    };
    assert.deepEqual(await refusal(settled), ['nothingRotated: run-of-november']);
  });
});

describe('a batch of a restore', () => {
  const forward = (world: RunWorld, wave = 1) => world.turn('rotate', world.batch(wave));

  it('is left alone, secret by secret, where somebody moved it since the plan (S3)', async () => {
    const world = await approvedToRestore(await rotated());
    world.fleet.change(key1, 'v9', ['AWSCURRENT'], at('2026-11-20T01:00:00Z'));
    const answer = await forward(world);
    assert.ok(answer.kind === 'turned');
    assert.deepEqual(
      answer.claims.map(({ kind }) => kind),
      ['leftAlone', 'rotated', 'rotated'],
    );
    assert.equal(current(world, key1), 'v9');
  });

  it('needs not be due, nor of any age, and stays away from a rotation in flight', async () => {
    const world = await approvedToRestore(await rotated());
    world.fleet.change(key1, 'v9', ['AWSPENDING'], at('2026-11-20T01:00:00Z'));
    const answer = await forward(world);
    assert.ok(answer.kind === 'turned');
    assert.deepEqual(answer.claims[0], { arn: arnOf(key1), name: key1, kind: 'leftAlone', reason: 'rotationInFlight' });
  });

  it('may undo what was made an hour ago', async () => {
    const world = await approvedToRestore(await rotated());
    world.now = at('2026-11-19T03:30:00Z');
    const answer = await forward(world);
    assert.ok(answer.kind === 'turned');
    assert.deepEqual(
      answer.claims.map(({ kind }) => kind),
      ['rotated', 'rotated', 'rotated'],
    );
  });

  it('tells a target nothing, even if a plan had a secret in it that a way back would set again', async () => {
    const world = await approvedToRestore(await rotated());
    const [batch = assert.fail()] = world.batches(1);
    const forged = { ...batch, secrets: batch.secrets.map((secret) => ({ ...secret, strategy: 'replace' })) };
    const header = world.document(archiveKeys.plan(restoring));
    header.waves[0].batches[0].hash = sha256(canonicalJson(forged));
    const plan = canonicalJson(header);
    world.archive.texts.set(archiveKeys.wave(restoring, 1), canonicalJson(forged));
    world.archive.texts.set(archiveKeys.plan(restoring), plan);
    world.digest = sha256(plan) as PlanDigest;
    world.decide({ expiresAt: at('2026-11-21T12:00:00Z') });
    for (const name of [key1, key2, key3]) {
      const { values } = world.fleet.held(name);
      world.fleet.accepted.delete(values.get(current(world, name) ?? '')?.text ?? '');
    }

    const answer = await world.turn('roll back', forged as Batch);
    assert.ok(answer.kind === 'turned');
    assert.deepEqual(
      answer.claims.map((claim) => ('reason' in claim ? claim.reason : claim.kind)),
      ['stuck', 'stuck', 'stuck'],
    );
    assert.deepEqual(world.calls.filter(isTold), []);
  });

  it('holds where the target has stopped accepting the old credential since the preflight, and sets nothing', async () => {
    const world = await approvedToRestore(await rotated());
    world.fleet.accepted.delete(world.fleet.held(key2).values.get('v1')?.text ?? '');
    const answer = await forward(world);
    assert.ok(answer.kind === 'turned');
    assert.deepEqual(
      answer.claims.map((claim) => ('reason' in claim ? claim.reason : claim.kind)),
      ['rotated', 'newRejected', 'batchFailed'],
    );
    assert.deepEqual(world.calls.filter(isTold), []);
  });

  it('goes forward to the newer version again when its wave fails', async () => {
    const world = await approvedToRestore(await rotated());
    const newer = [key1, key2, key3].map((name) => current(world, name));
    world.fleet.accepted.delete(world.fleet.held(key2).values.get('v1')?.text ?? '');
    await world.turnWave('rotate');
    assert.equal(current(world, key1), 'v1');

    await world.turnWave('roll back');
    assert.deepEqual(
      [key1, key2, key3].map((name) => current(world, name)),
      newer,
    );
    const judged = await world.judgeWave({ run: restoring, wave: 1, phase: 'rolledBack' });
    assert.ok(judged.next === 'end' && judged.outcome === 'rolled-back');
    const { secrets } = world.document(archiveKeys.verdict(restoring, 1, 'rolledBack'));
    assert.deepEqual(
      secrets.map(({ kind }: { kind: string }) => kind),
      ['rolledBack', 'rolledBack', 'untouched'],
    );
    assert.deepEqual(world.calls.filter(isTold), []);
    assert.deepEqual(world.renewed, [], 'no tag moved');
  });

  it('delivered twice, is done twice and moved once (S11)', async () => {
    const world = await approvedToRestore(await rotated());
    const first = await forward(world);
    const moves = world.fleet.writes.length;
    assert.deepEqual(await forward(world), first);
    assert.equal(world.fleet.writes.length, moves);
    assert.equal(moves, 3);
  });

  it('restores nothing under the approval of a rotation: what it is for is under the seal (S1)', async () => {
    const world = await approvedToRestore(await rotated());
    const key = archiveKeys.plan(restoring);
    world.archive.texts.set(key, (world.archive.texts.get(key) ?? '').replace('"mode":"restore"', '"mode":"rotate"'));
    assert.deepEqual(await forward(world), { kind: 'notStarted', reason: 'otherPlan' });
    assert.deepEqual(world.fleet.writes, []);
  });
});
