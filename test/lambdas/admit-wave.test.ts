import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { GivenAnswer } from '../../core/approval/decision.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import { at, RunWorld, run, settings } from './run-world.ts';

const verdictKey = 'runs/run-of-november/verdicts/1-baked.json';

/** What was said of the wave before this one, if there is one. */
function judgedBefore({ archive }: RunWorld, wave: number, verdict: string): void {
  if (wave > 1) archive.texts.set(`runs/run-of-november/verdicts/${wave - 1}-baked.json`, JSON.stringify({ verdict }));
}

/** What is said of a wave of an approved plan, at a moment. */
async function admitted(
  { now = '2026-11-19T02:30:00Z', wave = 1 },
  alter: (world: RunWorld) => unknown = () => {},
  more: ConstructorParameters<typeof RunWorld>[0] = {},
): Promise<unknown> {
  const world = await new RunWorld(more).approved();
  world.now = at(now);
  judgedBefore(world, wave, 'sound');
  alter(world);
  const admission = await world.admitWave({ run, wave });
  assert.deepEqual(
    world.calls.filter((call) => !/^(fetch|switch|isGiven)/.test(call)),
    admission.next === 'go on' ? [`deposit runs/run-of-november/admissions/${wave}.json`] : [],
    'it writes nothing but that it let the wave go',
  );
  if (admission.next === 'go on') return 'go on';
  if (admission.next === 'ask') return `ask for ${admission.first} s, then ${admission.last} s`;
  return admission.next === 'wait' ? `wait ${admission.seconds} s` : [admission.outcome, ...admission.reasons];
}

