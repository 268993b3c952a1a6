import { type Instant, toIso } from './instant.ts';
import type { Run } from './plan.ts';
import type { Scope } from './scope.ts';

/**
 * What a probe looks at: candidates before the plan, a batch just rotated, a wave after its bake, a wave gone back; and
 * after a run had died, a wave of it that was sent back then, and one that had been judged sound.
 */
export const phases = ['preflight', 'rotated', 'baked', 'rolledBack', 'recovered', 'verified'] as const;
export type Phase = (typeof phases)[number];

/** What everything of a run is below. */
export const runPrefix = (run: Run): string => `runs/${run}/`;

/** Where the report of a look at drift stands: beside the runs, whose evidence is signed already. */
export const driftReportKey = (at: Instant): string => `drift/${toIso(at)}.json`;

/** Where a run's documents stand in the archive. Everything of a run is below one prefix. */
export const archiveKeys = {
  start: (run: Run) => `runs/${run}/start.json`,
  inventory: (run: Run) => `runs/${run}/inventory.jsonl`,
  draft: (run: Run) => `runs/${run}/draft.json`,
  candidates: (run: Run) => `runs/${run}/preflight.jsonl`,
  preflight: (run: Run, index: number) => `runs/${run}/preflight/${index}.json`,
  confirmation: (run: Run) => `runs/${run}/confirmation.json`,
  plan: (run: Run) => `runs/${run}/plan.json`,
  leftAlone: (run: Run) => `runs/${run}/left-alone.json`,
  wave: (run: Run, wave: number) => `runs/${run}/waves/${wave}.jsonl`,
  /** What one approver said. Their names hold nothing that a key could be confused by. */
  answer: (run: Run, scope: Scope, approver: string) => `runs/${run}/answers/${scope}/${approver.toLowerCase()}.json`,
  decision: (run: Run, scope: Scope = 'plan') =>
    scope === 'plan' ? `runs/${run}/decision.json` : `runs/${run}/decisions/${scope}.json`,
  probe: (run: Run, wave: number, phase: Phase, index: number) => `runs/${run}/probes/${wave}/${phase}/${index}.json`,
  verdict: (run: Run, wave: number, phase: Phase) => `runs/${run}/verdicts/${wave}-${phase}.json`,
  /** What became of a wave's tags: attempts count from 1, and the last one that is there is how they stand. */
  renewal: (run: Run, wave: number, attempt: number) => `runs/${run}/renewals/${wave}/${attempt}.json`,
  admission: (run: Run, wave: number) => `runs/${run}/admissions/${wave}.json`,
  recovery: (run: Run) => `runs/${run}/recovery.json`,
  report: (run: Run) => `runs/${run}/report.json`,
  manifest: (run: Run) => `runs/${run}/manifest.json`,
  recoveryManifest: (run: Run) => `runs/${run}/recovery-manifest.json`,
} as const;
