/*
 * Goal: a day that goes wrong ends as it is promised, and every label is where it must be then.
 *
 * Method: every scenario on the whole fleet. What is promised is written down here once more, by hand, and held against
 * Secrets Manager, targets and clients.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { WaveReport } from '../../../core/report/report.ts';
import { scenarios } from '../../../rehearsal/day/scenarios.ts';
import { changed, chromepay, locked, moved, type Played, played, synthesised } from './played.ts';

const assembly = synthesised();

interface Promised {
  readonly outcome: string;
  /** How each planned wave ends. */
  readonly waves: readonly WaveReport['outcome'][];
  /** How many secrets have a new AWSCURRENT. Every other is where it was. */
  readonly rotated: number;
  /** What one of the reasons begins with. */
  readonly because: string;
  /** How many writes to secrets there are. Undefined: as many as it takes. */
  readonly writes?: number;
  readonly sufferer?: string;
}

const promised: Readonly<Record<string, Promised>> = {
  'inverted-filter': { outcome: 'refused', waves: [], rotated: 0, because: 'secrets: 89 of at most 60', writes: 0 },
  'small-inverted-filter': { outcome: 'refused', waves: [], rotated: 0, because: 'notDue: 12', writes: 0 },
  'rejected-credential': {
    outcome: 'rolled-back',
    waves: ['renewed', 'rolled-back', 'not started'],
    rotated: 5,
    because: 'batch 0: failed: prod/low/sandbox-gateway/api-key-1: newRejected',
  },
  'sick-service': {
    outcome: 'rolled-back',
    waves: ['renewed', 'rolled-back', 'not started'],
    rotated: 5,
    because: 'serviceUnhealthy: sandbox-gateway',
    sufferer: 'sandbox-gateway',
  },
  'false-claim': {
    outcome: 'rolled-back',
    waves: ['renewed', 'rolled-back', 'not started'],
    rotated: 5,
    because: 'batch 0: claimContradicted: ',
  },
  'forged-plan': {
    outcome: 'halted',
    waves: ['rolled-back', 'not started', 'not started'],
    rotated: 0,
    because: 'batch 0: notStarted: batchNotInPlan',
    writes: 0,
  },
  'unreadable-switch': {
    outcome: 'halted',
    waves: ['renewed', 'not started', 'not started'],
    rotated: 5,
    because: 'switchAbsent',
    writes: 20,
  },
  'stopped-run': {
    outcome: 'rolled-back',
    waves: ['renewed', 'rolled-back', 'not started'],
    rotated: 5,
    because: 'died: ABORTED',
  },
  'killed-step': {
    outcome: 'rolled-back',
    waves: ['renewed', 'rolled-back', 'not started'],
    rotated: 5,
    because: 'batch 0: noAnswer: Runtime.ExitError',
  },
  'no-approval': {
    outcome: 'expired',
    waves: ['not started', 'not started', 'not started'],
    rotated: 0,
    because: 'nobodyAnswered',
    writes: 0,
  },
};

it('promises of the good day that something is rotated: on a fleet of nothing it is not as promised', async () => {
  const { 'good-day': scenario = assert.fail('there is no good day') } = scenarios;
  const { report } = await played(assembly, { scenario, inventory: '{"SecretList":[]}' });
  assert.deepEqual(report.promise.broken, ['nothing was selected']);
});

it('has a promise written down for every scenario; the good day, two runs, a restored run, retired keys and a plugged function have tests of their own', () => {
  assert.deepEqual(
    Object.keys(scenarios).toSorted(),
    [...Object.keys(promised), 'good-day', 'two-runs', 'restored-run', 'retired-keys', 'plugged-function'].toSorted(),
  );
});

for (const [name, promise] of Object.entries(promised)) {
  const scenario = scenarios[name] ?? assert.fail(`there is no scenario ${name}`);

  describe(name, () => {
    let day: Played;

    it('ends as promised, for the reason that is promised', async () => {
      day = await played(assembly, { inventory: chromepay, scenario });
      const { report } = day;
      assert.deepEqual([report.outcome, report.promise.broken], [promise.outcome, []]);
      assert.deepEqual(
        report.waves.map(({ outcome }) => outcome),
        promise.waves,
      );
      assert.ok(
        report.reasons.some((reason) => reason.startsWith(promise.because)),
        report.reasons.join(),
      );
      if (promise.writes !== undefined) assert.equal(report.writesToSecrets, promise.writes);
    });

    it('has AWSCURRENT on the new version where a wave was renewed, and on the recorded one everywhere else', () => {
      const renewed = day.report.secrets.filter(({ kind }) => kind === 'rotated').map((secret) => secret.name);
      assert.equal(renewed.length, promise.rotated);
      assert.deepEqual(moved(day).toSorted(), renewed.toSorted());
      for (const { name, kind, promotedAt, demotedAt } of day.report.secrets) {
        if (kind === 'rotated') assert.ok(promotedAt !== undefined && demotedAt === undefined, `moments of ${name}`);
      }
    });

    it('leaves AWSPENDING on no version, and no secret that its target rejects', () => {
      const { secretsManager } = day.scene.cloud;
      assert.deepEqual(
        secretsManager.arns().filter((arn) => secretsManager.labels(arn)['AWSPENDING'] !== undefined),
        [],
      );
      assert.deepEqual(locked(day), []);
    });

    it('changes nothing else of any secret than it says', () => {
      const touched = day.report.secrets.filter(({ kind }) => kind !== 'untouched').map((secret) => secret.name);
      assert.deepEqual(
        changed(day).filter((one) => !touched.includes(one)),
        [],
      );
    });

    it('moves the expiry tags of what was renewed, and of nothing else', () => {
      const { before, scene } = day;
      const retagged = [...before].filter(
        ([arn, { tags }]) => JSON.stringify(scene.cloud.secretsManager.tags(arn)) !== JSON.stringify(tags),
      );
      assert.equal(retagged.length, promise.rotated);
    });

    it('is noticed by no client but those of the service that is promised to suffer', () => {
      const { failing, stillFailing } = day.report.clients;
      assert.deepEqual(Object.keys(failing), promise.sufferer === undefined ? [] : [promise.sufferer]);
      assert.deepEqual(stillFailing, []);
    });

    it('asks AWS for nothing that its roles may not do', () => {
      assert.deepEqual(day.report.denied, []);
    });
  });
}

describe('a scenario that does not end as it promises', () => {
  it('says so, for the outcome and for each client that failed', async () => {
    const { report } = await played(assembly, {
      scenario: { outcome: 'refused', begin: async () => ({ canUse: (service) => service !== 'orders' }) },
    });
    assert.deepEqual(report.promise.broken, [
      'it ended rolled-back, refused promised',
      'clients of orders failed',
      'orders still cannot authenticate at the end',
    ]);
  });
});
