import type { Answer } from '../ports.ts';
import type { Strategy } from '../settings.ts';
import { type Goal, type Hold, next, type Observed, type Step } from './rotation.ts';

/** Where the labels of a secret are. A version without a label is not among what Secrets Manager describes. */
export interface Labels {
  readonly current: Observed['current'];
  readonly pending: Observed['pending'];
  readonly isNewLabelled: boolean;
}

/** Everything that turning a credential can ask of the world, one call at a time. */
export type Call =
  | 'look'
  | 'read old'
  | 'read new'
  | 'ask old'
  | 'ask new'
  | 'create'
  | 'stage'
  | 'set'
  | 'promote'
  | 'restore target'
  | 'demote'
  | 'drop pending';

export type End =
  | { readonly kind: 'done'; readonly on: 'old' | 'new'; readonly touched: boolean }
  | { readonly kind: 'held'; readonly reason: Hold };

/**
 * One credential while it is turned: all that one delivery knows between two calls.
 *
 * It is a value, so that what follows from it can be explored without being done. What a value is matters not here.
 */
export interface Turning<Value> {
  readonly goal: Goal;
  readonly strategy: Strategy;
  /** Undefined when a call failed: then nothing is known any more. */
  readonly observed: Observed | undefined;
  /** Whether the last call told where the labels are. */
  readonly justLooked: boolean;
  readonly old: Value | undefined;
  /** What the new version holds. */
  readonly fresh: Value | undefined;
  /** What was created, and is not known to be held by the new version yet. */
  readonly made: Value | undefined;
  /** How often a write was made, and how often a look failed. */
  readonly tried: Partial<Readonly<Record<Call, number>>>;
}

/** How often one call is made before the turn gives up: once more than two failures would need. */
const attemptsPerCall = 3;

/** Begins to turn a credential, on a look at its labels that was just taken. */
export function begin<Value>(goal: Goal, strategy: Strategy, labels: Labels, old: Value | undefined): Turning<Value> {
  const nothing = { observed: undefined, justLooked: false, fresh: undefined, made: undefined, tried: {} };
  return looked({ goal, strategy, old, ...nothing }, labels);
}

/** The call to make now, or how it ended. */
export function nextCall<Value>(turning: Turning<Value>): Call | End {
  const { goal, strategy, observed } = turning;
  return observed === undefined
    ? unlessTooOften(turning, 'look')
    : towards(turning, observed, next(goal, strategy, observed));
}

/** The call that a step comes down to, or the end. No end rests on a look that is older than a call. */
export function towards<Value>(turning: Turning<Value>, observed: Observed, step: Step): Call | End {
  if (step.kind !== 'done' && step.kind !== 'hold') return unlessTooOften(turning, callFor(turning, step.kind));
  if (!turning.justLooked) return unlessTooOften(turning, 'look');

  if (step.kind === 'hold') return { kind: 'held', reason: step.reason };
  return { kind: 'done', on: observed.current === 'new' ? 'new' : 'old', touched: observed.newVersion === 'present' };
}

function callFor<Value>(turning: Turning<Value>, step: Exclude<Step['kind'], 'done' | 'hold'>): Call {
  const needsOld = step === 'ask old' || step === 'create' || step === 'set' || step === 'restore target';
  const needsNew = step === 'test' || step === 'set' || step === 'restore target';
  if (needsOld && turning.old === undefined) return 'read old';
  if (needsNew && turning.fresh === undefined) return 'read new';

  switch (step) {
    case 'find new':
      return 'read new';
    case 'test':
      return 'ask new';
    case 'create':
      // A version that could not be kept may be there already, without a label.
      if (turning.observed?.newVersion === 'unseen' && turning.tried.stage !== undefined) return 'read new';
      return turning.made === undefined ? 'create' : 'stage';
    case 'set':
    case 'restore target':
      // A target does not compare labels, as Secrets Manager does: a change that takes something away from somebody
      // rests on nothing older than a call. With `overlap` it takes nothing away.
      return turning.justLooked || turning.strategy === 'overlap' ? step : 'look';
    default:
      return step;
  }
}

