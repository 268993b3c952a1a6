import type { SealState } from '../approval/approval.ts';
import { parseDecision } from '../approval/decision.ts';
import { archiveKeys } from '../archive-keys.ts';
import { canonicalJson } from '../canonical.ts';
import type { Batch, PlanDigest, PlanHeader, Run } from '../plan.ts';
import { isPlanned, missingFrom } from '../planning/plan-reading.ts';
import type { Hash } from '../ports.ts';
import { type Scope, scopeOfWave } from '../scope.ts';
import {
  type ManifestMaker,
  manifestKeys,
  messageToSign,
  parseManifest,
  type SignedManifest,
  type StoredDocument,
} from './evidence.ts';

/** One version of a document, as whoever checks it holds it. */
export interface Exhibit {
  readonly key: string;
  /** Undefined in a copy that has only the latest of each. */
  readonly version: string | undefined;
  readonly isLatest: boolean;
  /** Undefined: it is the marker of a deletion. */
  readonly content: { readonly text: string; readonly bytes: number; readonly sha256: string } | undefined;
}

/** Everything that can be wrong with a run's evidence, and the sentence an auditor reads. */
export const evidenceFindings = {
  manifestMissing: 'there is no manifest: the run has not ended, or its evidence is not whole',
  manifestMalformed: 'it is no manifest as the steps write one',
  otherRun: 'it is the manifest of another run, or of another step',
  signatureBroken: 'its signature was not made by the signing key over this manifest',
  signatureUnchecked: 'there is no public key to check its signature with',
  missing: 'the manifest lists it, and it is not there',
  changed: 'its bytes are not those that the manifest lists',
  replaced: 'it was written more than once',
  deleted: 'it was deleted',
  added: 'no manifest lists it: it came after the run was closed, or from somebody else',
  sealBroken: 'a seal in it was not made by the approval desk over its answer',
  otherPlan: 'it decides about another plan than the one that is here',
  notPlanned: 'it is not what the plan names by its hash',
} as const;

export interface EvidenceFinding {
  readonly kind: keyof typeof evidenceFindings;
  readonly key: string;
  readonly expected?: string;
  readonly found?: string;
}

export interface Check {
  readonly run: Run;
  readonly exhibits: readonly Exhibit[];
  readonly hash: Hash;
  /** Undefined: nobody gave the public key. */
  readonly isSigned: ((message: string, signature: string) => boolean) | undefined;
  /** What is known of the seals of the answers, which only the functions that write may check. */
  readonly seal: SealState;
}

/** Checks all that is held of a run against its manifests, and its documents against each other. No finding: it is whole. */
export function checkEvidence(check: Check): readonly EvidenceFinding[] {
  const { run, exhibits, hash } = check;
  const latest = new Map(exhibits.filter(({ isLatest }) => isLatest).map((one) => [one.key, one]));
  const manifests = (Object.keys(manifestKeys) as ManifestMaker[]).flatMap((madeBy) => {
    const key = manifestKeys[madeBy](run);
    const text = latest.get(key)?.content?.text;
    return text === undefined ? [] : [{ key, madeBy, signed: parseManifest(text) }];
  });
  const genuine = manifests.flatMap(({ signed }) => signed ?? []);

  const findings = [
    ...(manifests.length === 0 ? [{ kind: 'manifestMissing', key: archiveKeys.manifest(run) } as const] : []),
    ...manifests.flatMap((found) => [...findingsOfManifest(found, check)]),
    ...genuine.flatMap(({ manifest }) => [...findingsOfListed(manifest.documents, exhibits)]),
    ...findingsBeside(genuine, manifests.at(-1)?.key, exhibits),
    ...findingsOfPlan(run, latest, hash),
    ...(check.seal === 'broken' ? [{ kind: 'sealBroken', key: archiveKeys.decision(run) } as const] : []),
  ];
  const different = new Map(findings.map((finding) => [canonicalJson(finding), finding]));
  return [...different.values()].sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
}

function* findingsOfManifest(
  { key, madeBy, signed }: { key: string; madeBy: ManifestMaker; signed: SignedManifest | undefined },
  { run, hash, isSigned }: Check,
): Generator<EvidenceFinding> {
  if (signed === undefined) return yield { kind: 'manifestMalformed', key };
  const { manifest, signature } = signed;
  if (manifest.run !== run || manifest.madeBy !== madeBy) yield { kind: 'otherRun', key };
  if (isSigned === undefined) yield { kind: 'signatureUnchecked', key };
  else if (!isSigned(messageToSign(manifest, hash), signature)) yield { kind: 'signatureBroken', key };
}

