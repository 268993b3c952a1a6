import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { proberFor } from '../../adapters/probes/choose.ts';
import { withRetries } from '../../adapters/retries.ts';
import type { Answer, Prober } from '../../core/ports.ts';
import { SecretValue } from '../../core/secret-value.ts';
import type { Settings } from '../../core/settings.ts';
import type { Account } from '../account/account.ts';
import { clientsOf } from '../account/seam.ts';
import type { SecretsManagerReplica } from '../aws/secrets-manager.ts';
import type { Estate } from '../targets/estate.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { ArmedSecret } from './fleet.ts';

/** How long a service uses what it read before it reads and authenticates again, in milliseconds of virtual time. */
const usualInterval = 5 * 60_000;

/** Whether a service can work with a version of one of its secrets, beyond that the target accepts it. */
export type CanUse = (service: string, secret: ArmedSecret, versionId: string) => boolean;

export interface ServicesOptions {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly secretsManager: SecretsManagerReplica;
  readonly estate: Estate;
  readonly settings: Settings;
  readonly secrets: readonly ArmedSecret[];
  readonly random: () => number;
  /** How long it uses what it read, when not as long as usual. */
  readonly interval?: number;
  readonly canUse?: CanUse;
  /** Called after each authentication that failed for good. */
  readonly onFailure?: (service: string, secret: string) => void;
}

/** What one service has seen so far. */
export interface ServiceRecord {
  authentications: number;
  failures: number;
  /** Secrets with which it could not authenticate when it last tried. */
  readonly failing: Set<string>;
}

/**
 * The services that live from the fleet's secrets, all through a run: each keeps reading AWSCURRENT and authenticating
 * with it at the real target, and says at its health address how it is.
 *
 * They come every five minutes, and at the worst moment as well: right after anything about a secret was written.
 */
export class Services {
  readonly records = new Map<string, ServiceRecord>();
  readonly #options: ServicesOptions;
  readonly #probers = new Map<string, Prober>();
  readonly #alarms = new Map<string, () => void>();
  #interval: number;
  #over = false;

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#interval = options.interval ?? usualInterval;
    for (const { service } of options.secrets) {
      this.records.set(service, { authentications: 0, failures: 0, failing: new Set() });
    }
  }

  /** Opens every health address, and lets the services begin. */
  async start(): Promise<void> {
    const { account, estate, settings, secrets, secretsManager } = this.#options;
    for (const [service, record] of this.records) {
      account.authorisation.admit(principalOf(service), readingOwn(secrets, service));
      const address = Object.hasOwn(settings.health, service) ? settings.health[service] : undefined;
      if (address === undefined) continue;
      await estate.open(new URL(address).host, () => ({ status: record.failing.size === 0 ? 200 : 503 }));
    }

    const clients = new Map([...this.records.keys()].map((service) => [service, this.#clientOf(service)]));
    secretsManager.onWrite(({ secretArn }) => this.#alarms.get(secretArn)?.());
    for (const secret of secrets) {
      const client = clients.get(secret.service);
      if (client !== undefined) void this.#live(secret, client);
    }
  }

  /** From now on they use what they read for so long, or for as long as usual, and each comes once within that time. */
  pace(interval = usualInterval): void {
    const { time, random, secrets } = this.#options;
    this.#interval = interval;
    for (const { arn } of secrets) time.after(Math.floor(random() * interval), () => this.#alarms.get(arn)?.());
  }

  /** Lets every service authenticate once more, and ends them. */
  async finish(): Promise<void> {
    this.#over = true;
    await this.authenticate();
  }

  /** Lets every service authenticate once more. */
  async authenticate(): Promise<void> {
    for (const secret of this.#options.secrets) await this.#authenticate(secret, this.#clientOf(secret.service));
  }

  get authentications(): number {
    return [...this.records.values()].reduce((sum, record) => sum + record.authentications, 0);
  }

  get failures(): number {
    return [...this.records.values()].reduce((sum, record) => sum + record.failures, 0);
  }

  #clientOf(service: string): SecretsManagerClient {
    const { account, time } = this.#options;
    return withRetries(clientsOf(account, principalOf(service)).secretsManager, time);
  }

  async #live(secret: ArmedSecret, client: SecretsManagerClient): Promise<void> {
    const { time, random } = this.#options;
    await time.sleep(Math.floor(random() * this.#interval));
    while (!this.#over) {
      await this.#authenticate(secret, client);
      await new Promise<void>((resolve) => {
        const cancel = time.after(this.#interval, resolve);
        this.#alarms.set(secret.arn, () => {
          cancel();
          resolve();
        });
      });
    }
  }

  /** A failure counts only if reading AWSCURRENT once more does not mend it: that much every good client does. */
  async #authenticate(secret: ArmedSecret, client: SecretsManagerClient): Promise<void> {
    const record = this.records.get(secret.service);
    if (record === undefined) return;

    record.authentications += 1;
    let answer = await this.#try(secret, client);
    if (answer !== 'accepted') answer = await this.#try(secret, client);
    if (answer === 'accepted') {
      record.failing.delete(secret.name);
    } else {
      record.failures += 1;
      record.failing.add(secret.name);
      this.#options.onFailure?.(secret.service, secret.name);
    }
  }

  async #try(secret: ArmedSecret, client: SecretsManagerClient): Promise<Answer> {
    const { canUse = () => true } = this.#options;
    const read = await client.send(new GetSecretValueCommand({ SecretId: secret.arn })).catch(() => undefined);
    if (read === undefined) return 'unknown';

    const { SecretString = '', VersionId = '' } = read;
    if (!canUse(secret.service, secret, VersionId)) return 'rejected';
    return this.#proberOf(secret).ask(new SecretValue(SecretString));
  }

  #proberOf(secret: ArmedSecret): Prober {
    const { settings, estate, time } = this.#options;
    const known = this.#probers.get(secret.arn);
    const probe = settings.probes[secret.probe];
    if (known !== undefined || probe === undefined) return known ?? { ask: async () => 'unknown' };
    const prober = proberFor(probe, secret.rotator, secret.tier, { network: estate.network, clock: time });
    this.#probers.set(secret.arn, prober);
    return prober;
  }
}

const principalOf = (service: string) => `arn:aws:iam::111122223333:role/service/${service}`;

const readingOwn = (secrets: readonly ArmedSecret[], service: string) => [
  {
    Sid: 'ReadOwnSecrets',
    Effect: 'Allow' as const,
    Action: 'secretsmanager:GetSecretValue',
    Resource: secrets.filter((secret) => secret.service === service).map(({ arn }) => arn),
  },
];
