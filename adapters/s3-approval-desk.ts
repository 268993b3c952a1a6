import { PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

import type { PendingApproval } from '../core/approval/approval-desk.ts';
import type { ApprovalDesk } from '../core/approval/approval-ports.ts';
import type { Run } from '../core/plan.ts';
import { SecretValue } from '../core/secret-value.ts';
import { mostAttempts, S3LivingDocument } from './s3-living-document.ts';
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
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: keyOf(pending.run),
        Body: textOf(pending),
        ContentType: 'application/json',
      }),
    );
  }

  async find(run: Run): Promise<PendingApproval | undefined> {
    const text = await readObject(this.#s3, { bucket: this.#bucket, key: keyOf(run) });
    return text === undefined ? undefined : pendingIn(text);
  }

  async change(
    run: Run,
    change: (pending: PendingApproval) => PendingApproval | undefined,
  ): Promise<PendingApproval | undefined> {
    const document = new S3LivingDocument(this.#s3, { bucket: this.#bucket, key: keyOf(run) });
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const stored = await document.read();
      const after = stored && change(pendingIn(stored.text));
      if (stored === undefined || after === undefined) return undefined;
      if (await document.write(textOf(after), stored)) return after;
    }
    throw new Error(`what waits of run ${run} changed each time before it could be written; try again`);
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

function textOf(pending: PendingApproval): string {
  const stored: StoredApproval = { ...pending, taskToken: pending.taskToken.reveal() };
  return JSON.stringify(stored);
}

/** What was laid before a deployment that changed its shape waits still. */
function pendingIn(text: string): PendingApproval {
  const { told = [], ...stored } = JSON.parse(text) as Omit<StoredApproval, 'told'> & Partial<StoredApproval>;
  return { ...stored, told, taskToken: new SecretValue(stored.taskToken) };
}

const prefix = 'pending/';

const keyOf = (run: Run) => `${prefix}${run}.json`;

const runIn = (key: string): Run | undefined => /^pending\/([^/]+)\.json$/.exec(key)?.[1] as Run | undefined;
