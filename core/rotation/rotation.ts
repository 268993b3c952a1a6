import type { Answer } from '../ports.ts';
import type { Strategy } from '../settings.ts';

/** Which way one credential is to be turned: to a new version, to one that was current before, or back again. */
export const goals = ['rotate', 'restore', 'roll back'] as const;
export type Goal = (typeof goals)[number];

/**
 * What is so, as far as it was looked at. Old is the version that the plan recorded as AWSCURRENT, new the one that the
 * plan says will be made, or be restored; other is any version that the plan does not know.
 */
export interface Observed {
  readonly current: 'old' | 'new' | 'other';
  readonly pending: 'none' | 'old' | 'new' | 'other';
  /** Unseen: it carries no label, as a version that somebody took its labels off, and nobody has looked for it by its id. */
  readonly newVersion: 'unseen' | 'absent' | 'present';
  /** What the target says of the old credential. */
  readonly old: Answer | 'unasked';
  /** What the target says of the new one. */
  readonly new: Answer | 'unasked';
}

/** Every reason to stop short of the goal, and the sentence an operator reads. */
export const holds = {
  currentMoved: 'AWSCURRENT is on a version that the plan does not know: somebody else changed the secret',
  pendingTaken: 'AWSPENDING is on a version that the plan does not know: somebody else is changing the secret',
  oldRejected: 'the target rejects the old credential',
  oldUnknown: 'the target could not say whether it accepts the old credential',
  newRejected: 'the target rejects the new credential',
  newUnknown: 'the target could not say whether it accepts the new credential',
  neitherAccepted: 'the target accepts neither the old nor the new credential',
  versionGone: 'the version that is to be restored is not there any more',
  nothingToRestore: 'with its strategy the target forgot the credential that is to be restored',
  deadline: 'the time in which this function may write was over',
  stuck: 'a step was tried as often as is allowed, and something still kept it from working',
} as const;

export type Hold = keyof typeof holds;

export type Step =
  | { readonly kind: 'find new' }
  | { readonly kind: 'ask old' }
  | { readonly kind: 'create' }
  | { readonly kind: 'set' }
  | { readonly kind: 'test' }
  | { readonly kind: 'promote' }
  | { readonly kind: 'restore target' }
  | { readonly kind: 'demote' }
  | { readonly kind: 'drop pending' }
  | { readonly kind: 'done' }
  | { readonly kind: 'hold'; readonly reason: Hold };

/**
 * Decides the next step of one credential's rotation from what is observed, not from where a script believes it is.
 *
 * Retry, way back, recovery and redrive are this same decision, so there is no journal that could be wrong. Its order
 * is the safety argument: the new value is kept before the target learns it, proved before it is promoted, and the old
 * one is proved before anything goes back to it.
 */
export function next(goal: Goal, strategy: Strategy, observed: Observed): Step {
  if (observed.current === 'other') return hold('currentMoved');
  if (observed.newVersion === 'unseen' && !mayCreateUnseen(goal, strategy, observed)) return { kind: 'find new' };
  switch (goal) {
    case 'rotate':
      return forward(strategy, observed);
    case 'restore':
      return restore(strategy, observed);
    case 'roll back':
      return back(strategy, observed);
  }
}

/**
 * Whether a new version may be made before anybody has looked for one without a label.
 *
 * With `alternate` it may, over an old credential that works: Secrets Manager turns away a second version of one id, and
 * until one is kept the target is told nothing.
 */
const mayCreateUnseen = (goal: Goal, strategy: Strategy, { current, old }: Observed): boolean =>
  goal === 'rotate' && strategy === 'alternate' && current === 'old' && (old === 'unasked' || old === 'accepted');

function forward(strategy: Strategy, observed: Observed): Step {
  if (observed.current === 'new') {
    if (observed.new === 'unasked') return { kind: 'test' };
    if (observed.new !== 'accepted') return hold(observed.new === 'rejected' ? 'newRejected' : 'newUnknown');
    return dropPendingOr({ kind: 'done' }, observed);
  }

  if (observed.pending === 'other') return hold('pendingTaken');

  if (observed.newVersion !== 'present') {
    if (observed.old === 'unasked') return { kind: 'ask old' };
    if (observed.old !== 'accepted') return hold(observed.old === 'rejected' ? 'oldRejected' : 'oldUnknown');
    return { kind: 'create' };
  }

  switch (observed.new) {
    case 'unasked':
      return strategy === 'replace' && observed.old === 'unasked' ? { kind: 'ask old' } : { kind: 'test' };
    case 'rejected':
      return forwardRejected(strategy, observed);
    case 'unknown':
      return hold('newUnknown');
    case 'accepted':
      return { kind: 'promote' };
  }
}

/** For `replace`, a new credential may be set only over an old one that works: with neither, nobody can log in. */
function forwardRejected(strategy: Strategy, observed: Observed): Step {
  if (strategy !== 'replace' || observed.old === 'accepted') return { kind: 'set' };
  if (observed.old === 'unasked') return { kind: 'ask old' };
  return hold(observed.old === 'rejected' ? 'neitherAccepted' : 'oldUnknown');
}

/**
 * Only AWSCURRENT moves, onto a version that exists, and only once the target has accepted it. Nothing is made and the
 * target is told nothing, so what it no longer accepts stays where it is.
 */
function restore(strategy: Strategy, observed: Observed): Step {
  if (strategy === 'replace') return hold('nothingToRestore');
  if (observed.current === 'old') {
    if (observed.pending === 'other') return hold('pendingTaken');
    if (observed.newVersion === 'absent') return hold('versionGone');
  }

  switch (observed.new) {
    case 'unasked':
      return { kind: 'test' };
    case 'rejected':
      return hold('newRejected');
    case 'unknown':
      return hold('newUnknown');
    case 'accepted':
      return observed.current === 'new' ? { kind: 'done' } : { kind: 'promote' };
  }
}

function back(strategy: Strategy, observed: Observed): Step {
  switch (observed.old) {
    case 'unasked':
      return strategy === 'replace' && observed.newVersion === 'present' && observed.new === 'unasked'
        ? { kind: 'test' }
        : { kind: 'ask old' };
    case 'unknown':
      return hold('oldUnknown');
    case 'rejected':
      return backRejected(strategy, observed);
    case 'accepted':
      return observed.current === 'new' ? { kind: 'demote' } : dropPendingOr({ kind: 'done' }, observed);
  }
}

/** Only `replace` can give an old credential back to the target, and only while the new one still opens the door. */
function backRejected(strategy: Strategy, observed: Observed): Step {
  if (strategy !== 'replace' || observed.newVersion === 'absent') return hold('oldRejected');

  switch (observed.new) {
    case 'unasked':
      return { kind: 'test' };
    case 'accepted':
      return { kind: 'restore target' };
    case 'rejected':
      return hold('neitherAccepted');
    case 'unknown':
      return hold('newUnknown');
  }
}

const dropPendingOr = (otherwise: Step, { pending }: Observed): Step =>
  pending === 'new' ? { kind: 'drop pending' } : otherwise;

const hold = (reason: Hold): Step => ({ kind: 'hold', reason });
