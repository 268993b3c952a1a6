import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { inspect } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';

import type { Network } from '../../../adapters/network.ts';
import type { RotatorTools } from '../../../adapters/rotators/choose.ts';
import { instant } from '../../../core/instant.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Random } from '../../../core/random.ts';
import { SecretValue } from '../../../core/secret-value.ts';
import { type HttpServer, type HttpTarget, serve } from '../../../rehearsal/targets/http-target.ts';
import { KeyService } from '../../../rehearsal/targets/key-service.ts';
import { LoopbackNetwork } from '../../../rehearsal/targets/loopback-network.ts';
import { PostgresServer } from '../../../rehearsal/targets/postgres-server.ts';
import type { PostgresTarget } from '../../../rehearsal/targets/postgres-target.ts';
import { SignatureService } from '../../../rehearsal/targets/signature-service.ts';
import { SimulatedNetwork } from '../../../rehearsal/targets/simulated.ts';
import { SimulatedPostgres } from '../../../rehearsal/targets/simulated-postgres.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

/** Where a suite runs: the same hosts, once as real servers on loopback, once in memory. */
export interface World {
  readonly network: Network;
  readonly clock: VirtualTime;
  readonly keys: KeyService;
  readonly signatures: SignatureService;
  readonly postgres: PostgresTarget;
  openHttp(host: string, target: HttpTarget): Promise<void>;
  close(host: string): void;
  stop(): Promise<void>;
}

export const hosts = {
  database: 'db.chromepay.example',
  keys: 'keys.chromepay.example',
  signatures: 'signatures.chromepay.example',
  /** Allowed, and nobody has opened it. */
  closed: 'closed.chromepay.example',
} as const;

type Needs = { readonly postgres: boolean };

const simulated = async (): Promise<World> => {
  const { clock, keys, signatures } = services();
  const network = new SimulatedNetwork();
  const postgres = new SimulatedPostgres();
  network.openHttp(hosts.keys, keys.target);
  network.openHttp(hosts.signatures, signatures.target);
  network.openPostgres(hosts.database, postgres);
  return {
    ...{ network, clock, keys, signatures, postgres },
    openHttp: async (host, target) => network.openHttp(host, target),
    close: (host) => network.close(host),
    stop: async () => {},
  };
};

const onLoopback = async (needs: Needs): Promise<World> => {
  const { clock, keys, signatures } = services();
  const network = new LoopbackNetwork(clock);
  const servers: HttpServer[] = [];
  const openHttp = async (host: string, target: HttpTarget) => {
    const server = await serve(target);
    servers.push(server);
    network.open(host, server.port);
  };
  await openHttp(hosts.keys, keys.target);
  await openHttp(hosts.signatures, signatures.target);

  const postgres = needs.postgres ? await PostgresServer.start() : undefined;
  if (postgres !== undefined) network.open(hosts.database, postgres.port);
  return {
    ...{ network, clock, keys, signatures, openHttp },
    postgres: postgres ?? new SimulatedPostgres(),
    close: (host) => network.close(host),
    stop: async () => {
      await Promise.all([...servers, ...(postgres ? [postgres] : [])].map((server) => server.stop()));
    },
  };
};

function services() {
  const clock = new VirtualTime(instant(Date.parse('2026-11-18T19:15:00Z')));
  let made = 0;
  const makeKey = () => {
    made += 1;
    return `hunter2-${made}`;
  };
  return { clock, keys: new KeyService(clock, makeKey), signatures: new SignatureService(clock) };
}

/** Runs a suite in both worlds. */
export function inBothWorlds(about: string, needs: Needs, suite: (world: () => World) => void): void {
  for (const [name, build] of Object.entries({ 'in memory': simulated, 'on loopback': onLoopback })) {
    describe(`${about}, ${name}`, () => {
      let world: World;
      before(async () => {
        world = await build(needs);
      });
      after(() => world.stop());
      suite(() => world);
    });
  }
}

/** The same bytes never twice, and never by chance. */
export function countingRandom(): Random {
  let count = 0;
  return {
    bytes: (length) => {
      count += 1;
      return new Uint8Array(length).fill(count);
    },
    uuid: () => '00000000-0000-4000-8000-000000000000',
  };
}

/** Whose secret is rotated. */
export const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/orders/login-q0mPiF';

/** Everything a rotator works with, on this network. */
export const toolsOn = (network: Network, clock: Clock): RotatorTools => ({
  ...{ network, clock, random: countingRandom() },
  lambda: new LambdaClient({ region: 'us-east-1' }),
  log: { info: () => {}, warn: () => {}, error: () => {} },
});

/** A network on which nothing may be asked. */
export const forbidden: Network = {
  fetch: () => assert.fail('the network was used'),
  connectPostgres: () => assert.fail('the network was used'),
};

/** A network that notes what databases are asked, and how many connections to them are open. */
export function recording(network: Network) {
  const notes = { queries: [] as string[], open: 0 };
  const recorder: Network = {
    fetch: (url, init) => network.fetch(url, init),
    connectPostgres: async (door) => {
      const connection = await network.connectPostgres(door);
      notes.open += 1;
      return {
        query: (text, values) => {
          notes.queries.push(text);
          return connection.query(text, values);
        },
        end: async () => {
          notes.open -= 1;
          await connection.end();
        },
      };
    },
  };
  return { recorder, notes };
}

/** A network on which the answer to each chosen request is lost: the target has done it, nobody learns of it. */
export const losing = (network: Network, isLost: (method: string) => boolean): Network => ({
  ...{ connectPostgres: (door) => network.connectPostgres(door) },
  fetch: async (url, init) => {
    const answer = await network.fetch(url, init);
    if (isLost(init.method)) throw new Error('lost');
    return answer;
  },
});

export const secretOf = (fields: Readonly<Record<string, unknown>>) => new SecretValue(JSON.stringify(fields));
export const fieldsOf = (value: SecretValue) => JSON.parse(value.reveal());

/** Fails unless a call throws a plain error that shows none of the secrets, wherever one looks. */
export async function failsSilently(call: Promise<unknown>, ...secrets: readonly string[]): Promise<Error> {
  const error = await call.then(
    () => assert.fail('it did not throw'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error));
  const shown = `${inspect(error, { depth: null, showHidden: true, getters: true })} ${error.stack} ${JSON.stringify(error)}`;
  for (const secret of secrets) assert.ok(!shown.includes(secret), 'the error shows a secret');
  return error;
}
