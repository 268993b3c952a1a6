import type { S3Client } from '@aws-sdk/client-s3';

import type { Instant } from '../core/instant.ts';
import { parseLock } from '../core/limits/run-lock.ts';
import type { Holder, RunLock } from '../core/living-ports.ts';
import type { Run } from '../core/plan.ts';
import { mostAttempts, S3LivingDocument } from './s3-living-document.ts';

/** Keeps the lock as one object in the living bucket: S3 lets one of those who write it first be the first. */
export class S3RunLock implements RunLock {
  readonly #document: S3LivingDocument;

  constructor(s3: S3Client, bucket: string) {
    this.#document = new S3LivingDocument(s3, { bucket, key: 'lock.json' });
  }

  async take(run: Run, since: Instant): Promise<Holder> {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const own: Holder = { run, since };
      if (await this.#document.write(JSON.stringify(own), undefined)) return own;
      const other = await this.holder();
      if (other !== undefined) return other;
    }
    throw new Error(`the lock was taken and released ${mostAttempts} times while run ${run} tried to take it`);
  }

  async isHeldBy(run: Run): Promise<boolean> {
    try {
      return (await this.holder())?.run === run;
    } catch {
      return false;
    }
  }

  async holder(): Promise<Holder | undefined> {
    const stored = await this.#document.read();
    return stored && parseLock(stored.text);
  }

  async release(run: Run): Promise<void> {
    for (;;) {
      const stored = await this.#document.read();
      if (stored === undefined || parseLock(stored.text).run !== run || (await this.#document.remove(stored))) return;
    }
  }
}
