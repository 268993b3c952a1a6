import {
  connect,
  fetchOnce,
  type HttpAnswer,
  type HttpInit,
  type Network,
  type PostgresConnection,
  type PostgresDoor,
  TargetError,
} from '../../adapters/network.ts';
import type { VirtualTime } from '../virtual-time.ts';

/**
 * Leads host names of the configuration to servers on loopback, and any other name nowhere.
 *
 * TLS ends at this door: the servers behind it speak without, where the deployed network insists on a verified
 * certificate. While a server works, virtual time stands still.
 */
export class LoopbackNetwork implements Network {
  readonly #time: VirtualTime;
  readonly #ports = new Map<string, number>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  open(host: string, port: number): void {
    this.#ports.set(host, port);
  }

  /** From now on nobody answers there. */
  close(host: string): void {
    this.#ports.delete(host);
  }

  async fetch(url: string, init: HttpInit): Promise<HttpAnswer> {
    const { host, pathname, search } = new URL(url);
    const address = `http://127.0.0.1:${this.#portOf(host)}${pathname}${search}`;
    return this.#reach(host, () => fetchOnce(address, init));
  }

  async connectPostgres({ host, ...door }: PostgresDoor): Promise<PostgresConnection> {
    const port = this.#portOf(host);
    const connection = await this.#reach(host, () => connect({ ...door, host: '127.0.0.1', port }, false));
    return {
      query: (text, values) => this.#reach(host, () => connection.query(text, values)),
      end: () => this.#time.real(() => connection.end()),
    };
  }

  #portOf(host: string): number {
    const port = this.#ports.get(host);
    if (port === undefined) throw new TargetError(host, 'ECONNREFUSED');
    return port;
  }

  /** Says the host's own name in errors. */
  async #reach<T>(host: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await this.#time.real(operation);
    } catch (error) {
      throw error instanceof TargetError ? new TargetError(host, error.code) : error;
    }
  }
}