describe('admitting a wave', () => {
  it('lets it start from the first moment of a window to just before its last', async () => {
    assert.equal(await admitted({ now: '2026-11-19T02:00:00Z' }), 'go on');
    assert.equal(await admitted({ now: '2026-11-19T04:59:59.999Z' }), 'go on');
  });

  it('has it wait until the window opens', async () => {
    assert.equal(await admitted({ now: '2026-11-19T01:59:59.999Z' }), 'wait 1 s');
    assert.equal(await admitted({ now: '2026-11-19T01:58:59.999Z' }), 'wait 61 s');
    assert.equal(await admitted({ now: '2026-11-19T01:59:00Z' }), 'wait 60 s');
  });

  it('stops when the next window opens only as the plan expires, or later', async () => {
    const windows = [{ days: ['thu', 'fri'] as const, from: '02:00', to: '05:00', timeZone: 'UTC' }];
    assert.equal(await admitted({ now: '2026-11-19T05:00:00Z' }, undefined, { windows }), 'wait 75600 s');
    assert.deepEqual(await admitted({ now: '2026-11-19T05:00:00Z' }), ['halted', 'noWindowBeforeExpiry']);

    const atExpiry = [{ days: ['fri'] as const, from: '19:15', to: '20:00', timeZone: 'UTC' }];
    const now = '2026-11-20T19:14:59Z';
    assert.deepEqual(await admitted({ now }, undefined, { windows: atExpiry }), ['halted', 'noWindowBeforeExpiry']);
    const justBefore = [{ days: ['fri'] as const, from: '19:14', to: '20:00', timeZone: 'UTC' }];
    assert.equal(await admitted({ now }, undefined, { windows: justBefore }), 'go on');
  });

  it('has it wait for a freeze to end, and stops when it ends too late', async () => {
    const frozenTo = (to: string) => ({
      windows: [],
      freezes: [{ from: at('2026-11-19T00:00:00Z'), to: at(to), why: 'Black Friday' }],
    });
    assert.equal(await admitted({}, undefined, frozenTo('2026-11-20T19:14:59.999Z')), 'wait 146700 s');
    assert.deepEqual(await admitted({}, undefined, frozenTo('2026-11-20T19:15:00Z')), [
      'halted',
      'noWindowBeforeExpiry',
    ]);
  });

  for (const [what, text, reason] of [
    ['absent, or cannot be read', undefined, 'switchAbsent'],
    ['off', '{"go":false}', 'switchOff'],
    ['empty', '', 'switchMalformed'],
    ['something else', 'on', 'switchMalformed'],
    ['misspelt', '{"go":true,"tier":["low"]}', 'switchMalformed'],
  ] as const) {
    it(`stops when the kill switch is ${what} (S8)`, async () => {
      assert.deepEqual(await admitted({}, (world) => Object.assign(world, { switchText: text })), ['halted', reason]);
    });
  }

  it('goes as far as the flags let it, and no further', async () => {
    const switched = (switchText: string) => (world: RunWorld) => Object.assign(world, { switchText });
    assert.equal(await admitted({ wave: 1 }, switched('{"go":true,"waves":1}')), 'go on');
    assert.deepEqual(await admitted({ wave: 2 }, switched('{"go":true,"waves":1}')), ['halted', 'waveBeyondLimit']);
    assert.equal(await admitted({ wave: 1 }, switched('{"go":true,"tiers":["low"]}')), 'go on');
    assert.deepEqual(await admitted({ wave: 2 }, switched('{"go":true,"tiers":["low"]}')), [
      'halted',
      'tierSwitchedOff',
    ]);
  });

  for (const [what, more, ...flaws] of [
    ['was rejected', { decision: 'rejected', reason: 'no' } as Partial<GivenAnswer>, 'notApproved'],
    ['is about another run', { run: 'another-run' as Run }, 'otherRun'],
    ['is about another plan', { digest: `sha256:${'0'.repeat(64)}` as PlanDigest }, 'otherPlan'],
    ['was given by whoever asked', { approver: ' REQUESTER ' }, 'selfApproved', 'tooFewApprovals'],
  ] as const) {
    it(`stops when the plan ${what} (S1)`, async () => {
      assert.deepEqual(await admitted({}, (world) => world.decide(more)), ['halted', ...flaws]);
    });
  }

  it('lets no wave go before the one before it was judged sound, whoever asks (S6)', async () => {
    assert.equal(await admitted({ wave: 2 }), 'go on');
    const unsound = await admitted({ wave: 2 }, (world) => judgedBefore(world, 2, 'unsound'));
    assert.deepEqual(unsound, ['halted', 'waveBeforeUnsound']);
    const unjudged = await admitted({ wave: 2 }, ({ archive }) => archive.texts.delete(verdictKey));
    assert.deepEqual(unjudged, ['halted', 'waveBeforeUnsound']);
  });

  it('asks people first where a wave is held, for no longer than the plan stands (S1)', async () => {
    const tiers = settings.tiers.map((tier) => ({ ...tier, holdBefore: tier.name === 'medium' }));
    assert.equal(await admitted({ wave: 1 }, undefined, { tiers }), 'go on');
    assert.equal(await admitted({ wave: 2 }, undefined, { tiers }), 'ask for 64800 s, then 21720 s');
    // The plan expires at 19:15, and a decision is to be heard of five minutes before.
    const at = (now: string) => admitted({ wave: 2, now: `2026-11-20T${now}Z` }, undefined, { tiers });
    assert.equal(await at('19:09:00'), 'ask for 45 s, then 135 s');
    assert.deepEqual(await at('19:09:01'), ['halted', 'noTimeToAnswer: wave 2']);
  });

  for (const [what, more, expected] of [
    ['approved', {}, 'go on'],
    ['rejected', { decision: 'rejected', reason: 'no' } as Partial<GivenAnswer>, ['halted', 'waveRejected: no']],
    ['approved by an answer to the plan', { scope: 'plan' }, ['halted', 'otherScope']],
  ] as const) {
    it(`goes by what was said of a wave that is held: ${what} (S1)`, async () => {
      const tiers = settings.tiers.map((tier) => ({ ...tier, holdBefore: tier.name === 'medium' }));
      const decide = (world: RunWorld) => world.decideBy([more], undefined, 'wave-2');
      assert.deepEqual(await admitted({ wave: 2 }, decide, { tiers }), expected);
    });
  }

  it('stops from the very moment at which the plan expires, or its approval does (S1)', async () => {
    const windows = { windows: [] };
    assert.equal(await admitted({ now: '2026-11-20T19:14:59.999Z' }, undefined, windows), 'go on');
    assert.deepEqual(await admitted({ now: '2026-11-20T19:15:00Z' }, undefined, windows), [
      'halted',
      'approvalExpired',
    ]);

    const shorter = (world: RunWorld) => world.decide({ expiresAt: at('2026-11-19T03:00:00Z') });
    assert.equal(await admitted({ now: '2026-11-19T02:59:59.999Z' }, shorter), 'go on');
    assert.deepEqual(await admitted({ now: '2026-11-19T03:00:00Z' }, shorter), ['halted', 'approvalExpired']);
  });

  it('stops when what is recorded is no decision, and lets nothing start when none is (S1)', async () => {
    const key = 'runs/run-of-november/decision.json';
    assert.deepEqual(await admitted({}, ({ archive }) => archive.texts.set(key, '{}')), ['halted', 'approvalMissing']);
    await assert.rejects(
      admitted({}, ({ archive }) => archive.texts.delete(key)),
      { name: 'NotInArchiveError' },
    );
  });

  it('stops when the run has lost its go-ahead, or the lock (S6)', async () => {
    assert.deepEqual(await admitted({}, ({ goAheads }) => goAheads.delete(run)), ['halted', 'goAheadWithdrawn']);
    const taken = (world: RunWorld) => Object.assign(world, { lockedBy: 'another-run' });
    assert.deepEqual(await admitted({}, taken), ['halted', 'lockNotHeld']);
  });

  it('notes a wave before it lets it go, so that whoever settles a run that died knows how far it got (S11)', async () => {
    const world = await new RunWorld().approved();
    await world.admitWave();
    const noted = { run, wave: 1, admittedAt: Date.UTC(2026, 10, 19, 2, 30) };
    assert.deepEqual(world.document('runs/run-of-november/admissions/1.json'), noted);

    world.now = at('2026-11-19T02:31:00Z');
    await world.admitWave();
    assert.deepEqual(world.document('runs/run-of-november/admissions/1.json'), noted);
  });

  it('knows no wave that the plan does not', async () => {
    await assert.rejects(admitted({ wave: 3 }), /has 2 waves, so there is no wave 3/);
  });

  it('is asked again after every wait: what was so before says nothing of now (S8)', async () => {
    const world = await new RunWorld().approved();
    world.now = at('2026-11-19T01:00:00Z');
    assert.equal((await world.admitWave()).next, 'wait');
    world.now = at('2026-11-19T02:00:00Z');
    assert.equal((await world.admitWave()).next, 'go on');
    assert.equal((await world.admitWave()).next, 'go on');
    world.switchText = undefined;
    assert.equal((await world.admitWave()).next, 'end');
  });
});
