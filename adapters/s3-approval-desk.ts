import { PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

import type { PendingApproval } from '../core/approval-desk.ts';
import type { ApprovalDesk } from '../core/approval-ports.ts';
import type { Run } from '../core/plan.ts';
import { SecretValue } from '../core/secret-value.ts';
import { readObject } from './s3-object.ts';

/** How a plan that waits is stored: the one place where a task token is written down. */
type StoredApproval = Omit<PendingApproval, 'taskToken'> & { readonly taskToken: string };

/** Keeps what waits for an answer as objects in the living bucket, one for each run. */
export class S3ApprovalDesk implements ApprovalDesk {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async lay(pending: PendingApproval): Promise<void> {
    const stored: StoredApproval = { ...pending, taskToken: pending.taskToken.reveal() };
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: keyOf(pending.run),
        Body: JSON.stringify(stored),
        ContentType: 'application/json',
      }),
    );
  }

  async find(run: Run): Promise<PendingApproval | undefined> {
    const text = await readObject(this.#s3, { bucket: this.#bucket, key: keyOf(run) });
    if (text === undefined) return undefined;

    const stored = JSON.parse(text) as StoredApproval;
    return { ...stored, taskToken: new SecretValue(stored.taskToken) };
  }

  async runs(): Promise<readonly Run[]> {
    const runs: Run[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: this.#s3 },
      { Bucket: this.#bucket, Prefix: prefix },
    )) {
      runs.push(...Contents.flatMap(({ Key = '' }) => runIn(Key) ?? []));
    }
    return runs;
  }
}

const prefix = 'pending/';

const keyOf = (run: Run) => `${prefix}${run}.json`;

const runIn = (key: string): Run | undefined => /^pending\/([^/]+)\.json$/.exec(key)?.[1] as Run | undefined;
