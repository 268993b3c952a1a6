import { archiveKeys } from '../archive-keys.ts';
import { canonicalJson } from '../canonical.ts';
import type { Instant } from '../instant.ts';
import type { Run } from '../plan.ts';
import type { Archive, Clock, Hash } from '../ports.ts';

/** One version of one document, as the archive holds it. */
export interface StoredDocument {
  readonly key: string;
  /** What the archive calls this version of it. A document that was written once has one. */
  readonly version: string;
  readonly depositedAt: Instant;
  readonly bytes: number;
  /** `sha256:` and the hash of its bytes. */
  readonly sha256: string;
}

/** Looks at everything that the archive holds of a run. */
export interface RunDocuments {
  /** Every version of every document, those that somebody wrote over included. */
  list(run: Run): Promise<readonly StoredDocument[]>;
}

/** Signs with a key that never leaves KMS. Whoever has its public half can check, and nobody else can sign. */
export interface Signer {
  /** The key's ARN. */
  readonly key: string;
  /** In base64. */
  sign(message: string): Promise<string>;
}

/** Who may sign a manifest: the two steps that end a run. */
export type ManifestMaker = 'close-run' | 'recover-run';

/** Everything that a run had left behind when it was closed, or when it was settled after it had died. */
export interface Manifest {
  readonly run: Run;
  readonly stage: string;
  readonly madeBy: ManifestMaker;
  readonly madeAt: Instant;
  /** ARN of the key. */
  readonly signedWith: string;
  readonly documents: readonly StoredDocument[];
}

export interface SignedManifest {
  readonly manifest: Manifest;
  readonly signature: string;
}

/** Each of the two signs one manifest a run, under a key of its own: a recovery never speaks for the close, nor the other way round. */
export const manifestKeys: Readonly<Record<ManifestMaker, (run: Run) => string>> = {
  'close-run': archiveKeys.manifest,
  'recover-run': archiveKeys.recoveryManifest,
};

/**
 * What the signature is made over: short enough for KMS, however much a manifest lists. It says what it is for, so that a
 * signature of this key over something else proves nothing.
 */
export const messageToSign = (manifest: Manifest, hash: Hash): string =>
  `keyturn manifest\n${hash(canonicalJson(manifest))}`;

export const serialiseManifest = (signed: SignedManifest): string => canonicalJson(signed);

/** Reads a manifest. Undefined: it is none, or not to the byte as one is written. Its signature is for the caller to check. */
export function parseManifest(text: string): SignedManifest | undefined {
  try {
    const signed = JSON.parse(text) as SignedManifest;
    return isSignedManifest(signed) && serialiseManifest(signed) === text ? signed : undefined;
  } catch {
    return undefined;
  }
}

export interface ManifestPorts {
  readonly archive: Pick<Archive, 'deposit'>;
  readonly documents: RunDocuments;
  readonly signer: Signer;
  readonly hash: Hash;
  readonly clock: Clock;
}

/**
 * Signs what a run has left behind. It is the last document of a run: what is deposited later is in no manifest, and an
 * auditor is told so.
 *
 * Made again, the first manifest stands.
 */
export async function signEvidence(
  { archive, documents, signer, hash, clock }: ManifestPorts,
  { run, stage, madeBy }: Pick<Manifest, 'run' | 'stage' | 'madeBy'>,
): Promise<void> {
  const manifest: Manifest = {
    run,
    stage,
    madeBy,
    madeAt: clock.now(),
    signedWith: signer.key,
    documents: await documents.list(run),
  };
  const signature = await signer.sign(messageToSign(manifest, hash));
  await archive.deposit(manifestKeys[madeBy](run), serialiseManifest({ manifest, signature }));
}

/** Nothing stands beside what is signed, where it would be read with it. What throws, for want of a record or a list, is none. */
function isSignedManifest({ manifest, signature, ...beside }: SignedManifest): boolean {
  const { run, stage, madeBy, madeAt, signedWith, documents } = manifest;
  return (
    Object.keys(beside).length === 0 &&
    [signature, run, stage, signedWith].every(isText) &&
    Object.hasOwn(manifestKeys, madeBy) &&
    Number.isSafeInteger(madeAt) &&
    documents.every(isStoredDocument)
  );
}

const isStoredDocument = ({ key, version, sha256, depositedAt, bytes }: StoredDocument): boolean =>
  [key, version, sha256].every(isText) && [depositedAt, bytes].every(Number.isSafeInteger);

const isText = (value: unknown): boolean => typeof value === 'string';
