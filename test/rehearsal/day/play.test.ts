/*
 * Goal: a whole run on the fleet of the incident rotates what is due, and nothing else, and no client notices.
 *
 * Method: the deployed machine, steps and policies, with simulated targets, in virtual time. Labels, tags and targets are
 * looked at behind the run's back.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { scenarios } from '../../../rehearsal/day/scenarios.ts';
import { changed, chromepay, locked, moved, type Played, played, synthesised } from './played.ts';

const assembly = synthesised();
const goodDay = scenarios['good-day'] ?? assert.fail('there is no good day');

describe('a good day', () => {
  let day: Played;
  before(async () => {
    day = await played(assembly, { inventory: chromepay, scenario: goodDay });
  });

  it('rotates the 38 of 127 secrets that have expired, in waves of 5, 20 and 13', () => {
    const { report } = day;
    assert.deepEqual([report.outcome, report.reasons, report.promise.broken], ['completed', [], []]);
    assert.deepEqual(report.fleet, { secrets: 127, services: 50 });
    assert.deepEqual([report.selected, report.rotated, report.rolledBack, report.held], [38, 38, 0, 0]);
    assert.deepEqual(
      report.waves.map(({ number, tiers, planned, rotated, outcome }) => [number, tiers, planned, rotated, outcome]),
      [
        [1, ['low'], 5, 5, 'renewed'],
        [2, ['low', 'medium'], 20, 20, 'renewed'],
        [3, ['medium', 'high'], 13, 13, 'renewed'],
      ],
    );
  });

  it('leaves the 89 others alone, and says why', () => {
    assert.deepEqual(day.report.leftAlone, { notDue: 89 });
    assert.deepEqual(
      new Set(day.report.leftAloneSecrets.map(({ reason, why }) => `${reason}: ${why}`)),
      new Set(['notDue: it has not expired']),
    );
    assert.equal(day.report.leftAloneSecrets.length, 89);
  });

  it('is not noticed by a single client', () => {
    const { authentications, ...failed } = day.report.clients;
    assert.ok(authentications > 1_000, `${authentications} authentications`);
    assert.deepEqual(failed, { failures: 0, failing: {}, stillFailing: [] });
  });

  it('is verified claim by claim by another principal', () => {
    assert.deepEqual(day.report.verification, { claims: 38, confirmed: 38, contradicted: 0 });
  });

  it('asks AWS for nothing that its roles may not do', () => {
    assert.deepEqual(day.report.denied, []);
  });

  it('needs at most 7 calls to Secrets Manager, 1 invocation and 2 transitions a rotated secret', () => {
    const { calls } = day.report;
    const toSecretsManager = Object.entries(calls).flatMap(([call, count]) =>
      call.startsWith('secretsmanager:') ? [count] : [],
    );
    assert.ok(toSecretsManager.reduce((sum, count) => sum + count) <= 7 * 38);
    assert.ok((calls['lambda:Invoke'] ?? 0) <= 38, `${calls['lambda:Invoke']} invocations`);
    // Two people open the page, and answer.
    assert.equal(calls['apigateway:requests'], 4);
    assert.ok((calls['states:transitions'] ?? 0) <= 2 * 38, `${calls['states:transitions']} transitions`);
  });

  it('writes four times a secret: the version, AWSCURRENT, AWSPENDING and the tag', () => {
    assert.equal(day.report.writesToSecrets, 152);
  });

  it('moves AWSCURRENT to the new version and AWSPREVIOUS to the old one, and leaves AWSPENDING on neither', () => {
    const { before: was, scene, report } = day;
    assert.deepEqual(moved(day).toSorted(), report.secrets.map(({ name }) => name).toSorted());
    for (const { arn, name } of report.secrets) {
      const { AWSCURRENT = '', AWSPREVIOUS, ...others } = scene.cloud.secretsManager.labels(arn);
      assert.deepEqual([AWSPREVIOUS, others], [was.get(arn)?.labels['AWSCURRENT'], {}], name);
      assert.ok(!Object.values(was.get(arn)?.labels ?? {}).includes(AWSCURRENT), name);
    }
  });

  it('leaves every secret with a current version that its target accepts', () => {
    assert.deepEqual(locked(day), []);
  });

  it('moves the expiry tag of what it rotated to 90 days after the verdict, and no other tag', () => {
    const { before: was, scene, report } = day;
    assert.deepEqual(changed(day).toSorted(), report.secrets.map(({ name }) => name).toSorted());
    for (const { arn, name } of report.secrets) {
      // Every wave was judged on the night to 2026-11-19.
      const renewed = { ...was.get(arn)?.tags, expiration_date: '2027-02-17' };
      assert.deepEqual(scene.cloud.secretsManager.tags(arn), renewed, name);
    }
  });

  it('starts no wave outside of the window, and says so in its timeline', () => {
    const starts = day.report.timeline.filter(({ state }) => state === 'Rotate wave');
    assert.deepEqual(
      starts.map(({ at, wave }) => [wave, new Date(at).toISOString().slice(0, 13)]),
      [
        [1, '2026-11-19T02'],
        [2, '2026-11-19T02'],
        [3, '2026-11-19T02'],
      ],
    );
  });

  it('says who approved', () => {
    assert.equal(day.report.approval?.by, 'platform-oncall and security-oncall');
    assert.equal(day.report.approval?.decision, 'approved');
  });
});

describe('an audit', () => {
  it('reports what a run would do, and touches nothing', async () => {
    const audit = await played(assembly, { inventory: chromepay, mode: 'audit', scenario: { outcome: 'audited' } });
    const { outcome, reasons, selected, rotated, writesToSecrets, leftAlone, denied, clients } = audit.report;
    assert.deepEqual([outcome, reasons, selected, rotated, writesToSecrets], ['audited', [], 38, 0, 0]);
    assert.deepEqual([leftAlone, denied, clients.failures], [{ notDue: 89 }, [], 0]);
    assert.deepEqual(changed(audit), []);
  });

  it('asks nobody for an approval', async () => {
    const { report, scene } = await played(assembly, { mode: 'audit', scenario: { outcome: 'audited' } });
    assert.equal(report.approval, undefined);
    assert.deepEqual(
      scene.cloud.ses.inbox('platform-oncall@chromepay.example').map(({ subject }) => subject),
      ['Keyturn prod: run audited'],
    );
  });
});

describe('the seed', () => {
  const textOf = ({ report }: Played) => {
    const { duration, ...rest } = report;
    return JSON.stringify({ ...rest, virtualSeconds: duration.virtualSeconds });
  };

  it('decides all that is left to chance: the same one gives the same report, to the byte', async () => {
    const [one, other] = [await played(assembly, { seed: 7 }), await played(assembly, { seed: 7 })];
    assert.equal(textOf(one), textOf(other));
  });

  it('plays another day with another', async () => {
    const [one, other] = [await played(assembly, { seed: 7 }), await played(assembly, { seed: 8 })];
    const keysOf = ({ before: was }: Played) => [...was.values()].map(({ value }) => value);
    assert.notDeepEqual(keysOf(one), keysOf(other));
    assert.notEqual(textOf(one), textOf(other));
    assert.deepEqual([one.report.rotated, other.report.rotated], [10, 10]);
  });
});
