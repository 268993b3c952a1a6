import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import type { AnyRuntime, Handler } from '../rehearsal/steps.ts';
import type { Disturbance } from './disturbances.ts';
import type { Drawn, Part } from './draw.ts';
import {
  believing,
  type Change,
  type Defect,
  each,
  meddling,
  network,
  peaceful,
  reading,
  stepNamed,
} from './meddling.ts';

/* Mistakes in audits, in retirements and in the look for drift. */

const day = 86_400_000;

/** A rotation in peace, and what comes before and after it. */
const played =
  (before: readonly Part[], after: (drawn: Drawn) => readonly Part[] = () => []) =>
  (drawn: Drawn): Drawn => ({ ...drawn, looks: true, parts: [...before, peaceful('rotate'), ...after(drawn)] });

/** A retirement once the grace period is over, or sooner. */
const retirement = (days = 7, ...disturbances: readonly Disturbance[]): Part => ({
  ...{ ...peaceful('retire'), after: days * day + 600_000, disturbances },
});

/** Somebody does this to every secret, so many days after the run before. */
const toEverything = ({ entries }: Drawn, act: Extract<Disturbance, { kind: 'outsider' }>['act'], days: number) =>
  entries.map(
    ({ Name = '' }): Disturbance => ({
      ...{ kind: 'outsider', act, secret: Name, moment: 0, after: days * day },
    }),
  );

/** A step that works in another world for some of what it is asked. */
const otherwiseFor =
  (step: string, isMeant: (event: Readonly<Record<string, unknown>>) => boolean, change: Change) =>
  (runtime: AnyRuntime): Handler => {
    const [usual, otherwise] = [stepNamed(step)(runtime), stepNamed(step)(change({ ...runtime }))];
    return (event) => (isMeant({ ...Object(event) }) ? otherwise : usual)(event);
  };

const answer = (status: number, content: unknown) => ({ status, text: async () => JSON.stringify(content) });

