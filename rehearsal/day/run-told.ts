import { decidedAt, parseDecision } from '../../core/approval/decision.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Instant } from '../../core/instant.ts';
import { sayWhyLeftAlone } from '../../core/notices/reason-words.ts';
import type { Run } from '../../core/plan.ts';
import type { Draft, NotPlanned } from '../../core/planning/draft.ts';
import type { RunReport } from '../../core/report/report.ts';
import type { Start } from '../../core/start.ts';
import type { Cloud } from '../cloud.ts';
import type { Mark, RunTold } from './report.ts';

/** AWSCURRENT of a secret having gone from one version to another. */
export interface Move {
  readonly arn: string;
  readonly at: Instant;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What was seen of a run from outside. */
export interface Seen {
  readonly run: Run;
  readonly timeline: readonly Mark[];
  readonly moves: readonly Move[];
}

/** Tells how a run went: from the documents that it left, and from what was seen of it. */
export function tellRun({ s3, archiveBucket }: Cloud, { run, timeline, moves }: Seen): RunTold {
  const read = <T>(key: string): T | undefined => {
    const text = s3.text(archiveBucket, key);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  };
  const start = read<Start>(archiveKeys.start(run));
  const report = read<RunReport>(archiveKeys.recovery(run)) ?? read<RunReport>(archiveKeys.report(run));
  const leftAlone =
    read<NotPlanned[]>(archiveKeys.leftAlone(run)) ?? read<Draft>(archiveKeys.draft(run))?.leftAlone ?? [];
  const decision = parseDecision(s3.text(archiveBucket, archiveKeys.decision(run)) ?? '');
  const [first, last] = [timeline[0], timeline.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`nothing was seen of run ${run}`);
  const own = movesBetween(moves, first.at, last.at);

  return {
    run,
    mode: start?.mode ?? 'rotate',
    requestedBy: start?.requestedBy ?? 'nobody on record',
    startedAt: first.at,
    endedAt: last.at,
    outcome: report?.outcome ?? 'halted',
    reasons: report?.reasons ?? ['it left no report'],
    fleet: report?.fleet ?? { secrets: 0, services: 0 },
    selected: report?.selected ?? 0,
    rotated: report?.rotated ?? 0,
    rolledBack: report?.rolledBack ?? 0,
    held: report?.held ?? 0,
    leftAlone: report?.leftAlone ?? {},
    guardrails: report?.guardrails ?? [],
    waves: report?.waves ?? [],
    verification: report?.verification ?? { claims: 0, confirmed: 0, contradicted: 0 },
    approval: decision && {
      by: decision.answers.map(({ answer }) => answer.approver).join(' and '),
      at: decidedAt(decision),
      decision: decision.decision,
    },
    timeline,
    secrets: (report?.secrets ?? []).map((secret) => ({ ...secret, ...momentsOf(own.get(secret.arn) ?? []) })),
    leftAloneSecrets: leftAlone.map(({ name, arn, reason }) => ({
      name,
      arn,
      reason,
      why: sayWhyLeftAlone(reason),
    })),
  };
}

/** Runs touch secrets one at a time, so what moved while one went on was moved by it. */
const movesBetween = (moves: readonly Move[], from: Instant, to: Instant): ReadonlyMap<string, readonly Move[]> =>
  Map.groupBy(
    moves.filter(({ at }) => from <= at && at <= to),
    ({ arn }) => arn,
  );

/** When AWSCURRENT of a secret last left where it had been, and when it last came back there. */
function momentsOf(moves: readonly Move[]): Pick<RunTold['secrets'][number], 'promotedAt' | 'demotedAt'> {
  const original = moves[0]?.from;
  return {
    promotedAt: moves.findLast(({ to }) => to !== original)?.at,
    demotedAt: moves.findLast(({ to }) => to === original)?.at,
  };
}
