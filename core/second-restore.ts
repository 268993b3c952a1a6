import type { Run } from './plan.ts';
import type { Archive, Hash } from './ports.ts';
import type { RestoreAsked, RestoreRefusal } from './restore.ts';
import type { Grounds } from './second-judgement.ts';

/*
 * The second pair of eyes on a restore: what the run that is undone did, read again from its documents.
 *
 * Written apart from `restore.ts`, and to stay apart: it shares no code with it, nor with what reads plans for others. It
 * believes text that has the hash that was approved, and nothing else.
 */

/** What speaks against undoing a run at all, or the grounds on which each secret of the restore must stand. */
export type SecondLook =
  | { readonly kind: 'refused'; readonly refusal: RestoreRefusal; readonly which: string }
  | { readonly kind: 'looked'; readonly grounds: Grounds };

/** What the documents of a run are read for here. */
interface PlanText {
  readonly run: unknown;
  readonly mode: unknown;
  readonly waves: readonly { readonly number: number; readonly batches: readonly { readonly hash: string }[] }[];
}

interface Recorded {
  readonly arn: string;
  readonly name: string;
  readonly strategy: string;
  readonly currentVersion: string;
  readonly newVersion: string;
  readonly expirationDate: string;
}

interface Answered {
  readonly run?: unknown;
  readonly digest?: unknown;
  readonly decision?: unknown;
}

/** Looks at a run again that is to be undone. */
export async function lookAgainAt(archive: Archive, hash: Hash, { of, secrets }: RestoreAsked): Promise<SecondLook> {
  const refused = (refusal: RestoreRefusal, which: string = of): SecondLook => ({ kind: 'refused', refusal, which });
  const text = (document: string) => fetchOr(archive, `runs/${of}/${document}`);
  const [plan, decision, report, recovery] = await Promise.all(
    ['plan.json', 'decision.json', 'report.json', 'recovery.json'].map(text),
  );
  if (plan === undefined) return refused('unknownRun');
  const header = JSON.parse(plan) as PlanText;
  if (header.mode !== 'rotate') return refused('notARotation');
  const last = recovery ?? report;
  if (last === undefined) return refused('unfinished');
  if (header.run !== of || !approves(decision, of, hash(plan))) return refused('altered');

  const recorded: Recorded[] = [];
  for (const { number, batches } of header.waves) {
    const lines = ((await text(`waves/${number}.jsonl`)) ?? '').split('\n');
    if (lines.map((line) => hash(line)).join() !== batches.map((batch) => batch.hash).join()) return refused('altered');
    for (const line of lines) recorded.push(...(JSON.parse(line) as { secrets: Recorded[] }).secrets);
  }

  const rotated = rotatedIn(last);
  if (rotated.length === 0) return refused('nothingRotated');
  const names = recorded.map(({ name }) => name);
  const unknown = secrets?.find((name) => names.indexOf(name) < 0);
  if (unknown !== undefined) return refused('unknownSecret', unknown);
  return { kind: 'looked', grounds: groundsIn(recorded, rotated, secrets) };
}

function groundsIn(recorded: readonly Recorded[], rotated: readonly string[], asked: readonly string[] | undefined) {
  const byArn = Map.groupBy(recorded, ({ arn }) => arn);
  const grounds: Grounds = ({ arn, name, currentVersion, before }) => {
    const [line, ...others] = byArn.get(arn) ?? [];
    const isItsWork = line?.newVersion === currentVersion && line.name === name && others.length === 0;
    if (line === undefined || !isItsWork || rotated.indexOf(arn) < 0) return 'notOfRun';
    if (line.strategy === 'replace') return 'forgotten';
    if (asked !== undefined && asked.indexOf(name) < 0) return 'notAskedFor';

    const recordedAt = [line.currentVersion, line.expirationDate].join('\n');
    return [before?.version, before?.expirationDate].join('\n') === recordedAt ? undefined : 'returnsElsewhere';
  };
  return grounds;
}

/** What the report says was rotated and stayed so, by ARN. */
function rotatedIn(report: string): string[] {
  const { secrets } = JSON.parse(report) as { secrets: readonly { readonly arn: string; readonly kind: string }[] };
  return secrets.flatMap(({ arn, kind }) => (kind === 'rotated' ? [arn] : []));
}

function approves(text: string | undefined, of: Run, digest: string): boolean {
  if (text === undefined) return false;
  const { answers = [] } = JSON.parse(text) as { readonly answers?: readonly { readonly answer?: Answered }[] };
  const approvals = answers.filter(
    ({ answer }) => answer?.run === of && answer.digest === digest && answer.decision === 'approved',
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
