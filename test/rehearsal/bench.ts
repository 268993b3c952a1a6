import { type Instant, instant } from '../../core/instant.ts';
import { type CallContext, type ConditionContext, ServiceError } from '../../rehearsal/account/replica.ts';

export const account = '111122223333';
export const region = 'us-east-1';

/** A clock that stands still until it is set. */
export class Watch {
  at: Instant = instant(Date.UTC(2026, 10, 18, 12));

  now(): Instant {
    return this.at;
  }

  advance(seconds: number): void {
    this.at = instant(this.at + seconds * 1_000);
  }
}

/** A caller who may do anything but what it is denied, and who remembers what permission was asked for. */
export class Caller implements CallContext {
  readonly principal = `arn:aws:iam::${account}:role/caller`;
  readonly asked: { readonly action: string; readonly resource: string; readonly conditions: ConditionContext }[] = [];
  readonly #denied: readonly string[];

  /** @param denied actions, or an action and a resource with a blank between them. */
  constructor(...denied: readonly string[]) {
    this.#denied = denied;
  }

  require(action: string, resource: string, conditions: ConditionContext = {}): void {
    this.asked.push({ action, resource, conditions });
    if (!this.allows(action, resource)) {
      throw new ServiceError('AccessDeniedException', `not authorized to perform: ${action} on resource: ${resource}`);
    }
  }

  allows(action: string, resource: string): boolean {
    return !this.#denied.includes(action) && !this.#denied.includes(`${action} ${resource}`);
  }
}
