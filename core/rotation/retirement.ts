import type { Instant } from '../instant.ts';
import type { Retirement } from '../plan.ts';
import type { Answer, Standing } from '../ports.ts';
import type { Goal } from './rotation.ts';

/** What becomes of an old credential, and whether anybody can undo it. */
export const retirementTexts: Readonly<Record<Retirement, string>> = {
  deactivate: 'deactivated (reversible)',
  delete: 'deleted (final)',
};

/**
 * What is so, as far as it was looked at. Old is the credential that a finished run replaced; recorded is the version that
 * the plan saw as AWSCURRENT.
 */
export interface SeenOfOld {
  readonly current: 'unseen' | 'recorded' | 'old' | 'other';
  /** AWSPENDING is on a version that is not AWSCURRENT. */
  readonly isInFlight: boolean;
  /** Whether the recorded and the old version hold two credentials of the target. Two versions may hold one. */
  readonly identity: 'unread' | 'apart' | 'same' | 'unreadable';
  /** What the target says of the old credential, without its being used. */
  readonly state: Standing['state'] | 'unasked';
  /** Whether it was used since it had to be out of use. */
  readonly use: 'quiet' | 'used' | 'unknown';
  /** What the target says of the recorded version. */
  readonly currentAnswer: Answer | 'unasked';
  /** What the target says of the old credential when it is shown. To show it is to use it, as long as it is active. */
  readonly oldAnswer: Answer | 'unasked';
}

/** Every reason to stop short of the goal, and the sentence an operator reads. */
export const retirementHolds = {
  currentMoved: 'AWSCURRENT is on a version that the plan does not know: somebody else changed the secret',
  oldIsCurrent: 'AWSCURRENT is on the old version again',
  inFlight: 'AWSPENDING is on another version: somebody is rotating the secret',
  sameCredential: 'the target knows AWSCURRENT and the old version as one credential',
  oldUnreadable: 'the old version cannot be read any more, or is not what its rotator expects',
  standingUnknown: 'the target could not say how the old credential stands',
  stillUsed: 'the old credential was used since it had to be out of use',
  useUnknown: 'the target does not say when the old credential was last used',
  activeAgain: 'the old credential is active again: somebody reactivated it',
  currentRejected: 'the target rejects what is AWSCURRENT',
  currentUnknown: 'the target could not say whether it accepts what is AWSCURRENT',
  oldAccepted: 'the target still accepts the old credential',
  oldRejected: 'the target rejects the old credential, although it is active',
  oldUnknown: 'the target could not say whether it accepts the old credential',
  gone: 'the target has the old credential no more, so it cannot come back',
  halfWay: 'the secret may not be touched any more, and its old credential does not stand as the plan recorded it',
  deadline: 'the time in which this function may write was over',
  stuck: 'a step was tried as often as is allowed, and something still kept it from working',
} as const;

export type RetirementHold = keyof typeof retirementHolds;

export type RetirementStep =
  | { readonly kind: 'look' }
  | { readonly kind: 'read' }
  | { readonly kind: 'ask standing' }
  | { readonly kind: 'ask current' }
  | { readonly kind: 'ask old' }
  | { readonly kind: 'deactivate' }
  | { readonly kind: 'reactivate' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'done' }
  | { readonly kind: 'hold'; readonly reason: RetirementHold };

/** Nothing is known yet. */
export const unseen: SeenOfOld = {
  current: 'unseen',
  isInFlight: false,
  identity: 'unread',
  state: 'unasked',
  use: 'unknown',
  currentAnswer: 'unasked',
  oldAnswer: 'unasked',
};

/** Exactly at the moment counts as a use since: it is not known to be from before. */
export function useSince({ lastUsed }: Standing, since: Instant): SeenOfOld['use'] {
  if (lastUsed === 'unknown') return 'unknown';
  return lastUsed === 'never' || lastUsed < since ? 'quiet' : 'used';
}

