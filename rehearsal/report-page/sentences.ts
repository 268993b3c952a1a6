import { flaws } from '../../core/approval.ts';
import { guardrailName } from '../../core/approval-summary.ts';
import { notStarted } from '../../core/claim.ts';
import { preflightReasons } from '../../core/draft.ts';
import { flagReasons } from '../../core/flags.ts';
import { leaveAloneReasons } from '../../core/leave-alone.ts';
import { doubts } from '../../core/probe.ts';
import { restoreReasons, restoreRefusals } from '../../core/restore.ts';
import { holds } from '../../core/rotation.ts';
import { contradictions } from '../../core/second-judgement.ts';
import { driftReasons } from '../../core/still-due.ts';
import { waveReasons } from '../../core/verdict.ts';
import type { RunTold } from '../report.ts';
import { inWords } from './words.ts';

/** Why a secret is left alone, in words. */
const ofLeftAlone: Readonly<Record<string, string>> = {
  ...driftReasons,
  ...leaveAloneReasons,
  ...restoreReasons,
  ...preflightReasons,
  batchFailed: 'another secret of its batch could not be turned',
};

/** Why a run ended as it did, in words. */
const ofRuns: Readonly<Record<string, string>> = {
  ...flagReasons,
  ...flaws,
  ...notStarted,
  ...holds,
  ...waveReasons,
  ...doubts,
  ...restoreRefusals,
  masterUnreadable: 'the credential that its rotator needs could not be read',
  nothingToRestore: 'nothing is left to restore',
  nobodyAnswered: 'nobody answered in time',
  waveBeforeUnsound: 'the wave before was not judged sound',
  noWindowBeforeExpiry: 'no rotation window opens before the approval expires',
};

/** Reads a chain of keys, such as `batch 1: notStarted: switchOff`, as words. What is no key stays as it is. */
const say = (reason: string, sentences: Readonly<Record<string, string>>): string =>
  reason
    .split(': ')
    .map((part) => (Object.hasOwn(sentences, part) ? sentences[part] : part))
    .join(': ');

export const sayWhyLeftAlone = (reason: string): string => say(reason, ofLeftAlone);

/**
 * Says why a run ended. Where it was refused, a key names a contradiction rather than what the first judgement would have
 * said, and what stands before a colon may be a guardrail.
 */
export function sayWhyEnded(reason: string, { outcome, guardrails }: Pick<RunTold, 'outcome' | 'guardrails'>): string {
  if (outcome !== 'refused') return say(reason, { ...ofLeftAlone, ...ofRuns });
  const guardrail = guardrails.find(({ name }) => reason.startsWith(`${name}: `));
  if (guardrail === undefined) return say(reason, { ...ofRuns, ...contradictions });
  return `${sayGuardrail(guardrail)}${reason.slice(guardrail.name.length)}`;
}

/** What a bound is about. One that has no words yet is called by its name. */
export function sayGuardrail(guardrail: RunTold['guardrails'][number]): string {
  const name = guardrailName(guardrail);
  return name === guardrail.name ? inWords(name) : name;
}

/** A planned secret that was left alone after all had drifted since: what the preflight would have said is not why. */
export const sayWhyOfSecret = (reason: string): string => say(reason, { ...ofLeftAlone, ...ofRuns, ...driftReasons });
