import type { HealthDesk } from '../core/ports.ts';
import type { Network } from './network.ts';

/** How long a service may take to say how it is, in milliseconds. */
const timeoutMs = 5_000;

/** Asks services at the addresses that the configuration names for them. */
export class HttpHealthDesk implements HealthDesk {
  readonly #network: Network;
  readonly #addresses: Readonly<Record<string, string>>;

  constructor(network: Network, addresses: Readonly<Record<string, string>>) {
    this.#network = network;
    this.#addresses = addresses;
  }

  async ask(service: string): Promise<'healthy' | 'unhealthy' | 'unknown'> {
    // The name comes from a tag: one such as `constructor` must not be found where nobody configured it.
    const address = Object.hasOwn(this.#addresses, service) ? this.#addresses[service] : undefined;
    if (address === undefined) return 'unknown';

    try {
      const { status } = await this.#network.fetch(address, { method: 'GET', timeoutMs });
      return status >= 200 && status < 300 ? 'healthy' : 'unhealthy';
    } catch {
      return 'unknown';
    }
  }
}
