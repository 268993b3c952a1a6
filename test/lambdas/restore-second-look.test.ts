/*
 * Goal: S2 a restore that the second pair of eyes does not find in the documents of the run that is undone is refused.
 *
 * Method: the steps over ports in memory, with a draft that was altered, or documents that were.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import type { Settings } from '../../core/settings.ts';
import { askForRestore, restoring, rotated } from './restore-world.ts';
import { arnOf, key1, login, type RunWorld, run } from './run-world.ts';

const draftOf = (world: RunWorld) => world.document(archiveKeys.draft(restoring));

/** One password where there was a pair. */
const oneForPostgres: Partial<Settings> = {
  rotators: {
    postgres: { kind: 'postgres', strategy: 'replace', allowedHosts: ['127.0.0.1'], validityDays: 90 },
    'http-api-key': { kind: 'http-api-key', strategy: 'overlap', allowedHosts: ['127.0.0.1'], validityDays: 90 },
  },
};

describe('the second look at a restore (S2)', () => {
  /** What a draft says that draft-plan did not write, and what the run ends for. */
  const contradicted = async (alter: (secret: Record<string, unknown>) => object, more: object = {}) => {
    const world = askForRestore(await rotated(), more);
    await world.draftPlan();
    const draft = draftOf(world);
    const selected = [{ ...draft.selected[0], ...alter(draft.selected[0]) }, ...draft.selected.slice(1)];
    world.archive.texts.set(archiveKeys.draft(restoring), JSON.stringify({ ...draft, selected }));
    const ending = await world.confirmPlan();
    assert.ok(ending.next === 'end' && ending.outcome === 'refused');
    return ending.reasons.filter((reason) => !reason.startsWith('secondJudgement'));
  };

  it('contradicts another version to go back to than the run recorded', async () => {
    const before = { version: 'v0', expirationDate: '2026-11-13' };
    assert.deepEqual(await contradicted(() => ({ before })), ['returnsElsewhere: 1']);
  });

  it('contradicts another date to go back to than the run recorded', async () => {
    const before = { version: 'v1', expirationDate: '2027-11-13' };
    assert.deepEqual(await contradicted(() => ({ before })), ['returnsElsewhere: 1']);
  });

  it('contradicts a secret that the run did not touch', async () => {
    const [name, arn] = ['prod/low/orders/fresh-1', arnOf('prod/low/orders/fresh-1')];
    const fresh = { name, arn, currentVersion: 'v1', expirationDate: '2026-12-31' };
    assert.deepEqual(await contradicted(() => fresh), ['notOfRun: 1']);
  });

  it('contradicts a secret that was not asked for', async () => {
    const world = askForRestore(await rotated(), { secrets: [key1] });
    await world.draftPlan();
    const draft = draftOf(world);
    const other = askForRestore(await rotated(), {});
    await other.draftPlan();
    const all = { ...draft, selected: draftOf(other).selected };
    world.archive.texts.set(archiveKeys.draft(restoring), JSON.stringify(all));
    const ending = await world.confirmPlan();
    assert.ok(ending.next === 'end' && ending.reasons.includes('notAskedFor: 3'));
  });

  it('contradicts one whose target forgot the old credential', async () => {
    const world = await rotated(oneForPostgres);
    await world.draftPlan();
    const draft = draftOf(world);
    const [planned] = world.lines<{ secrets: Record<string, unknown>[] }>(archiveKeys.wave(run, 2))[0]?.secrets ?? [];
    assert.ok(planned !== undefined);
    const { newVersion, currentSince, ...secret } = planned;
    const before = { version: planned['currentVersion'], expirationDate: planned['expirationDate'] };
    const tag = world.fleet.held(login).entry.tags.find(({ key }) => key === 'expiration_date')?.value;
    const forged = { ...secret, currentVersion: newVersion, expirationDate: tag, before };
    world.archive.texts.set(archiveKeys.draft(restoring), JSON.stringify({ ...draft, selected: [forged] }));
    const ending = await world.confirmPlan();
    assert.ok(ending.next === 'end');
    assert.deepEqual(ending.reasons.slice(1), ['forgotten: 1']);
  });

  it('contradicts a rotation that would return a secret to what it was', async () => {
    const world = await rotated();
    const { of: _, ...asked } = world.asked;
    world.asked = { ...asked, run: 'a-rotation' as Run, mode: 'rotate', startedAt: '2027-11-19T12:00:00Z' };
    world.noteStart();
    await world.draftPlan();
    const key = archiveKeys.draft('a-rotation' as Run);
    const draft = world.document(key);
    const before = { version: 'v1', expirationDate: '2026-11-13' };
    const selected = draft.selected.map((secret: object) => ({ ...secret, before }));
    world.archive.texts.set(key, JSON.stringify({ ...draft, selected: selected.slice(0, 1) }));
    const ending = await world.confirmPlan();
    assert.ok(ending.next === 'end' && ending.reasons.includes('returnsTo: 1'));
  });
});
