import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { flaws } from '../../core/approval/approval.ts';
import { refusals } from '../../core/approval/approval-answer.ts';
import { signInRefusals } from '../../core/approval/sign-in.ts';
import { leaveAloneReasons, restoreReasons, retireReasons } from '../../core/leave-alone.ts';
import { flagReasons, stopReasons } from '../../core/limits/flags.ts';
import { outcomes } from '../../core/outcome.ts';
import { drifts } from '../../core/past-runs/drift.ts';
import { restoreRefusals } from '../../core/past-runs/restore.ts';
import { preflightReasons } from '../../core/planning/draft.ts';
import { previewVerdicts } from '../../core/planning/preview.ts';
import { evidenceFindings } from '../../core/report/evidence-check.ts';
import { retirementHolds } from '../../core/rotation/retirement.ts';
import { holds } from '../../core/rotation/rotation.ts';
import { malformations } from '../../core/selection/credential.ts';
import { contradictions } from '../../core/selection/second-judgement.ts';
import { driftReasons } from '../../core/selection/still-due.ts';
import { strategies } from '../../core/settings.ts';
import { notStarted } from '../../core/verdict/claim.ts';
import { doubts } from '../../core/verdict/probe.ts';
import { waveReasons } from '../../core/verdict/verdict.ts';

/*
 * Goal: whoever reads a reason in a report, a log or an alarm finds it in the glossary, with the sentence of the code.
 *
 * Method: each closed set has a table of its own there, with the same rows in the same order. When one differs, copy what
 * is expected.
 */

const glossary = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');

/** The rows of the table below a heading. */
function rowsBelow(heading: string): string[] {
  const section = glossary.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? '';
  return section.split('\n').filter((line) => line.startsWith('| `'));
}

describe('the glossary has every reason', () => {
  for (const [heading, reasons] of Object.entries<Readonly<Record<string, string>>>({
    'Why a secret is left alone': leaveAloneReasons,
    'Why a secret of a run that is undone is left alone': restoreReasons,
    'Why a run cannot be undone': restoreRefusals,
    'Why the second judgement contradicts': contradictions,
    'Why the preflight advises against a secret': preflightReasons,
    'What is wrong with a value': malformations,
    'Why a planned secret is left alone after all': driftReasons,
    'What a preview says': previewVerdicts,
    'Why the kill switch says stop': stopReasons,
    'Why the flags stop a wave': flagReasons,
    'Why an answer is refused': refusals,
    'Why a sign-in does not count': signInRefusals,
    'Why a decision does not stand': flaws,
    'Why a batch does not start': notStarted,
    'Why a rotation holds': holds,
    'Why an old credential is kept': retireReasons,
    'Why a retirement holds': retirementHolds,
    'Why a batch is in doubt': doubts,
    'Why a wave is unsound': waveReasons,
    'What is wrong with evidence': evidenceFindings,
    'How a secret has drifted': drifts,
  })) {
    it(heading, () => {
      assert.deepEqual(
        rowsBelow(heading),
        Object.entries(reasons).map(([key, sentence]) => `| \`${key}\` | ${sentence} |`),
      );
    });
  }

  it('and every outcome of a run', () => {
    assert.deepEqual(
      rowsBelow('Outcomes').map((row) => row.split('`')[1]),
      [...outcomes],
    );
  });

  it('and every strategy', () => {
    assert.deepEqual(
      rowsBelow('Strategies').map((row) => row.split('`')[1]),
      [...strategies],
    );
  });
});
