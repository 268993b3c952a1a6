import { archiveKeys, runPrefix } from '../../core/archive-keys.ts';
import { type Instant, toIso } from '../../core/instant.ts';
import { oneLine } from '../../core/plain-text.ts';
import type { Run } from '../../core/plan.ts';
import { parseManifest } from '../../core/report/evidence.ts';
import { type EvidenceFinding, type Exhibit, evidenceFindings } from '../../core/report/evidence-check.ts';
import { sayDocument } from '../../core/report/evidence-story.ts';
import { table } from '../table.ts';

/** One document of a run, as it is told of. */
export interface Told {
  readonly key: string;
  readonly depositedAt: string | undefined;
  /** The step whose role alone may deposit it. */
  readonly by: string;
  readonly says: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Every document in the order in which they were deposited, as the manifest says; a manifest itself when it was signed. */
export function tell(run: Run, exhibits: readonly Exhibit[]): readonly Told[] {
  const current = exhibits.filter(({ isLatest, content }) => isLatest && content !== undefined);
  const times = new Map<string, Instant>();
  for (const key of [archiveKeys.manifest(run), archiveKeys.recoveryManifest(run)]) {
    const signed = parseManifest(current.find((one) => one.key === key)?.content?.text ?? '');
    if (signed === undefined) continue;
    for (const document of signed.manifest.documents.toReversed()) times.set(document.key, document.depositedAt);
    times.set(key, signed.manifest.madeAt);
  }
  const order = ({ key }: Exhibit) => times.get(key) ?? Number.POSITIVE_INFINITY;
  return current
    .toSorted((one, other) => order(one) - order(other) || (one.key < other.key ? -1 : 1))
    .flatMap(({ key, content }) => {
      if (content === undefined) return [];
      const at = times.get(key);
      const { text, bytes, sha256 } = content;
      const said = sayDocument(key.slice(runPrefix(run).length), text);
      return [{ key, depositedAt: at === undefined ? undefined : toIso(at), ...said, bytes, sha256 }];
    });
}

export const printDocuments = (run: Run, told: readonly Told[]): string =>
  table(
    told.map(({ key, depositedAt, by, says }) => [
      depositedAt?.slice(0, 19).replace('T', ' ') ?? 'unknown',
      by,
      below(run, key),
      oneLine(says),
    ]),
  );

/** A document's name below its run. One that lies elsewhere, as a manifest of another run says of its own, is named whole. */
const below = (run: Run, key: string): string =>
  oneLine(key.startsWith(runPrefix(run)) ? key.slice(runPrefix(run).length) : key);

export const printFinding = (run: Run, { kind, key, expected, found }: EvidenceFinding): string =>
  [
    `  ${below(run, key)}: ${kind}: ${evidenceFindings[kind]}`,
    ...(expected === undefined ? [] : [`    expected ${expected}`]),
    ...(found === undefined ? [] : [`    found    ${found}`]),
  ].join('\n');
