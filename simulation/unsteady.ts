import { type Network, TargetError } from '../adapters/network.ts';
import type { VirtualTime } from '../rehearsal/virtual-time.ts';

type Manner = 'slowly' | 'now and then' | 'never';

/** The way of Keyturn's functions to the targets, which may be bad for a while. What the services use is another. */
export class UnsteadyNetwork implements Network {
  /** Every host that was asked for. */
  readonly asked = new Set<string>();
  readonly #network: Network;
  readonly #time: VirtualTime;
  readonly #random: () => number;
  #manner: Manner = 'slowly';
  #until = 0;

  constructor(network: Network, time: VirtualTime, random: () => number) {
    this.#network = network;
    this.#time = time;
    this.#random = random;
  }

  turn(manner: Manner, milliseconds: number): void {
    this.#manner = manner;
    this.#until = this.#time.now() + milliseconds;
  }

  readonly fetch: Network['fetch'] = async (url, init) => {
    await this.#pass(new URL(url).host);
    return this.#network.fetch(url, init);
  };

  readonly connectPostgres: Network['connectPostgres'] = async (door) => {
    await this.#pass(door.host);
    return this.#network.connectPostgres(door);
  };

  async #pass(host: string): Promise<void> {
    this.asked.add(host);
    if (this.#until <= this.#time.now()) return;
    if (this.#manner === 'slowly') return this.#time.sleep(4_000);
    if (this.#manner === 'now and then' && this.#random() < 0.5) return;
    await this.#time.sleep(1_000);
    throw new TargetError(host, 'ETIMEDOUT');
  }
}
