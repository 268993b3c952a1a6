import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import type { Register } from '../core/living-ports.ts';
import { isServiceError, type ObjectAddress } from './s3-object.ts';

/** A document's text, and what S3 calls this state of it. */
interface Stored {
  readonly text: string;
  readonly etag: string;
}

/** One object that several may change, each only if nobody else did since it was read: S3 itself compares. */
export class S3LivingDocument {
  readonly #s3: S3Client;
  readonly #address: { readonly Bucket: string; readonly Key: string };

  constructor(s3: S3Client, { bucket, key }: ObjectAddress) {
    this.#s3 = s3;
    this.#address = { Bucket: bucket, Key: key };
  }

  /** Undefined when there is none, which only who may list the bucket is told. Everything else is an error. */
  async read(): Promise<Stored | undefined> {
    try {
      const { Body, ETag = '' } = await this.#s3.send(new GetObjectCommand(this.#address));
      return { text: (await Body?.transformToString('utf-8')) ?? '', etag: ETag };
    } catch (error) {
      if (isServiceError(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  /** Whether the document is now this one. Not, when it was no longer what `instead` is. */
  async write(text: string, instead: Stored | undefined): Promise<boolean> {
    const condition = instead === undefined ? { IfNoneMatch: '*' } : { IfMatch: instead.etag };
    const put = new PutObjectCommand({ ...this.#address, Body: text, ContentType: 'application/json', ...condition });
    return this.#unlessMoved(() => this.#s3.send(put));
  }

  async remove({ etag }: Stored): Promise<boolean> {
    return this.#unlessMoved(() => this.#s3.send(new DeleteObjectCommand({ ...this.#address, IfMatch: etag })));
  }

  async #unlessMoved(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (isServiceError(error, 'PreconditionFailed') || isServiceError(error, 'NoSuchKey')) return false;
      throw error;
    }
  }
}

/** So often others may come first before it is given up: many more than there are runs at any time. */
export const mostAttempts = 20;

export interface Form<Content> {
  readonly empty: Content;
  /** @throws when the text is not understood. */
  parse(text: string): Content;
  write(content: Content): string;
}

/** Keeps a register as one object, changed by compare-and-set. */
export class S3Register<Content> implements Register<Content> {
  readonly #document: S3LivingDocument;
  readonly #form: Form<Content>;

  constructor(s3: S3Client, address: ObjectAddress, form: Form<Content>) {
    this.#document = new S3LivingDocument(s3, address);
    this.#form = form;
  }

  async read(): Promise<Content> {
    return this.#contentOf(await this.#document.read());
  }

  async change(change: (content: Content) => Content): Promise<Content> {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const stored = await this.#document.read();
      const before = this.#contentOf(stored);
      const after = change(before);
      if (after === before || (await this.#document.write(this.#form.write(after), stored))) return after;
    }
    throw new Error('a register changed each time before it could be written; try again when fewer runs end');
  }

  #contentOf(stored: Stored | undefined): Content {
    return stored === undefined ? this.#form.empty : this.#form.parse(stored.text);
  }
}
