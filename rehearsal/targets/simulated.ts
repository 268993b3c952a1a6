import {
  type HttpAnswer,
  type HttpInit,
  type Network,
  type PostgresConnection,
  type PostgresDoor,
  TargetError,
} from '../../adapters/network.ts';
import { bodyOf, type HttpTarget } from './http-target.ts';
import type { SimulatedPostgres } from './simulated-postgres.ts';

/** A network without sockets: every host is a function in this process, and answers at once. */
export class SimulatedNetwork implements Network {
  readonly #websites = new Map<string, HttpTarget>();
  readonly #databases = new Map<string, SimulatedPostgres>();

  openHttp(host: string, target: HttpTarget): void {
    this.#websites.set(host, target);
  }

  openPostgres(host: string, database: SimulatedPostgres): void {
    this.#databases.set(host, database);
  }

  /** From now on nobody answers there. */
  close(host: string): void {
    this.#websites.delete(host);
    this.#databases.delete(host);
  }

  async fetch(url: string, { method, headers = {}, body = '' }: HttpInit): Promise<HttpAnswer> {
    const { host, pathname, search } = new URL(url);
    const target = this.#websites.get(host);
    if (target === undefined) throw new TargetError(host, 'ECONNREFUSED');

    const response = target({ method, path: `${pathname}${search}`, headers: inLowerCase(headers), body });
    if (response.status >= 300 && response.status < 400) throw new TargetError(host, 'NO_ANSWER');
    return { status: response.status, text: async () => bodyOf(response) };
  }

  async connectPostgres(door: PostgresDoor): Promise<PostgresConnection> {
    const database = this.#databases.get(door.host);
    if (database === undefined) throw new TargetError(door.host, 'ECONNREFUSED');
    return database.connect(door);
  }
}

const inLowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
