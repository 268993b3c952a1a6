import { flaws } from '../approval/approval.ts';
import { guardrailName } from '../guardrail-words.ts';
import { leaveAloneReasons, restoreReasons, retireReasons } from '../leave-alone.ts';
import { flagReasons } from '../limits/flags.ts';
import { restoreRefusals } from '../past-runs/restore.ts';
import { preflightReasons } from '../planning/draft.ts';
import type { RunReport } from '../report/report.ts';
import { retirementHolds } from '../rotation/retirement.ts';
import { holds } from '../rotation/rotation.ts';
import { contradictions } from '../selection/second-judgement.ts';
import { driftReasons } from '../selection/still-due.ts';
import { notStarted } from '../verdict/claim.ts';
import { doubts } from '../verdict/probe.ts';
import { waveReasons } from '../verdict/verdict.ts';

/*
 * Reports hold reasons as keys, which outlive the code. People are told them as the sentences of the closed sets.
 */

/** Why a secret is left alone, in words. */
const ofLeftAlone: Readonly<Record<string, string>> = {
  ...driftReasons,
  ...leaveAloneReasons,
  ...restoreReasons,
  ...retireReasons,
  ...preflightReasons,
  batchFailed: 'another secret of its batch could not be turned',
};

/** Why a run ended as it did, in words. */
const ofRuns: Readonly<Record<string, string>> = {
  ...flagReasons,
  ...flaws,
  ...notStarted,
  ...holds,
  ...retirementHolds,
  ...waveReasons,
  ...doubts,
  ...restoreRefusals,
  masterUnreadable: 'the credential that its rotator needs could not be read',
  nothingToRestore: 'nothing is left to restore',
  nobodyAnswered: 'nobody answered in time',
  waveBeforeUnsound: 'the wave before was not judged sound',
  approvalsMissing: 'too few approved in time',
  noTimeToAnswer: 'the plan expires too soon for people to answer',
  tagNotRenewed: 'an expiration tag is not known to be renewed',
  tagNotPutBack: 'an expiration tag could not be put back',
  noWindowBeforeExpiry: 'no rotation window opens before the approval expires',
  lockHeld: 'another run has the lock',
  startUnknown: 'nobody is on record as having asked for it',
  tooFewApprovers: 'too few people are left who may approve it',
  waveNotApproved: 'nobody let this wave go on in time',
  waveRejected: 'an approver would not let this wave go on',
  unjudged: 'a step failed before anybody knew whether it is sound; the execution says which',
  unsettled: 'the recovery could not settle it',
  died: 'nobody ended the run on purpose',
};

/** Reads a chain of keys, such as `batch 1: notStarted: switchOff`, as words. What is no key stays as it is. */
const say = (reason: string, sentences: Readonly<Record<string, string>>): string =>
  reason
    .split(': ')
    .map((part) => (Object.hasOwn(sentences, part) ? sentences[part] : countedFromOne(part)))
    .join(': ');

/** Keys count batches from 0, and people from 1. */
const countedFromOne = (part: string): string =>
  part.replace(/^batch (\d+)$/, (_, index) => `batch ${Number(index) + 1}`);

export const sayWhyLeftAlone = (reason: string): string => say(reason, ofLeftAlone);

/**
 * Says why a run ended. Where it was refused, a key names a contradiction rather than what the first judgement would have
 * said, and what stands before a colon may be a guardrail.
 */
export function sayWhyEnded(
  reason: string,
  { outcome, guardrails }: Pick<RunReport, 'outcome' | 'guardrails'>,
): string {
  if (outcome !== 'refused') return say(reason, { ...ofLeftAlone, ...ofRuns });
  const guardrail = guardrails.find(({ name }) => reason.startsWith(`${name}: `));
  if (guardrail === undefined) return say(reason, { ...ofRuns, ...contradictions });
  return `${guardrailName(guardrail)}${reason.slice(guardrail.name.length)}`;
}

/** A planned secret that was left alone after all had drifted since: what the preflight would have said is not why. */
export const sayWhyOfSecret = (reason: string): string => say(reason, { ...ofLeftAlone, ...ofRuns, ...driftReasons });
