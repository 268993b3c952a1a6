import { proberFor } from '../adapters/probes/choose.ts';
import type { Instant } from '../core/instant.ts';
import { SecretValue } from '../core/secret-value.ts';
import { twinOf } from '../core/selection/credential.ts';
import { ServiceError } from '../rehearsal/account/replica.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { ArmedSecret } from '../rehearsal/day/fleet.ts';
import type { Estate } from '../rehearsal/targets/estate.ts';
import { isAccepted } from './standing.ts';

/** What somebody may do meanwhile who knows nothing of the run. */
export const acts = [
  'rotates it by hand',
  'puts AWSPENDING on a version of their own',
  'drops AWSPENDING',
  'takes every label off the new version',
  'moves AWSCURRENT to the other version',
  'restores the old password',
  'deletes the new key',
  'deletes the old key',
] as const;

/** What somebody may do besides where an old credential still opens something, or no longer does. */
export const actsOnOld = [
  ...acts,
  'uses the old key',
  'uses the old key',
  'uses the old key',
  'puts the old value into a version of their own',
  'reactivates the old key',
  'deletes the old key and registers it anew',
  'schedules it for deletion',
] as const;
export type Act = (typeof actsOnOld)[number];

/** Acts that change nothing: whoever uses an old key only wants it to go on working. */
const harmless: ReadonlySet<Act> = new Set(['uses the old key']);

/** One act that came to something. */
export interface Acted {
  readonly act: Act;
  readonly arn: string;
  readonly at: Instant;
}

const outsider = 'arn:aws:iam::111122223333:user/outsider';

type Value = Readonly<Record<string, string>>;

/** Somebody with every right in the account and at the targets. Each act of theirs is done at once. */
export class Outsider {
  readonly acted: Acted[] = [];
  readonly used: Acted[] = [];
  readonly #cloud: Cloud;
  readonly #estate: Estate;
  readonly #now: () => Instant;

  constructor(cloud: Cloud, estate: Estate, now: () => Instant) {
    this.#cloud = cloud;
    this.#estate = estate;
    this.#now = now;
    cloud.account.authorisation.admit(outsider, 'administrator');
  }

