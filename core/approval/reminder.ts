import { requestApprovalSeconds, reviewSeconds } from '../deadlines.ts';
import type { Instant } from '../instant.ts';
import type { Settings } from '../settings.ts';

/** The share of the time to answer after which those who were asked are reminded. */
const share = 0.75;

/**
 * How much longer a run waits than people may answer, in seconds: whatever was answered in time is on record when it stops.
 * What it notes of the time, and what it takes to record an answer, fit in, with a little to spare.
 */
export const graceSeconds = requestApprovalSeconds + reviewSeconds + 35;

/** From the last moment to answer until the plan expires, in seconds: so long may a decision take to be heard of and looked at. */
export const settlingSeconds = 300;

/** People are not asked what they have less time for than this, in seconds. */
const leastSeconds = 60;

/** How long a run waits for an answer before it reminds, and how long after that. Together: the time to answer, and the grace. */
export interface Waits {
  readonly first: number;
  readonly last: number;
}

export function waitsOf(seconds: number): Waits {
  const first = Math.floor(seconds * share);
  return { first, last: seconds - first + graceSeconds };
}

/** No longer than approvers may take, nor than a decision is of use to the plan. Undefined: it is too late to ask. */
export function timeToAsk(
  expiresAt: Instant,
  now: Instant,
  { approvalTimeoutSeconds }: Pick<Settings, 'approvalTimeoutSeconds'>,
): Waits | undefined {
  const seconds = Math.min(approvalTimeoutSeconds, Math.floor((expiresAt - now) / 1_000) - settlingSeconds);
  return seconds < leastSeconds ? undefined : waitsOf(seconds);
}
