import type { Run } from '../plan.ts';
import type { Archive, Hash } from '../ports.ts';

/*
 * How the second pair of eyes reads what an earlier run did, from its documents.
 *
 * Written apart from what reads plans for others, and to stay apart: it shares no code with it, and believes text that has
 * the hash that was approved, and nothing else.
 */

/** What the archive holds of a run: all of it as it was approved, or what speaks against reading it. */
export type ReadAgain<Line> =
  | { readonly kind: 'read'; readonly mode: unknown; readonly report: Report; readonly lines: readonly Line[] }
  | { readonly kind: 'unknownRun' }
  | { readonly kind: 'unfinished' | 'altered'; readonly mode: unknown };

/** How the run ended, as it was reported last. */
export interface Report {
  readonly endedAt: number;
  readonly secrets: readonly { readonly arn: string; readonly kind: string }[];
}

interface PlanText {
  readonly run: unknown;
  readonly mode: unknown;
  readonly waves: readonly { readonly number: number; readonly batches: readonly { readonly hash: string }[] }[];
}

interface Answered {
  readonly run?: unknown;
  readonly digest?: unknown;
  readonly decision?: unknown;
}

/** Reads a run's plan, what was decided about it and how it ended, and each secret of it as a line of its waves. */
export async function readAgain<Line>(archive: Archive, hash: Hash, run: Run): Promise<ReadAgain<Line>> {
  const text = (document: string) => fetchOr(archive, `runs/${run}/${document}`);
  const [plan, decision, report, recovery] = await Promise.all(
    ['plan.json', 'decision.json', 'report.json', 'recovery.json'].map(text),
  );
  if (plan === undefined) return { kind: 'unknownRun' };
  const header = JSON.parse(plan) as PlanText;
  const { mode } = header;
  const last = recovery ?? report;
  if (last === undefined) return { kind: 'unfinished', mode };
  if (header.run !== run || !approves(decision, run, hash(plan))) return { kind: 'altered', mode };

  const lines: Line[] = [];
  for (const { number, batches } of header.waves) {
    const ofWave = ((await text(`waves/${number}.jsonl`)) ?? '').split('\n');
    if (ofWave.map((line) => hash(line)).join() !== batches.map((batch) => batch.hash).join())
      return { kind: 'altered', mode };
    for (const line of ofWave) lines.push(...(JSON.parse(line) as { secrets: Line[] }).secrets);
  }
  return { kind: 'read', mode, report: JSON.parse(last) as Report, lines };
}

/** Whether there are answers, and every one of them approves this very plan. */
function approves(decision: string | undefined, run: Run, digest: string): boolean {
  if (decision === undefined) return false;
  const { answers = [] } = JSON.parse(decision) as { readonly answers?: readonly { readonly answer?: Answered }[] };
  const approvals = answers.filter(
    ({ answer }) => answer?.run === run && answer.digest === digest && answer.decision === 'approved',
  );
  return approvals.length > 0 && approvals.length === answers.length;
}

/** A document's text, or undefined when the archive does not have it. */
async function fetchOr(archive: Archive, key: string): Promise<string | undefined> {
  return archive.fetch(key).catch((error: Error) => {
    if (error.name === 'NotInArchiveError') return undefined;
    throw error;
  });
}
