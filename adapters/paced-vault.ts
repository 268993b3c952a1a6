import { type Instant, instant } from '../core/instant.ts';
import type { Clock, Vault } from '../core/ports.ts';

/**
 * Writes no faster than is our share of the account's quota, which everybody else in the account uses as well.
 *
 * It waits before a version is added and before AWSPENDING is dropped, for whatever was written before. AWSCURRENT never waits:
 * with a target that holds one password, what clients read does not work until it has followed.
 */
export class PacedVault implements Vault {
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #millisecondsPerWrite: number;
  /** From then on, all that was written is within our share. */
  #free: Instant = instant(0);

  constructor(vault: Vault, clock: Clock, millisecondsPerWrite: number) {
    this.#vault = vault;
    this.#clock = clock;
    this.#millisecondsPerWrite = millisecondsPerWrite;
  }

  readonly readCurrent: Vault['readCurrent'] = (arns) => this.#vault.readCurrent(arns);
  readonly describe: Vault['describe'] = (arn) => this.#vault.describe(arn);
  readonly readMaster: Vault['readMaster'] = (arn) => this.#vault.readMaster(arn);
  readonly read: Vault['read'] = (arn, versionId) => this.#vault.read(arn, versionId);

  readonly stage: Vault['stage'] = async (arn, versionId, value) => {
    await this.#turn();
    this.#count();
    await this.#vault.stage(arn, versionId, value);
  };

  readonly moveCurrent: Vault['moveCurrent'] = async (arn, move) => {
    this.#count();
    await this.#vault.moveCurrent(arn, move);
  };

  readonly dropPending: Vault['dropPending'] = async (arn, versionId) => {
    await this.#turn();
    this.#count();
    await this.#vault.dropPending(arn, versionId);
  };

  async #turn(): Promise<void> {
    const left = this.#free - this.#clock.now();
    if (left > 0) await this.#clock.sleep(left);
  }

  #count(): void {
    this.#free = instant(Math.max(this.#free, this.#clock.now()) + this.#millisecondsPerWrite);
  }
}
