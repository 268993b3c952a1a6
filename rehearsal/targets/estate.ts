import { randomBytes } from 'node:crypto';

import type { Network } from '../../adapters/network.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { type HttpServer, type HttpTarget, serve } from './http-target.ts';
import { KeyService } from './key-service.ts';
import { LoopbackNetwork } from './loopback-network.ts';
import { PostgresServer } from './postgres-server.ts';
import type { PostgresTarget } from './postgres-target.ts';
import { SignatureService } from './signature-service.ts';
import { SimulatedNetwork } from './simulated.ts';
import { SimulatedPostgres } from './simulated-postgres.ts';

/** The names under which the fleet knows its targets. */
export interface Hosts {
  readonly postgres: string;
  readonly keys: string;
  readonly signatures: string;
}

/** Every target that the fleet's credentials are for, and the network that leads to them. */
export interface Estate {
  readonly network: Network;
  readonly postgres: PostgresTarget;
  readonly keys: KeyService;
  readonly signatures: SignatureService;
  /** Lets a host of its own answer, such as a service's health address. */
  open(host: string, target: HttpTarget): Promise<void>;
  stop(): Promise<void>;
}

/** Starts real servers on loopback. The caller stops them. */
export async function startEstate(time: VirtualTime, hosts: Hosts): Promise<Estate> {
  const network = new LoopbackNetwork(time);
  const { keys, signatures } = services(time, () => randomBytes(24).toString('base64url'));
  const postgres = await PostgresServer.start();
  const servers: HttpServer[] = [];
  const open = async (host: string, target: HttpTarget) => {
    const server = await serve(target);
    servers.push(server);
    network.open(host, server.port);
  };

  network.open(hosts.postgres, postgres.port);
  await open(hosts.keys, keys.target);
  await open(hosts.signatures, signatures.target);
  const stop = async () => {
    await Promise.all([postgres.stop(), ...servers.map((server) => server.stop())]);
  };
  return { network, postgres, keys, signatures, open, stop };
}

/** The same targets as functions in this process: no sockets, and the same every time. */
export function simulateEstate(time: VirtualTime, hosts: Hosts, random: () => number): Estate {
  const network = new SimulatedNetwork();
  const { keys, signatures } = services(
    time,
    () => `key-${random().toString(36).slice(2)}${random().toString(36).slice(2)}`,
  );
  const postgres = new SimulatedPostgres();

  network.openPostgres(hosts.postgres, postgres);
  network.openHttp(hosts.keys, keys.target);
  network.openHttp(hosts.signatures, signatures.target);
  const open = async (host: string, target: HttpTarget) => network.openHttp(host, target);
  return { network, postgres, keys, signatures, open, stop: async () => {} };
}

const services = (time: VirtualTime, makeKey: () => string) => ({
  keys: new KeyService(time, makeKey),
  signatures: new SignatureService(time),
});
