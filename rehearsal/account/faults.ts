import { ServiceError } from './replica.ts';

/** One call to a service, as it leaves the caller. */
export interface Call {
  /** Counts all calls of the rehearsal, from 0. */
  readonly index: number;
  /** ARN of the role or user that calls. */
  readonly principal: string;
  /** As in {@link Replica.service}. */
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
}

/**
 * What becomes of one call.
 *
 * - `requestLost`: it never arrives, and the caller waits in vain.
 * - `responseLost`: it takes effect, and the caller waits in vain.
 * - `callerDies`: whoever calls is gone before it arrives. The caller never gets an answer.
 * - `callerDiesAfter`: it takes effect, and whoever called is gone.
 * - `throttled`: the service turns it away, and nothing happens.
 * - `delayed`: it arrives that many milliseconds late.
 */
export type Fate =
  | 'works'
  | 'requestLost'
  | 'responseLost'
  | 'callerDies'
  | 'callerDiesAfter'
  | 'throttled'
  | { readonly delayed: number };

export type FateOf = (call: Call) => Fate;

export const alwaysWorks: FateOf = () => 'works';

/** Which calls meet a fate. What is left out does not matter. */
export interface Rule {
  readonly principal?: string;
  readonly service?: string;
  readonly operation?: string;
  /** Only the nth call that fits the rest, from 1. */
  readonly nth?: number;
  readonly fate: Fate;
}

/**
 * The first rule that a call fits decides; without one, the call works. Every rule counts every call that it fits.
 *
 * @param onStrike is told of each rule that decided.
 */
export function ruled(rules: readonly Rule[], onStrike: (rule: Rule) => void = () => {}): FateOf {
  const counts = rules.map(() => 0);
  return (call) => {
    const [struck] = rules.filter((rule, index) => {
      if (!fits(rule, call)) return false;
      counts[index] = (counts[index] ?? 0) + 1;
      return rule.nth === undefined || rule.nth === counts[index];
    });
    if (struck === undefined) return 'works';
    onStrike(struck);
    return struck.fate;
  };
}

const fits = (rule: Rule, call: Call): boolean =>
  (rule.principal ?? call.principal) === call.principal &&
  (rule.service ?? call.service) === call.service &&
  (rule.operation ?? call.operation) === call.operation;

/** Takes the fates in order, one a call; once they are used up, calls work. The form that a property test shrinks. */
export function replayed(fates: readonly Fate[]): FateOf {
  return ({ index }) => fates[index] ?? 'works';
}

/**
 * Draws each fate by its probability; what they leave of 1 works.
 *
 * A draw depends on the seed and the call's index alone: the same seed meets the same calls with the same fates.
 */
export function seeded(seed: number, odds: readonly (readonly [probability: number, fate: Fate])[]): FateOf {
  return ({ index }) => {
    let left = draw(seed, index);
    for (const [probability, fate] of odds) {
      if (left < probability) return fate;
      left -= probability;
    }
    return 'works';
  };
}

/** Leaves every other caller alone, and counts anew: `index` runs over the chosen calls only. */
export function onlyFor(isChosen: (call: Call) => boolean, fateOf: FateOf): FateOf {
  let index = 0;
  return (call) => (isChosen(call) ? fateOf({ ...call, index: index++ }) : 'works');
}

/** How the SDK reports a call that was not answered in time. It cannot tell whether the call took effect. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor({ service, operation }: Call) {
    super(`no answer to ${service}:${operation} within the configured requestTimeout`);
  }
}

/** How a service turns away a caller who asks too often, in that service's own words. */
export function throttling(service: string): ServiceError {
  switch (service) {
    case 's3':
      return new ServiceError('SlowDown', 'Please reduce your request rate.', 503);
    case 'lambda':
      return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
    case 'sns':
    case 'cloudwatch':
      return new ServiceError('Throttling', 'Rate exceeded', 400);
    default:
      return new ServiceError('ThrottlingException', 'Rate exceeded', 400);
  }
}

/** A number in [0, 1) from two: the finaliser of MurmurHash3 over both. */
function draw(seed: number, index: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
