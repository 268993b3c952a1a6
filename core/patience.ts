import type { Answer, Clock, Prober } from './ports.ts';
import type { SecretValue } from './secret-value.ts';

/** Waits before asking a target again, in milliseconds: seven seconds in all. */
const pauses = [1_000, 2_000, 4_000] as const;

/** How long targets that say nothing may be asked again, in milliseconds. */
const patienceWithSilence = 60_000;

/** Asks a target about a credential. */
export type Asking = (
  prober: Prober,
  credential: SecretValue,
  hopedFor?: Exclude<Answer, 'unknown'>,
) => Promise<Answer>;

/**
 * Asks until the target accepts, or rejects where that is hoped for, or patience ends: what is not so yet may only not be
 * known everywhere yet.
 *
 * Made once for all that one function asks. With targets that say nothing its patience is one for all of them: each is asked
 * once, but the secrets of a database that is down leave time for those beside them.
 */
export function askPatiently(clock: Clock): Asking {
  let left = patienceWithSilence;
  return async (prober, credential, hopedFor = 'accepted') => {
    let answer = await prober.ask(credential);
    for (const pause of pauses) {
      if (answer === hopedFor || (answer === 'unknown' && left <= 0)) break;
      const from = clock.now();
      await clock.sleep(pause);
      answer = await prober.ask(credential);
      if (answer === 'unknown') left -= clock.now() - from;
    }
    return answer;
  };
}