function unlessTooOften<Value>(turning: Turning<Value>, call: Call): Call | End {
  const { observed, tried } = turning;
  if ((tried[call] ?? 0) < attemptsPerCall) return call;
  // A target that does not take the old credential back accepts the new one: then what clients read follows it, before
  // people are called.
  if (call === 'restore target' && observed?.current === 'old') return unlessTooOften(turning, 'promote');
  // A credential that was set and is still rejected is the target's word; anything else is only not getting there.
  return { kind: 'held', reason: call === 'set' && observed?.new === 'rejected' ? 'newRejected' : 'stuck' };
}

/** The labels were looked at. What the target said stands only if they are where they were when it said so. */
export function looked<Value>(turning: Turning<Value>, { current, pending, isNewLabelled }: Labels): Turning<Value> {
  const before = turning.observed;
  const isPresent = isNewLabelled || turning.fresh !== undefined;
  const newVersion = isPresent ? 'present' : before?.newVersion === 'absent' ? 'absent' : 'unseen';
  const isAsBefore = before?.current === current && before.pending === pending && before.newVersion === newVersion;
  return {
    ...turning,
    observed: isAsBefore ? before : { current, pending, newVersion, old: 'unasked', new: 'unasked' },
    justLooked: true,
    tried: { ...turning.tried, look: 0 },
  };
}

/** The value of a version was read; undefined, when there is no such version. */
export function wasRead<Value>(
  turning: Turning<Value>,
  version: 'old' | 'new',
  value: Value | undefined,
): Turning<Value> {
  if (version === 'old') return value === undefined ? failed(turning, 'read old') : { ...learn(turning), old: value };
  return value === undefined
    ? learn(turning, { newVersion: 'absent' })
    : { ...learn(turning, { newVersion: 'present' }), fresh: value, made: undefined };
}

/** The target was asked. */
export const answered = <Value>(turning: Turning<Value>, version: 'old' | 'new', answer: Answer): Turning<Value> =>
  learn(turning, { [version]: answer });

/** A new value was made, and is held nowhere yet. */
export const created = <Value>(turning: Turning<Value>, made: Value): Turning<Value> => ({
  ...count(learn(turning), 'create'),
  made,
});

/** A write was answered: it took place. */
export function written<Value>(turning: Turning<Value>, call: Write): Turning<Value> {
  const after = count(turning, call);
  const isReplace = turning.strategy === 'replace';
  switch (call) {
    case 'stage':
      // Nobody has told the target yet; where the target itself issued the value, telling it changes nothing.
      return {
        ...learn(after, { newVersion: 'present', pending: 'new', new: 'rejected' }),
        fresh: after.made,
        made: undefined,
      };
    case 'set':
      // `replace` has no time to ask: until AWSCURRENT follows, what clients read no longer works.
      return learn(after, isReplace ? { old: 'unasked', new: 'accepted' } : { new: 'unasked' });
    case 'promote':
      return learn(after, isReplace ? { current: 'new', new: 'unasked' } : { current: 'new' });
    case 'restore target':
      // Again no time to ask, but only if AWSCURRENT has to follow.
      return learn(after, { old: turning.observed?.current === 'new' ? 'accepted' : 'unasked', new: 'rejected' });
    case 'demote':
      // Whether AWSPENDING stays behind when AWSCURRENT leaves its version is not documented.
      if (turning.observed?.pending === 'new') return forget(after);
      return learn(after, isReplace ? { current: 'old', old: 'unasked' } : { current: 'old' });
    case 'drop pending':
      // AWSPENDING leaves a version together with AWSCURRENT. That it could be taken off says where AWSCURRENT still is.
      return { ...learn(after, { pending: 'none' }), justLooked: turning.observed?.current === 'new' };
  }
}

export type Write = Extract<Call, 'stage' | 'set' | 'promote' | 'restore target' | 'demote' | 'drop pending'>;

/** A call failed, in whatever way. It may have taken place, so nothing is known any more. */
export const failed = <Value>(turning: Turning<Value>, call: Call): Turning<Value> => forget(count(turning, call));

const learn = <Value>(turning: Turning<Value>, news: Partial<Observed> = {}): Turning<Value> => ({
  ...turning,
  observed: turning.observed && { ...turning.observed, ...news },
  justLooked: false,
});

const forget = <Value>(turning: Turning<Value>): Turning<Value> => ({
  ...turning,
  observed: undefined,
  justLooked: false,
});

const count = <Value>(turning: Turning<Value>, call: Call): Turning<Value> => ({
  ...turning,
  tried: { ...turning.tried, [call]: (turning.tried[call] ?? 0) + 1 },
});
