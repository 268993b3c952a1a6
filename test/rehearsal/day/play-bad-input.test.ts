/*
 * Goal: whatever a run is given, its result is clear, and nothing is touched that should not be.
 *
 * Method: whole runs over fleets, values and targets with one thing wrong. Answers of people are in `test/promises`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { InventoryFileError } from '../../../adapters/inventory-file.ts';
import type { Scene } from '../../../rehearsal/day/scenario.ts';
import type { SimulatedNetwork } from '../../../rehearsal/targets/simulated.ts';
import { changed, fewEntries, locked, moved, type Played, played, printed, synthesised } from './played.ts';

const assembly = synthesised();

const expiry = (entry: (typeof fewEntries)[number]) =>
  entry.Tags?.find(({ Key }) => Key === 'expiration_date')?.Value ?? '';

const orders = 'prod/high/orders/api-key-2';
const kyc = 'prod/medium/kyc-lookup/vendor-key-1';

const entryOf = (name: string) => fewEntries.find((entry) => entry.Name === name) ?? assert.fail(`no ${name}`);

/** Gives a secret another value, as if it had been there all the time. */
function revalue({ cloud: { secretsManager } }: Scene, name: string, value: string): void {
  const entry = entryOf(name);
  const current = secretsManager.labels(entry.ARN ?? '')['AWSCURRENT'] ?? '';
  secretsManager.seed(entry, { [current]: { value } });
}

const reasonsIn = ({ report }: Played): Record<string, string> =>
  Object.fromEntries(
    report.leftAloneSecrets.filter(({ reason }) => reason !== 'notDue').map(({ name, reason }) => [name, reason]),
  );

const setting = (set: (scene: Scene) => void) => ({
  begin: async (scene: Scene) => {
    set(scene);
    return {};
  },
});

describe('a fleet', () => {
  it('that is empty ends completed, with nothing rotated', async () => {
    const { report } = await played(assembly, { inventory: printed([]) });
    assert.deepEqual([report.outcome, report.reasons], ['completed', ['nothingToRotate']]);
    assert.deepEqual([report.fleet, report.selected, report.writesToSecrets], [{ secrets: 0, services: 0 }, 0, 0]);
  });

  it('of which nothing is due ends completed, with everything left alone', async () => {
    const inventory = printed(fewEntries.filter((entry) => expiry(entry) > '2026-11-18'));
    const { report } = await played(assembly, { inventory });
    assert.deepEqual([report.outcome, report.reasons], ['completed', ['nothingToRotate']]);
    assert.deepEqual([report.leftAlone, report.writesToSecrets], [{ notDue: 18 }, 0]);
  });

  it('whose every due secret fails the preflight ends completed, with the reasons', async () => {
    const day = await played(assembly, {
      scenario: setting((scene) => {
        for (const entry of fewEntries) if (expiry(entry) < '2026-11-18') revalue(scene, entry.Name ?? '', 'no JSON');
      }),
    });
    assert.deepEqual([day.report.outcome, day.report.reasons], ['completed', ['nothingToRotate']]);
    assert.deepEqual(day.report.leftAlone, { notDue: 18, valueMalformed: 10 });
    assert.deepEqual([day.report.writesToSecrets, changed(day)], [0, []]);
  });

  it('in an inventory that is none is refused before anything begins, in a sentence', async () => {
    const [entry] = fewEntries;
    for (const [inventory, says] of [
      ['', /is empty/],
      ['{"SecretList": [', /is not JSON, or breaks off/],
      ['{"Secrets": []}', /SecretList/],
      [printed([{ ...entry, Name: 7 as unknown as string }]), /Name is 7; it must be a text/],
      [JSON.stringify({ SecretList: [entry], NextToken: 'more' }), /pages after it are missing/],
    ] as const) {
      await assert.rejects(played(assembly, { inventory }), (error) => {
        assert.ok(error instanceof InventoryFileError);
        assert.match(error.message, says);
        return true;
      });
    }
  });
});

describe('a value', () => {
  it('that is not the JSON that its rotator expects is left alone, and not shown', async () => {
    const day = await played(assembly, {
      scenario: setting((scene) => {
        revalue(scene, orders, 'hunter2-in-plain-text');
        revalue(scene, kyc, '{"host":"keys.chromepay.example","client":"kyc"}');
      }),
    });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 8]);
    assert.deepEqual(reasonsIn(day), { [orders]: 'valueMalformed', [kyc]: 'valueMalformed' });
    assert.ok(!JSON.stringify([day.report, day.logged]).includes('hunter2'));
  });

  it('of two secrets for one account at the target leaves both alone', async () => {
    const day = await played(assembly, {
      scenario: setting((scene) => {
        const { secretsManager } = scene.cloud;
        const shared = String(secretsManager.value(entryOf('prod/low/sandbox-gateway/api-key-1').ARN ?? ''));
        revalue(scene, 'prod/low/sandbox-gateway/api-key-2', shared);
      }),
    });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 8]);
    assert.deepEqual(reasonsIn(day), {
      'prod/low/sandbox-gateway/api-key-1': 'accountShared',
      'prod/low/sandbox-gateway/api-key-2': 'accountShared',
    });
  });

  it('that its target rejects to begin with is left alone', async () => {
    const day = await played(assembly, {
      scenario: setting((scene) => {
        const value = JSON.parse(String(scene.cloud.secretsManager.value(entryOf(orders).ARN ?? '')));
        revalue(scene, orders, JSON.stringify({ ...value, apiKey: 'revoked long ago' }));
      }),
    });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 9]);
    assert.deepEqual(reasonsIn(day), { [orders]: 'currentRejected' });
  });
});

describe('a target that is down', () => {
  const close = ({ estate }: Scene, host: string) => (estate.network as SimulatedNetwork).close(host);

  it('at the preflight has all of its secrets left alone, and the others are rotated', async () => {
    // Only signing-key-3 is for that host: no service of another wave is ill because of it.
    const day = await played(assembly, {
      scenario: setting((scene) => close(scene, 'signatures.chromepay.example')),
    });
    assert.deepEqual(reasonsIn(day), { 'prod/medium/webhook-dispatcher/signing-key-3': 'currentUnknown' });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 9]);
  });

  it('during the rotation stops the run; nothing of that wave is kept, and what cannot be proved is held', async () => {
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => ({
          onTransition: ({ kind, state }) => {
            if (kind === 'entered' && state === 'Renew expiry') close(scene, 'signatures.chromepay.example');
          },
        }),
      },
    });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['halted', 5]);
    assert.deepEqual(
      day.report.secrets.filter(({ kind }) => kind === 'held').map(({ name }) => name),
      ['prod/medium/webhook-dispatcher/signing-key-3'],
    );
    assert.deepEqual([moved(day).length, locked(day)], [5, []]);
  });
});
