import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import { NotInArchiveError } from '../core/errors.ts';
import type { Archive } from '../core/ports.ts';
import { isServiceError, readObject } from './s3-object.ts';

/** Keeps documents in a bucket whose policy, too, refuses to write a key twice. */
export class S3Archive implements Archive {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async deposit(key: string, text: string): Promise<'deposited' | 'alreadyThere'> {
    try {
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: text,
          ContentType: key.endsWith('.jsonl') ? 'application/jsonl' : 'application/json',
          IfNoneMatch: '*',
        }),
      );
      return 'deposited';
    } catch (error) {
      if (isServiceError(error, 'PreconditionFailed')) return 'alreadyThere';
      throw error;
    }
  }

  async fetch(key: string): Promise<string> {
    const text = await readObject(this.#s3, { bucket: this.#bucket, key });
    if (text === undefined) throw new NotInArchiveError(key);
    return text;
  }
}
