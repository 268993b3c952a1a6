/*
 * Goal: what was reported of other rotation systems cannot happen in a whole run. Each test is named after the report; those
 * about one credential are in `test/exploration/lessons.test.ts`.
 *
 * Method: the report is told as a run over ChromePay's secrets, and what is looked at is what its users had lost.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseInventory } from '../../adapters/inventory-file.ts';
import { proberFor } from '../../adapters/probes/choose.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { select } from '../../core/selection/selection.ts';
import type { Scene } from '../../rehearsal/day/scenario.ts';
import { scenarios } from '../../rehearsal/day/scenarios.ts';
import { SimulatedNetwork } from '../../rehearsal/targets/simulated.ts';
import { VirtualTime } from '../../rehearsal/virtual-time.ts';
import { arnOf, asOf } from '../entries.ts';
import { operate, when } from '../rehearsal/day/people.ts';
import {
  changed,
  chromepay,
  fewEntries,
  isAccepted,
  locked,
  moved,
  played,
  printed,
  synthesised,
} from '../rehearsal/day/played.ts';
import { chromepaySettings } from '../settings.ts';
import { Deployed } from './deployed.ts';

const assembly = synthesised();

const apiKey = 'prod/low/clickstream-ingest/api-key-2';
const handMade = 'prod/low/orders/imported';

describe('what was reported of other systems is impossible in a whole run:', () => {
  it('aws-cdk #25365, terraform-provider-aws #10619, Vault #11126 (F7): what is new is not rotated for being new', async () => {
    const day = await played(assembly, {
      inventory: printed([...fewEntries, { ...fewEntries[0], ARN: arnOf(handMade), Name: handMade, Tags: [] }]),
      scenario: {
        begin: async (scene) => {
          // Somebody put this one in by hand, a moment before the run, over one that was due.
          const { secretsManager } = scene.cloud;
          const SecretId = secretsManager.arns().find((arn) => arn.includes(apiKey)) ?? '';
          const SecretString = secretsManager.value(SecretId);
          operate(scene, 'PutSecretValue', { SecretId, SecretString, ClientRequestToken: 'by-hand-'.repeat(5) });
          return {};
        },
      },
    });
    const reasons = new Map(day.report.leftAloneSecrets.map(({ name, reason }) => [name, reason]));
    assert.deepEqual([reasons.get(apiKey), reasons.get(handMade)], ['tooYoung', 'noTier']);
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 9]);
  });

  it('Infisical: a switch that is thrown after a rotation was queued stops it, and does not only say so', async () => {
    const off = ({ cloud }: Scene) => cloud.ssm.set('/keyturn/prod/switch', '{"go":false}');
    const day = await played(assembly, {
      scenario: { begin: async (scene) => when('Confirm approval', () => off(scene)) },
    });
    assert.deepEqual([day.report.outcome, day.report.reasons], ['halted', ['switchOff']]);
    assert.deepEqual([day.report.writesToSecrets, changed(day)], [0, []]);
  });

  it('aws-iam-access-key-auto-rotation #28: what is exempt is exempt on whichever page of the list it stands', () => {
    const entries = parseInventory(chromepay, 'inventory.json');
    assert.ok(entries.length > 100, 'AWS gives a hundred at once, so the list takes more than one page');
    const exempt = { ...chromepaySettings, exemptPatterns: ['prod/high/*'] };
    const tiersOf = (settings: typeof chromepaySettings) =>
      new Set(select(entries, settings, asOf).selected.map(({ tier }) => tier));
    assert.deepEqual([...tiersOf(chromepaySettings)].sort(), ['high', 'low', 'medium']);
    assert.deepEqual([...tiersOf(exempt)].sort(), ['low', 'medium']);
  });

  it('the IAM sample of AWS: whatever a target answers but yes is no acceptance', async () => {
    const network = new SimulatedNetwork();
    let status = 0;
    network.openHttp('keys.example', () => ({ status, content: { client: 'a' } }));
    const rotator = {
      kind: 'http-api-key',
      strategy: 'overlap',
      allowedHosts: ['keys.example'],
      validityDays: 90,
    } as const;
    const prober = proberFor({ kind: 'http' }, rotator, 'low', { network, clock: new VirtualTime(asOf) });
    const value = new SecretValue(JSON.stringify({ host: 'keys.example', client: 'a', keyId: 'b', apiKey: 'c' }));
    const said: string[] = [];
    for (status of [200, 201, 202, 204, 301, 302, 400, 401, 402, 403, 404, 409, 429, 500, 503]) {
      said.push(`${status} ${await prober.ask(value)}`);
    }
    assert.deepEqual(
      said.filter((answer) => !answer.endsWith('unknown')),
      ['200 accepted', '401 rejected', '403 rejected'],
    );
  });

  it('Step Functions’ own default of 10,000 children at once: every map of the workflow says how many', () => {
    const { stack } = new Deployed(assembly);
    const maps = stack.stateMachines.flatMap(({ name, definition }) =>
      Object.entries(definition['States'] as Record<string, { Type: string; MaxConcurrency?: number }>)
        .filter(([, { Type }]) => Type === 'Map')
        .map(([state, { MaxConcurrency }]) => [`${name}: ${state}`, MaxConcurrency] as const),
    );
    assert.ok(maps.length >= 5);
    assert.deepEqual(
      maps.filter(([, concurrency]) => concurrency === undefined || concurrency < 1 || concurrency > 10),
      [],
    );
  });

  it('Conjur, aws-iam-access-key-auto-rotation #11: a key that somebody made beside it is still there afterwards', async () => {
    const made: string[] = [];
    const day = await played(assembly, {
      scenario: {
        begin: async ({ estate }) => {
          made.push(estate.keys.issue(apiKey, 'by hand').apiKey, estate.keys.issue(apiKey, 'by hand, too').apiKey);
          return {};
        },
      },
    });
    assert.deepEqual([day.report.outcome, moved(day).includes(apiKey)], ['completed', true]);
    assert.deepEqual(
      made.map((key) => day.scene.estate.keys.accepts(key)),
      [true, true],
    );
  });

  it('kubernetes-external-secrets #38, ESO #6911 (F5): who goes on with the value it has read goes on working', async () => {
    const day = await played(assembly);
    assert.equal(moved(day).length, 10);
    const turnedAway = [...day.before.values()].filter(({ value }) => !isAccepted(day.scene.estate, value));
    assert.deepEqual(turnedAway, []);
  });

  it('SecuritySkills #1820, Infisical #2043: a success that another did not see is none', async () => {
    const day = await played(assembly, { inventory: chromepay, scenario: scenarios['false-claim'] ?? {} });
    assert.deepEqual([day.report.outcome, day.report.verification.contradicted, locked(day)], ['rolled-back', 1, []]);
  });

  it('aws-cli #6576, #1965: the first thing that anybody sees is what would be done, and it does nothing', async () => {
    const day = await played(assembly, { mode: 'audit' });
    assert.deepEqual([day.report.outcome, day.report.selected], ['audited', 10]);
    assert.deepEqual([day.report.writesToSecrets, changed(day)], [0, []]);
  });
});
