import type { Archive, Hash } from '../ports.ts';
import type { Grounds } from '../selection/second-judgement.ts';
import { readAgain } from '../selection/second-reading.ts';
import type { RestoreAsked } from '../start.ts';
import type { RestoreRefusal } from './restore.ts';

/*
 * The second pair of eyes on a restore: what the run that is undone did, read again from its documents.
 *
 * Written apart from `restore.ts`, and to stay apart: it shares no code with it, and reads the run by `second-reading.ts`
 * alone.
 */

/** What speaks against undoing a run at all, or the grounds on which each secret of the restore must stand. */
export type SecondLook =
  | { readonly kind: 'refused'; readonly refusal: RestoreRefusal; readonly which: string }
  | { readonly kind: 'looked'; readonly grounds: Grounds };

interface Recorded {
  readonly arn: string;
  readonly name: string;
  readonly strategy: string;
  readonly currentVersion: string;
  readonly newVersion: string;
  readonly expirationDate: string;
}

/** Looks at a run again that is to be undone. */
export async function lookAgainAt(archive: Archive, hash: Hash, { of, secrets }: RestoreAsked): Promise<SecondLook> {
  const refused = (refusal: RestoreRefusal, which: string = of): SecondLook => ({ kind: 'refused', refusal, which });
  const read = await readAgain<Recorded>(archive, hash, of);
  if (read.kind === 'unknownRun') return refused('unknownRun');
  if (read.mode !== 'rotate') return refused('notARotation');
  if (read.kind !== 'read') return refused(read.kind);

  const rotated = read.report.secrets.flatMap(({ arn, kind }) => (kind === 'rotated' ? [arn] : []));
  if (rotated.length === 0) return refused('nothingRotated');
  const names = read.lines.map(({ name }) => name);
  const unknown = secrets?.find((name) => names.indexOf(name) < 0);
  if (unknown !== undefined) return refused('unknownSecret', unknown);
  return { kind: 'looked', grounds: groundsIn(read.lines, rotated, secrets) };
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
