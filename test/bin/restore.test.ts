/*
 * Goal: keyturn restore shows what it would come to before anything is asked for, and asks once, in the words of the run.
 *
 * Method: the command over a finished run of the deployed steps; its documents and its list are given by clients whose
 * every answer is, and the door is one on loopback that notes what it is asked.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { commandLine } from '../../bin/command-line.ts';
import { restore } from '../../bin/commands/restore.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { rotated } from '../lambdas/restore-world.ts';
import { at, key1, key2, key3, login, type RunWorld, run } from '../lambdas/run-world.ts';

const config = join(import.meta.dirname, '..', 'fixtures', 'chromepay.config.ts');
const asked: string[] = [];
const door = createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  asked.push(`${request.method} ${request.url} ${body}`);
  const { mode } = JSON.parse(body);
  response.end(JSON.stringify({ run: 'restore-2026-11-19-0', mode, requestedBy: 'arn:requester', begun: 'underWay' }));
});

/** A version without a label is not among what Secrets Manager lists. */
function labelled(versions: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(versions).flatMap(([id, on]) => (on.length === 0 ? [] : [[id, [...on]]])));
}

/** What AWS says of a world: its archive, its living documents, and its list. */
async function clientsOf({ archive, fleet }: RunWorld) {
  const [s3, lambda, secretsManager] = [
    mockClient(S3Client),
    mockClient(LambdaClient),
    mockClient(SecretsManagerClient),
  ];
  s3.on(GetObjectCommand).callsFake(async ({ Bucket, Key }) => {
    const text = Bucket === 'archive' ? archive.texts.get(Key) : undefined;
    if (text === undefined) throw new NoSuchKey({ $metadata: {}, message: 'none' });
    return { Body: { transformToString: async () => text } };
  });
  lambda.on(GetFunctionConfigurationCommand, { FunctionName: 'keyturn-prod-draft-plan' }).resolves({
    Environment: { Variables: { ARCHIVE_BUCKET: 'archive', DESK_BUCKET: 'desk' } },
  });
  const entries = await fleet.list();
  secretsManager.on(ListSecretsCommand).resolves({
    SecretList: entries.map(({ arn, name, tags, versions }) => ({
      ARN: arn,
      Name: name,
      Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })),
      SecretVersionsToStages: labelled(versions),
    })),
  });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-key' };
  const region = { region: 'us-east-1', credentials };
  return () => ({
    s3: new S3Client(region),
    lambda: new LambdaClient(region),
    secretsManager: new SecretsManagerClient(region),
    now: () => at('2026-11-19T12:00:00Z'),
  });
}

async function keyturn(world: RunWorld, ...args: string[]) {
  asked.length = 0;
  let [printed, complained] = ['', ''];
  const clients = await clientsOf(world);
  const api = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const all = ['restore', ...args, '--config', config, '--api', api];
  const exitCode = await commandLine({ restore: restore(clients) }, all, {
    print: (text) => {
      printed += text;
    },
    complain: (text) => {
      complained += text;
    },
  });
  return { exitCode, printed, complained };
}

describe('keyturn restore', () => {
  before(() => new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve)));
  after(() => door.close());

  it('previews, and asks for nothing', async () => {
    const { exitCode, printed } = await keyturn(await rotated(), run);
    assert.equal(exitCode, 0);
    assert.match(printed, /^Undoes +run-of-november\nFleet +10 secrets, 2 services\nRestored +\d secrets in 1 wave\n/);
    assert.match(printed, /back to version +expires again\n +low +prod\/low\/orders\/key-1 .* v1 +2026-11-13/);
    assert.match(printed, /Nothing is started\. To ask for it, add --why TEXT\.\n$/);
    assert.deepEqual(asked, []);
  });

  it('asks for it once, when told why, and says which run it is', async () => {
    const args = ['--why', 'orders fails', '--secret', key2, '--token', 'token-0001'];
    const { exitCode, printed } = await keyturn(await rotated(), run, ...args);
    assert.equal(exitCode, 0);
    const wish = { mode: 'restore', of: run, secrets: [key2], why: 'orders fails', token: 'token-0001' };
    assert.deepEqual(asked, [`POST /runs ${JSON.stringify(wish)}`]);
    assert.match(printed, /Restored +1 secret in 1 wave/);
    assert.match(printed, /Run restore-2026-11-19-0 is under way: restore, asked for by arn:requester\.\n$/);
  });

  it('says it to programs', async () => {
    const { printed } = await keyturn(await rotated(), run, '--secret', key1, `--secret=${key3}`, '--json');
    const { selected, leftAlone, verdict, started } = JSON.parse(printed);
    assert.deepEqual(
      selected.map(({ name, before }: { name: string; before: object }) => [name, before]),
      [key1, key3].map((name) => [name, { version: 'v1', expirationDate: '2026-11-13' }]),
    );
    assert.deepEqual(
      leftAlone.map(({ name, reason }: { name: string; reason: string }) => [name, reason]),
      [
        [key2, 'notAskedFor'],
        [login, 'notAskedFor'],
      ],
    );
    assert.deepEqual([verdict, started], ['confirmed', undefined]);
  });

  it('has nothing to ask for when nothing is left to restore, even when told why', async () => {
    const world = await rotated();
    for (const name of [key1, key2, key3, login]) world.fleet.held(name).labels.set('AWSCURRENT', 'v1');
    const { exitCode, printed } = await keyturn(world, run, '--why', 'again');
    assert.equal(exitCode, 0);
    assert.match(printed, /Verdict: nothingToRestore/);
    assert.match(printed, /restoredBefore +it is on the version already that the run found it on/);
    assert.deepEqual(asked, []);
  });

  it('refuses a run that has not ended, and says what to do', async () => {
    const world = await rotated();
    world.archive.texts.delete(archiveKeys.report(run));
    assert.deepEqual(await keyturn(world, run), {
      exitCode: 1,
      printed: '',
      complained:
        'keyturn: run-of-november cannot be restored: that run has not ended: wait for its report, or recover it\n',
    });
  });

  it('takes a run or a secret that there is not for wrong usage', async () => {
    const world = await rotated();
    for (const [args, which] of [
      [['run-of-may'], 'run-of-may'],
      [[run, '--secret', 'prod/low/x'], 'prod/low/x'],
    ] as const) {
      const { exitCode, complained } = await keyturn(world, ...args);
      assert.equal(exitCode, 2);
      assert.match(complained, new RegExp(`^keyturn: ${which} cannot be restored: `));
    }
    for (const args of [[], ['--secret', 'x'], [run, '--secret'], [run, '--secret', key1, '--secret', key1]]) {
      assert.equal((await keyturn(world, ...args)).exitCode, 2, args.join(' '));
    }
    assert.deepEqual(asked, []);
  });
});