  act(act: Act, secret: ArmedSecret, original: string): void {
    if (!this.#does(act, secret, original)) return;
    (harmless.has(act) ? this.used : this.acted).push({ act, arn: secret.arn, at: this.#now() });
  }

  /** Whether there was anything to do. */
  #does(act: Act, secret: ArmedSecret, original: string): boolean {
    const { arn } = secret;
    const labels = this.#cloud.secretsManager.labels(arn);
    const { AWSCURRENT: current = '', AWSPENDING: pending } = labels;
    const fresh = Object.values(labels).find((id) => id !== original && this.#valueOf(arn, id) !== undefined);
    const old = this.#valueOf(arn, original) ?? {};

    switch (act) {
      case 'rotates it by hand':
        return this.#put(arn, this.#another(secret, this.#valueOf(arn, current) ?? {}), 'AWSCURRENT');
      case 'puts AWSPENDING on a version of their own':
        return this.#put(arn, { ...old, note: 'for later' }, 'AWSPENDING');
      case 'drops AWSPENDING':
        return pending !== undefined && this.#move(arn, 'AWSPENDING', { RemoveFromVersionId: pending });
      case 'takes every label off the new version': {
        const taken = Object.entries(labels).filter(([label, id]) => id === fresh && label !== 'AWSCURRENT');
        for (const [label, id] of taken) this.#move(arn, label, { RemoveFromVersionId: id });
        return taken.length > 0;
      }
      case 'moves AWSCURRENT to the other version': {
        const to = current === original ? fresh : original;
        if (to === undefined || to === current) return false;
        return this.#move(arn, 'AWSCURRENT', { MoveToVersionId: to, RemoveFromVersionId: current });
      }
      case 'restores the old password': {
        const { username, password } = old;
        if (username === undefined || password === undefined) return false;
        void this.#estate.postgres.admit([{ username, password }]);
        return true;
      }
      case 'deletes the new key':
        return fresh !== undefined && this.#deleteKey(secret, this.#valueOf(arn, fresh)?.['keyId']);
      case 'deletes the old key':
        return this.#deleteKey(secret, old['keyId']);
      case 'uses the old key':
        return this.#use(secret, old);
      case 'puts the old value into a version of their own':
        return this.#put(arn, { ...old, note: 'as it was' }, 'AWSCURRENT');
      case 'reactivates the old key':
        return this.#ringOf(secret)?.reactivate(secret.name, old['keyId'] ?? '') ?? false;
      case 'deletes the old key and registers it anew': {
        const { keyId = '', signingKey } = old;
        if (signingKey === undefined || !this.#deleteKey(secret, keyId)) return false;
        this.#estate.signatures.register(secret.name, keyId, signingKey);
        return true;
      }
      case 'schedules it for deletion':
        return this.#call('DeleteSecret', { SecretId: arn, RecoveryWindowInDays: 30 });
    }
  }

  /** Another value that the target accepts, as somebody who rotates by hand comes by one. */
  #another({ name, rotator }: ArmedSecret, value: Value): Value {
    const nth = this.acted.length + 1;
    switch (rotator.kind) {
      case 'postgres':
      case 'rotation-function': {
        const own = value['username'] ?? '';
        const username = rotator.strategy === 'alternate' ? twinOf(own) : own;
        const password = `password by hand ${nth} of ${username}`;
        void this.#estate.postgres.admit([{ username, password }]);
        return { ...value, username, password };
      }
      case 'http-api-key':
        return { ...value, ...this.#estate.keys.issue(name, `by hand ${nth}`) };
      case 'hmac-key': {
        const [keyId, signingKey] = [
          `by hand ${nth}`,
          Buffer.from(`key by hand ${nth} of ${name}`).toString('base64url'),
        ];
        this.#estate.signatures.register(name, keyId, signingKey);
        return { ...value, keyId, signingKey };
      }
    }
  }

  #deleteKey(secret: ArmedSecret, keyId: string | undefined): boolean {
    return keyId !== undefined && (this.#ringOf(secret)?.remove(secret.name, keyId) ?? false);
  }

  /** Where a secret's keys are, if it holds any. */
  #ringOf({ rotator }: ArmedSecret) {
    if (rotator.strategy !== 'overlap') return undefined;
    return rotator.kind === 'http-api-key' ? this.#estate.keys : this.#estate.signatures;
  }

  /** Whether the target let them in. */
  #use(secret: ArmedSecret, value: Value): boolean {
    const settings = this.#cloud.settings.probes[secret.probe];
    if (settings === undefined || !isAccepted(this.#estate, JSON.stringify(value))) return false;
    const tools = { network: this.#estate.network, clock: { now: this.#now, sleep: async () => {} } };
    void proberFor(settings, secret.rotator, secret.tier, tools).ask(new SecretValue(JSON.stringify(value)));
    return true;
  }

  #valueOf(arn: string, version: string): Value | undefined {
    const text = this.#cloud.secretsManager.value(arn, version);
    return text === undefined ? undefined : (JSON.parse(String(text)) as Value);
  }

  #put(arn: string, value: Value, label: string): boolean {
    const id = `00000000-0000-4000-8000-${String(this.acted.length).padStart(12, '0')}`;
    return this.#call('PutSecretValue', {
      SecretId: arn,
      ClientRequestToken: id,
      SecretString: JSON.stringify(value),
      VersionStages: [label],
    });
  }

  #move(arn: string, label: string, where: object): boolean {
    return this.#call('UpdateSecretVersionStage', { SecretId: arn, VersionStage: label, ...where });
  }

  #call(operation: string, input: object): boolean {
    const { secretsManager, account } = this.#cloud;
    try {
      secretsManager.call(operation, input as never, account.authorisation.contextOf(outsider));
      return true;
    } catch (error) {
      // Somebody else may have deleted the secret before.
      if (error instanceof ServiceError) return false;
      throw error;
    }
  }
}