interface Keys {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** What a target lists of all keys of a client, as somebody takes it who changes every line. */
const listing = (change: (key: Keys['keys'][number]) => object): Change =>
  network(({ fetch }) => ({
    fetch: async (url, init) => {
      const answered = await fetch(url, init);
      if (init.method !== 'GET' || !url.endsWith('/v1/keys') || answered.status !== 200) return answered;
      const { keys } = JSON.parse(await answered.text()) as Keys;
      return answer(200, { keys: keys.map(change) });
    },
  }));

/** Nothing is reactivated, and everything looks as if it had been. */
const pretending: Change = (runtime) => {
  const { fetch, connectPostgres } = listing((key) => ({ ...key, status: 'active' }))(runtime).network;
  return {
    ...runtime,
    network: {
      connectPostgres,
      fetch: async (url, init) => {
        if (url.endsWith('/reactivate')) return answer(204, {});
        const answered = await fetch(url, init);
        const client = init.headers?.['x-client'];
        return answered.status === 401 && client !== undefined ? answer(200, { client }) : answered;
      },
    },
  };
};

/** The other key of the client, which is the one that its clients read. */
const deactivatingTheOther: Change = network(({ fetch }) => ({
  fetch: async (url, init) => {
    const [, keyId] = /\/v1\/keys\/([^/]+)\/deactivate$/.exec(url) ?? [];
    if (keyId === undefined || init.headers?.['authorization'] === undefined) return fetch(url, init);
    const headers = { authorization: init.headers['authorization'] };
    const listed = await fetch(new URL('/v1/keys', url).href, { method: 'GET', headers, timeoutMs: 5_000 });
    const { keys } = JSON.parse(await listed.text()) as Keys;
    const other = keys.find((key) => key['keyId'] !== keyId && key['status'] === 'active')?.['keyId'];
    return fetch(url.replace(keyId, String(other)), init);
  },
}));

const isAudit = ({ run }: Readonly<Record<string, unknown>>): boolean => String(run).includes('-audit-');

const audit = peaceful('audit');

export const laterDefects: readonly Defect[] = [
  {
    name: 'an audit makes a key at a target that it looks at',
    wires: {
      'probe-batch': otherwiseFor(
        'probe-batch',
        isAudit,
        network(({ fetch }) => ({
          fetch: async (url, init) => {
            const keys = new URL('/v1/keys', url).href;
            const body = JSON.stringify({ label: 'left by an audit' });
            if (url.endsWith('/v1/whoami') && init.headers?.['authorization'] !== undefined)
              await fetch(keys, { ...init, method: 'POST', body });
            return fetch(url, init);
          },
        })),
      ),
    },
    arranged: played([audit]),
    breaks: 'S1',
  },
  {
    name: 'an audit takes the lock',
    wires: {
      'confirm-plan': otherwiseFor('confirm-plan', isAudit, (runtime) =>
        meddling('s3', async (operation, input, send) => {
          const Bucket = runtime.environment['DESK_BUCKET'];
          const lock = { run: String(input['Key']).split('/')[1], since: runtime.clock.now() };
          const sent = await send(input);
          if (operation === 'PutObject' && String(input['Key']).endsWith('/plan.json'))
            await (runtime.clients.s3 as S3Client).send(
              new PutObjectCommand({ Bucket, Key: 'lock.json', Body: JSON.stringify(lock), IfNoneMatch: '*' }),
            );
          return sent;
        })(runtime),
      ),
    },
    arranged: played([audit]),
    breaks: 'S1',
  },
  {
    name: 'an audit takes every date for one to come',
    wires: {
      'draft-plan': otherwiseFor(
        'draft-plan',
        isAudit,
        reading((key, value) => (key === 'expiration_date' ? '2030-01-01' : value)),
      ),
    },
    arranged: played([audit]),
    breaks: 'S1',
  },
  {
    name: 'a retirement does not ask whether the old key is used',
    wires: each(
      ['rotate-batch', 'probe-batch'],
      listing((key) => ({ ...key, lastUsedAt: null })),
    ),
    arranged: played([], (drawn) => [retirement(7, ...toEverything(drawn, 'uses the old key', 5))]),
    breaks: 'S7',
  },
  {
    name: 'a retirement deactivates the key that clients read',
    wires: each(['rotate-batch'], deactivatingTheOther),
    arranged: played([], () => [retirement()]),
    breaks: 'S5',
  },
  {
    name: 'a retirement that fails does not reactivate, and says that it did',
    wires: {
      'rotate-batch': otherwiseFor('rotate-batch', ({ goal }) => goal === 'roll back', pretending),
      'probe-batch': otherwiseFor('probe-batch', ({ phase }) => phase === 'recovered', pretending),
    },
    arranged: played([], () => [retirement(7, { kind: 'stopped', moment: 18, after: 10_000 })]),
    breaks: 'S6',
  },
  {
    name: 'the grace period is taken for none',
    wires: each(
      ['draft-plan', 'confirm-plan'],
      believing(({ retirement: days }) => ({ retirement: { ...days, graceDays: 0 } })),
    ),
    arranged: played([], () => [retirement(1)]),
    breaks: 'S7',
  },
  {
    name: 'old keys are deleted before the second grace period is over',
    wires: each(
      ['draft-plan', 'confirm-plan'],
      believing(({ retirement: days }) => ({ retirement: { ...days, deleteAfterDays: 0 } })),
    ),
    arranged: played([], () => [retirement(), retirement(1)]),
    breaks: 'S7',
  },
  {
    name: 'the look for drift reports nothing, whatever it saw',
    wires: each(
      ['watch-drift'],
      meddling('s3', (operation, input, send) =>
        operation === 'PutObject' && String(input['Key']).startsWith('drift/')
          ? send({ ...input, Body: JSON.stringify({ ...JSON.parse(String(input['Body'])), found: [] }) })
          : send(input),
      ),
    ),
    arranged: played([], (drawn) => [
      { ...audit, after: day, disturbances: toEverything(drawn, 'moves AWSCURRENT to the other version', 0) },
    ]),
    breaks: 'S10',
  },
];
