import { readdir, readFile } from 'node:fs/promises';

import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';

import { KmsSealChecker } from '../../adapters/kms-seal.ts';
import { type PublicKey, publicKeyFrom } from '../../adapters/public-key.ts';
import { type HeldVersion, S3RunDocuments } from '../../adapters/s3-run-documents.ts';
import { sha256 } from '../../adapters/sha256.ts';
import type { SealState } from '../../core/approval/approval.ts';
import { messageToSeal, parseDecision } from '../../core/approval/decision.ts';
import { counted } from '../../core/plain-text.ts';
import type { Run } from '../../core/plan.ts';
import { checkEvidence, type Exhibit } from '../../core/report/evidence-check.ts';
import type { Settings } from '../../core/settings.ts';
import { type Command, type ExitCode, type Output, readFlags, UsageError } from '../command.ts';
import { exhibitOf, readCopy, writeCopy } from '../evidence/copy.ts';
import { printDocuments, printFinding, tell } from '../evidence/print.ts';
import { loadSettings, pathAsTyped } from '../settings-file.ts';
import { variableOf } from './living-bucket.ts';

const flags = {
  verify: { type: 'boolean' },
  from: { type: 'string' },
  out: { type: 'string' },
  'public-key': { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const help = `Tells what a run left behind, document by document: who asked, what was planned, who approved it and when, what was claimed,
seen and judged, and how it ended. With --verify it checks all of it, and says where something is not as it was signed.

Usage: npm run keyturn -- evidence RUN [--verify] [--from DIR] [--out DIR] [--public-key FILE] [--config FILE] [--json]

  RUN                the name of the execution
  --verify           check every hash, the manifest's signature, and that plan, waves and decision belong together
  --from DIR         read a copy instead of the archive: one made with --out, or downloaded from below runs/RUN/
  --out DIR          leave a copy there, with the public key
  --public-key FILE  the key to check the signature with, in PEM (else the deployment's, or the one in the copy)
  --config FILE      the configuration, which names the stage (keyturn.config.ts of this project if left out)
  --json             print {run, documents: [{key, depositedAt, by, says, bytes, sha256}], verification} instead of text

Example, for an auditor who has only a copy and the key's fingerprint:
  npm run keyturn -- evidence 2026-11-18-a --verify --from evidence/

Without --from it calls AWS with the credentials and the Region that the AWS SDK finds. Needs lambda:GetFunctionConfiguration on
the functions of close-run and rotate-batch, s3:ListBucketVersions, s3:GetObject and s3:GetObjectVersion on the archive,
kms:Decrypt on its key, and kms:GetPublicKey on the signing key.
Exit code: 0 when it could be told and, with --verify, nothing is wrong; 1 when something is; 2 when there is no such run.
`;

export interface EvidenceClients {
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly kms: KMSClient;
}

const deployed = (): EvidenceClients => ({
  lambda: new LambdaClient({}),
  s3: new S3Client({}),
  kms: new KMSClient({}),
});

/** What there is to look at, wherever it came from. */
interface Found {
  readonly exhibits: readonly Exhibit[];
  readonly publicKey: PublicKey | undefined;
  /** Where the key came from, as an auditor must know who trusts it. */
  readonly keyFrom: string;
  readonly seal: SealState;
  readonly versions: readonly HeldVersion[] | undefined;
}

export const evidence = (clients: () => EvidenceClients = deployed): Command => ({
  summary: 'what a run left behind, and whether all of it is as it was signed',
  help,
  async run([run, ...args]: readonly string[], output: Output): Promise<ExitCode> {
    if (!isRun(run))
      throw new UsageError('the run is missing; add the name of its execution, as in evidence 2026-11-18-a');
    const given = readFlags(args, flags);
    if (given.from !== undefined && given.out !== undefined)
      throw new UsageError('--from and --out are given; a copy of a copy is made with cp -r');
    if (given.out !== undefined) await mustBeFree(pathAsTyped(given.out));

    const found =
      given.from === undefined
        ? await inArchive(clients(), await loadSettings(given.config), run)
        : await inCopy(given.from, run);
    if (found.exhibits.length === 0) {
      throw new UsageError(
        `there is no document of run ${run} ${given.from === undefined ? 'in the archive' : `in ${given.from}`}`,
      );
    }
    const file = given['public-key'];
    const publicKey = file === undefined ? found.publicKey : await readKey(file);
    const keyFrom = file === undefined ? found.keyFrom : `of ${file}`;
    if (given.out !== undefined) {
      await writeCopy(pathAsTyped(given.out), run, { versions: found.versions ?? [], publicKey: publicKey?.pem });
    }

    const documents = tell(run, found.exhibits);
    const isSigned = publicKey?.isGenuine;
    const findings = given.verify
      ? checkEvidence({ run, exhibits: found.exhibits, hash: sha256, isSigned, seal: found.seal })
      : undefined;
    const key = publicKey && { fingerprint: publicKey.fingerprint, from: keyFrom };
    if (given.json) {
      const verification = findings && { sound: findings.length === 0, findings, key, seal: found.seal };
      output.print(`${JSON.stringify({ run, documents, ...(verification && { verification }) })}\n`);
    } else {
      output.print(`${printDocuments(run, documents)}\n`);
      if (findings !== undefined)
        output.print(`\n${sayVerification(run, documents.length, findings, key, found.seal)}\n`);
    }
    return findings === undefined || findings.length === 0 ? 0 : 1;
  },
});

function sayVerification(
  run: Run,
  documents: number,
  findings: ReturnType<typeof checkEvidence>,
  key: { readonly fingerprint: string; readonly from: string } | undefined,
  seal: SealState,
): string {
  return [
    key === undefined
      ? 'Signature: not checked, for want of a public key.'
      : `Signature: checked with the key ${key.from}, ${key.fingerprint}`,
    seal === 'unchecked'
      ? 'Seal of the decision: not checked. Only rotate-batch may, and it does before every batch.'
      : `Seal of the decision: ${seal}.`,
    findings.length === 0
      ? `All ${counted(documents, 'document')} are as they were signed: nothing is missing, changed or added.`
      : `NOT as it was signed: ${counted(findings.length, 'finding')}.`,
    ...findings.map((finding) => printFinding(run, finding)),
  ].join('\n');
}

async function inArchive({ lambda, s3, kms }: EvidenceClients, settings: Settings, run: Run): Promise<Found> {
  const closeRun = `keyturn-${settings.stage}-close-run`;
  const bucket = await variableOf(lambda, closeRun, 'ARCHIVE_BUCKET');
  const versions = await Array.fromAsync(new S3RunDocuments(s3, bucket).read(run));
  const exhibits = versions.map(exhibitOf);
  const KeyId = await variableOf(lambda, closeRun, 'SIGNING_KEY');
  const { PublicKey } = await kms
    .send(new GetPublicKeyCommand({ KeyId }))
    .catch(unlessDenied({ PublicKey: undefined }));
  return {
    exhibits,
    versions,
    publicKey: PublicKey && publicKeyFrom(PublicKey),
    keyFrom: `of ${KeyId}`,
    seal: await sealState({ lambda, kms }, settings, run, exhibits),
  };
}

/** The key's own policy lets rotate-batch check seals, and whoever else is asked to says that they did not. */
async function sealState(
  { lambda, kms }: Pick<EvidenceClients, 'lambda' | 'kms'>,
  { stage, tiers }: Settings,
  run: Run,
  exhibits: readonly Exhibit[],
): Promise<SealState> {
  const isDecision = ({ key, isLatest }: Exhibit) =>
    isLatest && key.startsWith(`runs/${run}/`) && /\/(decision|decisions\/wave-\d+)\.json$/.test(key);
  const answers = exhibits
    .filter(isDecision)
    .flatMap(({ content }) => parseDecision(content?.text ?? '')?.answers ?? []);
  if (answers.length === 0) return 'unchecked';
  const check = async () => {
    const key = await variableOf(lambda, `keyturn-${stage}-rotate-batch-${tiers[0]?.name}`, 'SEAL_KEY');
    const seals = new KmsSealChecker(kms, key);
    for (const { answer, seal } of answers) {
      if (!(await seals.isGenuine(messageToSeal(answer), seal))) return 'broken';
    }
    return 'genuine';
  };
  return check().catch(unlessDenied('unchecked' as const));
}

async function inCopy(from: string, run: Run): Promise<Found> {
  const copy = await readCopy(pathAsTyped(from), run).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${from} cannot be read (${cause.code ?? cause.message}); give the folder of a copy`, {
      cause,
    });
  });
  return {
    exhibits: copy.exhibits,
    versions: undefined,
    publicKey: copy.publicKey === undefined ? undefined : keyOf(copy.publicKey, `${from}/public-key.pem`),
    keyFrom: 'that lies in the copy itself (compare its fingerprint with the deployment’s)',
    seal: 'unchecked',
  };
}

async function readKey(file: string): Promise<PublicKey> {
  const pem = await readFile(pathAsTyped(file), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${cause.code}); give the path of a public key in PEM`, { cause });
  });
  return keyOf(pem, file);
}

function keyOf(pem: string, file: string): PublicKey {
  try {
    return publicKeyFrom(pem);
  } catch (cause) {
    throw new UsageError(`${file} is no public key of an elliptic curve in PEM`, { cause });
  }
}

async function mustBeFree(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  if (files.length > 0) throw new UsageError(`${folder} is not empty; give a folder that a copy can be alone in`);
}

const unlessDenied =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (error instanceof Error && /AccessDenied/.test(error.name)) return otherwise;
    throw error;
  };

const isRun = (text: string | undefined): text is Run => text !== undefined && /^(?!--)[A-Za-z0-9_-]{1,80}$/.test(text);
