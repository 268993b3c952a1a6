import type { Answer, Clock, Prober } from './ports.ts';
import type { SecretValue } from './secret-value.ts';

/** Waits before asking a target again, in milliseconds: seven seconds in all. */
const pauses = [1_000, 2_000, 4_000] as const;

/**
 * Asks until the target accepts, or rejects where that is hoped for, or patience ends: what is not so yet may only not be
 * known everywhere yet.
 */
export async function askPatiently(
  prober: Prober,
  credential: SecretValue,
  clock: Clock,
  hopedFor: Exclude<Answer, 'unknown'> = 'accepted',
): Promise<Answer> {
  let answer = await prober.ask(credential);
  for (const pause of pauses) {
    if (answer === hopedFor) break;
    await clock.sleep(pause);
    answer = await prober.ask(credential);
  }
  return answer;
}
