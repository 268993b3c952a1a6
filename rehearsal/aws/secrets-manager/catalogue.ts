import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { type Instant, instant } from '../../../core/instant.ts';

interface Edition {
  readonly since: Instant;
  /** Absent once the secret is gone. */
  readonly entry: SecretListEntry | undefined;
}

/** What ListSecrets sees, which may be what was true some time ago: each change is kept until nobody can see before it. */
export class Catalogue {
  readonly #lag: number;
  readonly #editions = new Map<string, readonly Edition[]>();

  constructor(lagSeconds: number) {
    this.#lag = lagSeconds * 1_000;
  }

  record(arn: string, entry: SecretListEntry | undefined, now: Instant): void {
    const earlier = (this.#editions.get(arn) ?? []).filter(({ since }) => since < now);
    const oldestSeen = earlier.findLastIndex(({ since }) => since <= now - this.#lag);
    const kept = this.#lag === 0 ? [] : earlier.slice(Math.max(0, oldestSeen));
    this.#editions.set(arn, [...kept, { since: now, entry }]);
  }

  /** In the order in which the secrets came to be known. */
  entries(now: Instant): SecretListEntry[] {
    const seen = instant(now - this.#lag);
    return [...this.#editions.values()].flatMap((editions) => {
      const entry = editions.findLast(({ since }) => since <= seen)?.entry;
      return entry === undefined || isGone(entry, seen) ? [] : [entry];
    });
  }
}

const isGone = ({ DeletedDate }: SecretListEntry, now: Instant) =>
  DeletedDate !== undefined && DeletedDate.getTime() <= now;
