import type { Retirement } from '../plan.ts';
import type { Answer, Standing } from '../ports.ts';
import { nextRetirement, type RetirementHold, type RetirementStep, type SeenOfOld, unseen } from './retirement.ts';
import type { Goal } from './rotation.ts';

/** Everything that retiring a credential can ask of the world, one call at a time. */
export type RetirementCall = Exclude<RetirementStep['kind'], 'done' | 'hold'>;
export type RetirementWrite = Extract<RetirementCall, 'deactivate' | 'reactivate' | 'delete'>;

export type RetirementEnd =
  | { readonly kind: 'done'; readonly touched: boolean }
  /** Untouched: nothing was written, and the old credential stands as the plan recorded it. */
  | { readonly kind: 'held'; readonly reason: RetirementHold; readonly untouched: boolean };

/** One old credential while it is retired, or brought back: all that one delivery knows between two calls. */
export interface Retiring {
  readonly goal: Goal;
  readonly retirement: Retirement;
  readonly seen: SeenOfOld;
  /** What the last calls were: only a look at the labels, and the target's word right after it, let anything be written. */
  readonly freshness: 'stale' | 'looked' | 'stood';
  /** How often a write was made, and how often a look failed. */
  readonly tried: Partial<Readonly<Record<RetirementCall, number>>>;
}

/** How often one call is made before the attempt is given up: once more than two failures would need. */
const attemptsPerCall = 3;

export const beginRetiring = (goal: Goal, retirement: Retirement): Retiring => ({
  goal,
  retirement,
  seen: unseen,
  freshness: 'stale',
  tried: {},
});

/** The call to make now, or how it ended. */
export const nextRetirementCall = (retiring: Retiring): RetirementCall | RetirementEnd =>
  towardsRetirement(retiring, nextRetirement(retiring.goal, retiring.retirement, retiring.seen));

/**
 * The call that a step comes down to, or the end. A target does not compare as Secrets Manager does, so what is written, and
 * what is said in the end, rests on nothing older than a look at the labels and at how the old credential stands.
 */
export function towardsRetirement(retiring: Retiring, step: RetirementStep): RetirementCall | RetirementEnd {
  const { goal, freshness, seen, retirement, tried } = retiring;
  if (!reads.includes(step.kind) && seen.identity !== 'unreadable' && freshness !== 'stood') {
    return unlessTooOften(retiring, freshness === 'looked' ? 'ask standing' : 'look');
  }

  if (step.kind === 'hold') {
    const recorded = retirement === 'deactivate' ? 'active' : 'inactive';
    const untouched = goal === 'rotate' && !hasWritten(tried) && seen.state === recorded;
    return { kind: 'held', reason: step.reason, untouched };
  }
  return step.kind === 'done' ? { kind: 'done', touched: hasWritten(tried) } : unlessTooOften(retiring, step.kind);
}

const reads: readonly RetirementStep['kind'][] = ['look', 'read', 'ask standing', 'ask current', 'ask old'];

const hasWritten = (tried: Retiring['tried']): boolean =>
  [tried.deactivate, tried.reactivate, tried.delete].some((times) => times !== undefined);

function unlessTooOften({ tried }: Retiring, call: RetirementCall): RetirementCall | RetirementEnd {
  return (tried[call] ?? 0) < attemptsPerCall ? call : { kind: 'held', reason: 'stuck', untouched: false };
}

/** The labels were looked at. What was read and answered stands only if they are where they were then. */
export function lookedAtLabels(retiring: Retiring, labels: Pick<SeenOfOld, 'current' | 'isInFlight'>): Retiring {
  const { seen } = retiring;
  const isAsBefore = seen.current === labels.current && seen.isInFlight === labels.isInFlight;
  return {
    ...retiring,
    seen: isAsBefore ? seen : { ...unseen, ...labels, identity: seen.identity },
    freshness: 'looked',
    tried: { ...retiring.tried, look: 0 },
  };
}

/** Both values were read. A version's value never changes, so they are read once. */
export const wereRead = (retiring: Retiring, identity: Exclude<SeenOfOld['identity'], 'unread'>): Retiring =>
  learn(retiring, { identity });

/** The target said how the old credential stands. What was answered before stands only if it is as it was then. */
export function stood(retiring: Retiring, state: Standing['state'], use: SeenOfOld['use']): Retiring {
  const { seen, freshness } = retiring;
  const isAsBefore = seen.state === state;
  const answers = isAsBefore ? {} : ({ currentAnswer: 'unasked', oldAnswer: 'unasked' } as const);
  return {
    ...retiring,
    seen: { ...seen, ...answers, state, use },
    freshness: freshness === 'looked' ? 'stood' : 'stale',
  };
}

export const currentAnswered = (retiring: Retiring, currentAnswer: Answer): Retiring =>
  learn(retiring, { currentAnswer });

export const oldAnswered = (retiring: Retiring, oldAnswer: Answer): Retiring => learn(retiring, { oldAnswer });

/** A write was answered: it took place. How it stands now, the target is asked. */
export const wasWritten = (retiring: Retiring, call: RetirementWrite): Retiring =>
  count(learn(retiring, { state: 'unasked', use: 'unknown', currentAnswer: 'unasked', oldAnswer: 'unasked' }), call);

/** A call failed, in whatever way. It may have taken place, so nothing is known any more. */
export const retirementFailed = (retiring: Retiring, call: RetirementCall): Retiring => ({
  ...count(retiring, call),
  seen: { ...unseen, identity: retiring.seen.identity },
  freshness: 'stale',
});

const learn = (retiring: Retiring, news: Partial<SeenOfOld>): Retiring => ({
  ...retiring,
  seen: { ...retiring.seen, ...news },
  freshness: 'stale',
});

const count = (retiring: Retiring, call: RetirementCall): Retiring => ({
  ...retiring,
  tried: { ...retiring.tried, [call]: (retiring.tried[call] ?? 0) + 1 },
});
