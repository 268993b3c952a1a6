import type { HeldVersion } from '../../adapters/s3-run-documents.ts';
import { runPrefix } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import type { Cloud } from '../cloud.ts';

/** What a run left behind, as an auditor would be handed it. */
export interface Left {
  readonly run: Run;
  readonly versions: readonly HeldVersion[];
  /** Of the key that signed it, in DER. */
  readonly publicKey: Uint8Array;
}

/** Takes all that the archive holds of a run, every version of it. */
export function evidenceOf({ s3, kms, archiveBucket, signingKey }: Cloud, run: Run): Left {
  const versions = s3.keys(archiveBucket, runPrefix(run)).flatMap((key) =>
    s3
      .history(archiveBucket, key)
      .toReversed()
      .map(({ id, at, bytes }, index) => ({
        key,
        version: id,
        depositedAt: at,
        isLatest: index === 0,
        content: bytes,
      })),
  );
  return { run, versions, publicKey: kms.publicKey(signingKey) };
}