/**
 * What a manifest lists must be there to the byte, as the one version that there is. S3 lists the newest version first.
 *
 * In a copy the latest lies there without the name of its version. Whatever lies beside it under that name proves nothing
 * of it: both must be what was signed.
 */
function* findingsOfListed(
  documents: readonly StoredDocument[],
  exhibits: readonly Exhibit[],
): Generator<EvidenceFinding> {
  const seen = new Set<string>();
  for (const { key, version, sha256 } of documents) {
    const wasLatest = !seen.has(key);
    seen.add(key);
    if (!wasLatest) yield { kind: 'replaced', key };

    const held = exhibits.filter((one) => one.key === key);
    const latest = held.find(({ isLatest }) => isLatest)?.content;
    const named = held
      .filter((one) => one.version === version || (one.version === undefined && wasLatest))
      .flatMap(({ content }) => content ?? []);
    const standing = named.length > 0 || latest === undefined || !wasLatest ? named : [latest];
    const other = standing.find((content) => content.sha256 !== sha256);
    if (standing.length === 0) yield { kind: 'missing', key, expected: sha256 };
    else if (other !== undefined) yield { kind: 'changed', key, expected: sha256, found: other.sha256 };
    else if (latest === undefined) yield { kind: 'deleted', key };
  }
}

/** What is there besides. The last manifest lists everything but itself, each version of it by name. */
function* findingsBeside(
  genuine: readonly SignedManifest[],
  last: string | undefined,
  exhibits: readonly Exhibit[],
): Generator<EvidenceFinding> {
  const listed = genuine.at(-1)?.manifest.documents ?? [];
  const keys = new Set<string | undefined>([...listed.map(({ key }) => key), last]);
  const versions = new Set(listed.map(({ key, version }) => canonicalJson([key, version])));
  for (const { key, version, isLatest, content } of exhibits) {
    const isListed = key === last ? isLatest : version === undefined || versions.has(canonicalJson([key, version]));
    if (content === undefined) yield { kind: 'deleted', key };
    else if (!keys.has(key)) yield { kind: 'added', key, found: content.sha256 };
    else if (!isListed) yield { kind: 'replaced', key, found: content.sha256 };
  }
}

/** The plan names the rest by hashes, and the decision names the plan. */
function* findingsOfPlan(run: Run, latest: ReadonlyMap<string, Exhibit>, hash: Hash): Generator<EvidenceFinding> {
  const textOf = (key: string) => latest.get(key)?.content?.text;
  const plan = textOf(archiveKeys.plan(run));
  const [header, digest] = plan === undefined ? [] : [parsed(plan) as PlanHeader | undefined, hash(plan) as PlanDigest];
  const scopes: Scope[] = ['plan', ...(header?.waves ?? []).map(({ number }) => scopeOfWave(number))];
  for (const scope of scopes) {
    const key = archiveKeys.decision(run, scope);
    const decision = textOf(key);
    if (decision === undefined) continue;
    const isOfThis = parseDecision(decision)?.answers.every(
      ({ answer }) => answer.run === run && answer.digest === digest && answer.scope === scope,
    );
    if (isOfThis !== true) yield { kind: 'otherPlan', key };
  }
  if (header === undefined) return;

  for (const wave of header.waves) {
    const key = archiveKeys.wave(run, wave.number);
    const lines = textOf(key)?.split('\n').map(parsed) as readonly (Batch | undefined)[] | undefined;
    if (lines === undefined) continue;
    const isGenuine = lines.every((batch) => batch?.wave === wave.number && isPlanned(hash, header, batch));
    if (
      !isGenuine ||
      lines.length !== wave.batches.length ||
      missingFrom(
        wave,
        lines.flatMap((batch) => batch ?? []),
      ).length > 0
    )
      yield { kind: 'notPlanned', key };
  }
  const leftAlone = textOf(archiveKeys.leftAlone(run));
  if (leftAlone !== undefined && hash(leftAlone) !== header.leftAloneHash) {
    yield { kind: 'notPlanned', key: archiveKeys.leftAlone(run) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
