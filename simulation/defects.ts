import { PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';

import { goText } from '../core/limits/flags.ts';
import type { AnyRuntime } from '../rehearsal/steps.ts';
import { laterDefects } from './defects-later.ts';
import type { Ground } from './ground.ts';
import {
  amid,
  believing,
  type Change,
  type Defect,
  each,
  meddling,
  network,
  reading,
  redrivable,
  stepNamed,
} from './meddling.ts';
import { type Simulated, simulate } from './simulate.ts';

/* Mistakes in rotations, and all that are put in on purpose. */

const answered = { output: { $metadata: { httpStatusCode: 200 } }, response: {} };

/** Whatever is about this object of S3 is taken for done, and is not. */
const neverDeletes = (prefix: string): Change =>
  meddling('s3', (operation, input, send) =>
    operation === 'DeleteObject' && String(input['Key']).startsWith(prefix) ? answered : send(input),
  );

const silent: Change = (runtime) => {
  meddling('ses', () => answered)(runtime);
  meddling('sns', () => answered)(runtime);
  const fetch = async () => ({ status: 200, text: async () => '{"ok":true}' });
  return { ...runtime, network: { ...runtime.network, fetch } };
};

const readers = ['draft-plan', 'confirm-plan', 'rotate-batch'] as const;
const longPast = '2026-01-01';

/** Asks a key service for the keys of whoever asks, and deletes those that were there first, once there are others. */
async function deleteFirst(fetch: AnyRuntime['network']['fetch'], url: string, headers: Record<string, string>) {
  const keys = new URL('/v1/keys', url).href;
  const asked = await fetch(keys, { method: 'GET', headers, timeoutMs: 5_000 });
  const listed = (JSON.parse(await asked.text()) as { keys?: readonly { keyId: string; label: string }[] }).keys ?? [];
  if (listed.length < 2) return;
  for (const { keyId } of listed.filter(({ label }) => label === 'first'))
    await fetch(`${keys}/${keyId}`, { method: 'DELETE', headers, timeoutMs: 5_000 });
}

const rotationDefects: readonly Defect[] = [
  {
    name: 'a rotation ends on a version that no plan names',
    wires: each(['rotate-batch'], (runtime) =>
      meddling('secretsManager', async (operation, input, send) => {
        const answer = await send(input);
        const { secretsManager } = runtime.clients;
        const { SecretId, SecretString, ClientRequestToken } = input as Record<string, string>;
        if (operation !== 'PutSecretValue' || ClientRequestToken?.startsWith('other')) return answer;
        const VersionStages = ['AWSCURRENT'];
        const another = { SecretId, SecretString, VersionStages, ClientRequestToken: `other-${ClientRequestToken}` };
        await secretsManager.send(new PutSecretValueCommand(another));
        return answer;
      })(runtime),
    ),
    breaks: 'S1',
  },
  {
    name: 'caps are not looked at',
    wires: each(
      ['draft-plan', 'confirm-plan', 'admit-wave'],
      believing(() => ({ caps: { secrets: 1_000, percentOfFleet: 100, secretsPerDay: 1_000 } })),
    ),
    breaks: 'S2',
  },
  {
    name: 'every date is taken for long past',
    wires: each(
      readers,
      reading((key, value) => (key === 'expiration_date' ? longPast : value)),
    ),
    breaks: 'S3',
  },
  {
    name: 'what a tag does not say clearly is guessed',
    wires: each(
      readers,
      reading((key, value, name) => {
        if (key === 'keyturn:tier') return name.split('/')[1] ?? value;
        return key === 'expiration_date' && (value === 'soon' || value === '2026-02-30') ? longPast : value;
      }),
    ),
    breaks: 'S4',
  },
  {
    name: 'a credential is promoted before its target knows it',
    wires: each(
      ['rotate-batch', 'probe-batch'],
      network(({ fetch }) => ({
        fetch: async (url, init) => {
          const answer = await fetch(url, init);
          const client = init.headers?.['x-client'];
          if (answer.status !== 401 || client === undefined) return answer;
          return { status: 200, text: async () => JSON.stringify({ client }) };
        },
      })),
    ),
    arranged: amid('rotate', { kind: 'new keys count late', after: 120_000 }),
    breaks: 'S5',
  },
  {
    name: 'a run reports what went back as rotated',
    wires: each(
      ['close-run', 'recover-run'],
      meddling('s3', (operation, input, send) => {
        const isReport = operation === 'PutObject' && /\/(report|recovery)\.json$/.test(String(input['Key']));
        if (!isReport) return send(input);
        return send({ ...input, Body: String(input['Body']).replaceAll('"kind":"rolledBack"', '"kind":"rotated"') });
      }),
    ),
    breaks: 'S6',
  },
  {
    name: 'nobody is told how a run ended',
    wires: each(['close-run', 'recover-run'], silent),
    // Nothing answers the way back: people must look.
    arranged: amid('rotate', { kind: 'target', answers: 'never', lasts: 3_600_000, moment: 21, after: 200 }),
    breaks: 'S6',
  },
  {
    name: 'the old key is deleted as soon as there is another',
    wires: each(
      ['rotate-batch'],
      network(({ fetch }) => ({
        fetch: async (url, init) => {
          const answer = await fetch(url, init);
          if (init.method !== 'POST' || !url.endsWith('/v1/keys') || answer.status !== 201) return answer;
          const text = await answer.text();
          await deleteFirst(fetch, url, { ...init.headers });
          return { status: answer.status, text: async () => text };
        },
      })),
    ),
    breaks: 'S5',
  },
  {
    name: 'a probe that was let in deletes the old key',
    wires: each(
      ['probe-batch'],
      network(({ fetch }) => ({
        fetch: async (url, init) => {
          const answer = await fetch(url, init);
          if (url.endsWith('/v1/whoami') && init.headers?.['authorization'] !== undefined && answer.status === 200)
            await deleteFirst(fetch, url, { ...init.headers });
          return answer;
        },
      })),
    ),
    breaks: 'S7',
  },
  {
    name: 'the kill switch is taken for go, whatever it says',
    wires: each(
      ['admit-wave', 'rotate-batch'],
      meddling('ssm', () => ({ output: { Parameter: { Value: goText } }, response: {} })),
    ),
    arranged: amid('rotate', { kind: 'switch removed', moment: 12, after: 0 }),
    breaks: 'S8',
  },
  {
    name: 'a probe tries to move a label',
    wires: each(['probe-batch'], (runtime) =>
      meddling('secretsManager', async (_, input, send) => {
        const [SecretId] = (input['SecretIdList'] as readonly string[] | undefined) ?? [];
        const moving = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: 'another' };
        const { secretsManager } = runtime.clients;
        if (SecretId !== undefined)
          await secretsManager.send(new UpdateSecretVersionStageCommand(moving)).catch(() => {});
        return send(input);
      })(runtime),
    ),
    breaks: 'S9',
  },
  {
    name: 'a wave is found sound that nobody confirmed',
    wires: each(
      ['judge-wave'],
      meddling('s3', (operation, input, send) =>
        operation === 'PutObject'
          ? send({ ...input, Body: String(input['Body']).replace(/"confirmed":\d+/, '"confirmed":0') })
          : send(input),
      ),
    ),
    breaks: 'S10',
  },
  {
    name: 'the lock is kept',
    wires: each(['close-run', 'recover-run'], neverDeletes('lock.json')),
    breaks: 'S11',
  },
  {
    name: 'the go-ahead is never withdrawn',
    wires: each(['close-run', 'recover-run', 'judge-wave', 'probe-batch'], neverDeletes('go-ahead/')),
    breaks: 'S11',
  },
  {
    name: 'nobody watches over runs that die',
    wires: { 'watch-runs': () => async () => ({ recovering: undefined }) },
    breaks: 'S11',
  },
  {
    name: 'a run that was settled goes on when it is redriven',
    deployed: redrivable,
    arranged: amid(
      'rotate',
      { kind: 'stopped', moment: 18, after: 100 },
      { kind: 'redriven', whose: 'run', later: 86_400_000, another: true },
    ),
    breaks: 'S6',
  },
  {
    name: 'requests to a target are logged',
    wires: each(
      ['rotate-batch'],
      network(({ fetch }, { log }) => ({
        fetch: (url, init) => {
          log.info('a request', { url, headers: init.headers });
          return fetch(url, init);
        },
      })),
    ),
    breaks: 'S12',
  },
  {
    name: 'a value gets into the archive, in base64',
    wires: each(['probe-batch'], (runtime) => {
      let seen = '';
      const reading = meddling('secretsManager', async (_, input, send) => {
        const answer = await send(input);
        const { SecretValues = [] } = answer.output as { SecretValues?: readonly { SecretString?: string }[] };
        seen = SecretValues.map(({ SecretString = '' }) => SecretString).join();
        return answer;
      });
      const writing = meddling('s3', (operation, input, send) => {
        if (operation !== 'PutObject') return send(input);
        const note = Buffer.from(seen).toString('base64');
        return send({ ...input, Body: String(input['Body']).replace(/^\{/, `{"note":"${note}",`) });
      });
      return writing(reading(runtime));
    }),
    breaks: 'S12',
  },
  {
    name: 'the event of a step is logged, and its task token with it',
    wires: {
      'request-approval': (runtime) => {
        const handler = stepNamed('request-approval')(runtime);
        return (event) => {
          runtime.log.info('invoked', { event });
          return handler(event);
        };
      },
    },
    breaks: 'S12',
  },
  {
    name: 'mails are logged, and the personal links in them',
    wires: each(['request-approval'], (runtime) =>
      meddling('ses', (_, input, send) => {
        runtime.log.info('a mail', { input });
        return send(input);
      })(runtime),
    ),
    breaks: 'S12',
  },
  {
    name: 'a rotation asks a host that nobody allowed',
    wires: each(
      ['rotate-batch'],
      network(({ fetch }) => ({
        fetch: async (url, init) => {
          await fetch('https://elsewhere.invalid/', { method: 'GET', timeoutMs: 1_000 }).catch(() => {});
          return fetch(url, init);
        },
      })),
    ),
    breaks: 'S14',
  },
];

export const defects: readonly Defect[] = [...rotationDefects, ...laterDefects];

const mostRuns = 40;

/** The first of a few runs that breaks the promise that a defect should break. */
export async function firstBroken(ground: Ground, defect: Defect): Promise<Simulated | undefined> {
  for (let seed = 1; seed <= mostRuns; seed += 1) {
    const simulated = await simulate(ground, seed, defect);
    const [found] = simulated.broken.filter(({ promise }) => promise === defect.breaks);
    if (found !== undefined) return { ...simulated, broken: [found] };
  }
  return undefined;
}
