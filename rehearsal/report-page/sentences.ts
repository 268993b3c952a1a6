import { flaws } from '../../core/approval.ts';
import { notStarted } from '../../core/claim.ts';
import { preflightReasons } from '../../core/draft.ts';
import { flagReasons } from '../../core/flags.ts';
import { leaveAloneReasons } from '../../core/leave-alone.ts';
import { doubts } from '../../core/probe.ts';
import { holds } from '../../core/rotation.ts';
import { contradictions } from '../../core/second-judgement.ts';
import { driftReasons } from '../../core/still-due.ts';
import { waveReasons } from '../../core/verdict.ts';
import type { RehearsalReport } from '../report.ts';

/** Why a secret is left alone, in words. */
const ofLeftAlone: Readonly<Record<string, string>> = {
  ...driftReasons,
  ...leaveAloneReasons,
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
  nobodyAnswered: 'nobody answered in time',
  noWindowBeforeExpiry: 'no rotation window opens before the approval expires',
};

/** Reads a chain of keys, such as `batch 1: notStarted: switchOff`, as words. What is no key stays as it is. */
const say = (reason: string, sentences: Readonly<Record<string, string>>): string =>
  reason
    .split(': ')
    .map((part) => (Object.hasOwn(sentences, part) ? sentences[part] : part))
    .join(': ');

export const sayWhyLeftAlone = (reason: string): string => say(reason, ofLeftAlone);

/** A contradiction shares its key with the reason to leave alone that was overlooked, so the outcome tells them apart. */
export const sayWhyEnded = (reason: string, outcome: RehearsalReport['outcome']): string =>
  say(reason, outcome === 'refused' ? { ...ofRuns, ...contradictions } : { ...ofLeftAlone, ...ofRuns });

export const sayWhyOfSecret = (reason: string): string => say(reason, { ...ofRuns, ...ofLeftAlone });