/**
 * Decides the next step of one old credential's retirement from what is observed, as `next` does for a rotation: a retry, a
 * way back and a recovery are this same decision.
 *
 * Its order is the safety argument: what clients read is proved to work and to be another credential before the old one is
 * taken out of use, and the old one is proved to be out of use before it is taken away. Anything unknown keeps it.
 */
export function nextRetirement(goal: Goal, retirement: Retirement, seen: SeenOfOld): RetirementStep {
  if (seen.current === 'unseen') return { kind: 'look' };
  return goal === 'rotate' ? forward(retirement, seen) : back(retirement, seen);
}

function forward(retirement: Retirement, seen: SeenOfOld): RetirementStep {
  // How it stands is asked before anything is decided on: whoever stops short has to say whether it was touched.
  const unclear = unclearStanding(seen) ?? movedLabels(seen);
  if (unclear !== undefined) return unclear;

  switch (seen.state) {
    case 'gone':
      return proved(seen, { kind: 'done' });
    case 'active':
      if (retirement === 'delete') return hold('activeAgain');
      return unused(seen) ?? currentWorks(seen) ?? { kind: 'deactivate' };
    case 'inactive':
      if (retirement === 'deactivate') return proved(seen, { kind: 'done' });
      return unused(seen) ?? proved(seen, { kind: 'delete' });
    default:
      return hold('standingUnknown');
  }
}

/** What is recorded as inactive stays so; what was active is to be so again. What is gone never comes back. */
function back(retirement: Retirement, seen: SeenOfOld): RetirementStep {
  const unclear = unclearStanding(seen);
  if (unclear !== undefined) return unclear;

  switch (seen.state) {
    case 'gone':
      return hold('gone');
    case 'inactive':
      return { kind: retirement === 'delete' ? 'done' : 'reactivate' };
    default:
      if (seen.oldAnswer === 'unasked') return { kind: 'ask old' };
      if (seen.oldAnswer === 'accepted') return { kind: 'done' };
      return hold(seen.oldAnswer === 'rejected' ? 'oldRejected' : 'oldUnknown');
  }
}

function unclearStanding({ identity, state }: SeenOfOld): RetirementStep | undefined {
  if (identity === 'unread') return { kind: 'read' };
  if (identity === 'unreadable') return hold('oldUnreadable');
  if (state === 'unasked') return { kind: 'ask standing' };
  return state === 'unknown' ? hold('standingUnknown') : undefined;
}

/** Whatever clients may read must not be the credential that is taken out of use. */
function movedLabels({ current, isInFlight, identity }: SeenOfOld): RetirementStep | undefined {
  if (current !== 'recorded') return hold(current === 'old' ? 'oldIsCurrent' : 'currentMoved');
  if (isInFlight) return hold('inFlight');
  return identity === 'same' ? hold('sameCredential') : undefined;
}

/** Only what the target knows to be out of use may be touched. */
function unused({ use }: SeenOfOld): RetirementStep | undefined {
  if (use === 'quiet') return undefined;
  return hold(use === 'used' ? 'stillUsed' : 'useUnknown');
}

/** The old credential opens nothing, and what clients read opens what it should. */
function proved(seen: SeenOfOld, then: RetirementStep): RetirementStep {
  if (seen.oldAnswer === 'unasked') return { kind: 'ask old' };
  if (seen.oldAnswer !== 'rejected') return hold(seen.oldAnswer === 'accepted' ? 'oldAccepted' : 'oldUnknown');
  return currentWorks(seen) ?? then;
}

function currentWorks({ currentAnswer }: SeenOfOld): RetirementStep | undefined {
  if (currentAnswer === 'unasked') return { kind: 'ask current' };
  if (currentAnswer === 'accepted') return undefined;
  return hold(currentAnswer === 'rejected' ? 'currentRejected' : 'currentUnknown');
}

const hold = (reason: RetirementHold): RetirementStep => ({ kind: 'hold', reason });
