import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import type { Run } from '../core/plan.ts';
import type { GoAhead } from '../core/ports.ts';
import { readObject } from './s3-object.ts';

/** Keeps each run's go-ahead as an object in the living bucket: deleting it is all it takes to stop the next batch. */
export class S3GoAhead implements GoAhead {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async give(run: Run): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: keyOf(run),
        Body: JSON.stringify({ run }),
        ContentType: 'application/json',
      }),
    );
  }

  /** Whatever keeps it from being read means that it is not given. */
  async isGiven(run: Run): Promise<boolean> {
    try {
      const text = await readObject(this.#s3, { bucket: this.#bucket, key: keyOf(run) });
      return text !== undefined && (JSON.parse(text) as { run?: unknown } | null)?.run === run;
    } catch {
      return false;
    }
  }

  async withdraw(run: Run): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: keyOf(run) }));
  }
}

const keyOf = (run: Run) => `go-ahead/${run}.json`;
