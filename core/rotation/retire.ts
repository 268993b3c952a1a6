import type { Instant } from '../instant.ts';
import { type SecretEntry, versionWith } from '../inventory.ts';
import type { Asking } from '../patience.ts';
import type { OldCredential, PlannedSecret } from '../plan.ts';
import type { Clock, Pair, Prober, Retirer, Vault } from '../ports.ts';
import { type SeenOfOld, useSince } from './retirement.ts';
import {
  beginRetiring,
  currentAnswered,
  lookedAtLabels,
  nextRetirementCall,
  oldAnswered,
  type RetirementCall,
  type RetirementEnd,
  type Retiring,
  retirementFailed,
  stood,
  wasWritten,
  wereRead,
} from './retiring.ts';
import type { Goal } from './rotation.ts';

/** All that retiring one old credential takes. */
export interface RetireGiven {
  readonly goal: Goal;
  readonly secret: Pick<PlannedSecret, 'arn' | 'currentVersion'>;
  readonly old: OldCredential;
  readonly vault: Pick<Vault, 'describe' | 'read'>;
  readonly retirer: Retirer;
  readonly prober: Prober;
  readonly ask: Asking;
  readonly clock: Clock;
  /** From this moment on, nothing is written any more. */
  readonly deadline: Instant;
}

/**
 * Retires one old credential, or brings it back: makes the call that {@link nextRetirementCall} decides, learns from its
 * answer, and so on, until done or held. A call that failed, in whatever way, says nothing: then everything is looked at anew.
 */
export async function retire(given: RetireGiven): Promise<RetirementEnd> {
  const { goal, old, clock, deadline } = given;
  let retiring = beginRetiring(goal, old.retirement);
  let pair: Pair | undefined;

  for (;;) {
    const call = nextRetirementCall(retiring);
    if (typeof call !== 'string') return call;
    if (clock.now() >= deadline) return { kind: 'held', reason: 'deadline', untouched: false };
    try {
      if (call === 'read') {
        pair = await readPair(given);
        retiring = wereRead(retiring, pair === undefined ? 'unreadable' : given.retirer.compare(pair));
      } else {
        retiring = await make(call, retiring, pair, given);
      }
    } catch {
      await clock.sleep(1_000);
      retiring = retirementFailed(retiring, call);
    }
  }
}

async function readPair({ vault, secret, old }: RetireGiven): Promise<Pair | undefined> {
  const before = await vault.read(secret.arn, old.version);
  const current = await vault.read(secret.arn, secret.currentVersion);
  return before === undefined || current === undefined ? undefined : { old: before, current };
}

async function make(
  call: Exclude<RetirementCall, 'read'>,
  retiring: Retiring,
  pair: Pair | undefined,
  { vault, secret, old, retirer, prober, ask }: RetireGiven,
): Promise<Retiring> {
  switch (call) {
    case 'look':
      return lookedAtLabels(retiring, labelsOf(await vault.describe(secret.arn), secret, old));
    case 'ask standing': {
      const standing = await retirer.ask(known(pair));
      return stood(retiring, standing.state, useSince(standing, old.unusedSince));
    }
    case 'ask current':
      return currentAnswered(retiring, await ask(prober, known(pair).current));
    case 'ask old':
      // It is asked for only where it must not open anything any more, or must do so again.
      return oldAnswered(
        retiring,
        await ask(prober, known(pair).old, retiring.seen.state === 'active' ? 'accepted' : 'rejected'),
      );
    case 'deactivate':
      await retirer.deactivate(known(pair));
      return wasWritten(retiring, call);
    case 'reactivate':
      await retirer.reactivate(known(pair));
      return wasWritten(retiring, call);
    case 'delete':
      await retirer.remove(known(pair));
      return wasWritten(retiring, call);
  }
}

function labelsOf(
  entry: SecretEntry,
  { currentVersion }: RetireGiven['secret'],
  { version }: OldCredential,
): Pick<SeenOfOld, 'current' | 'isInFlight'> {
  const current = versionWith('AWSCURRENT', entry);
  const pending = versionWith('AWSPENDING', entry);
  return {
    current: current === currentVersion ? 'recorded' : current === version ? 'old' : 'other',
    isInFlight: pending !== undefined && pending !== current,
  };
}

/** A call that takes both values is only decided on once they were read. */
function known(pair: Pair | undefined): Pair {
  if (pair === undefined) throw new Error('a call was decided on without the values that it takes');
  return pair;
}
