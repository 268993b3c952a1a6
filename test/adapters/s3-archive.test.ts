import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

import { S3Archive } from '../../adapters/s3-archive.ts';

const s3 = mockClient(S3Client);
const archive = new S3Archive(new S3Client({ region: 'us-east-1' }), 'archive-bucket');

const failure = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });
const body = (text: string) => ({ transformToString: async () => text }) as never;

beforeEach(() => s3.reset());

describe('the archive in S3', () => {
  it('writes a key only if it holds nothing', async () => {
    s3.on(PutObjectCommand).resolves({});

    assert.equal(await archive.deposit('runs/1/plan.json', '{"run":"1"}'), 'deposited');
    assert.deepEqual(s3.commandCalls(PutObjectCommand)[0]?.args[0].input, {
      Bucket: 'archive-bucket',
      Key: 'runs/1/plan.json',
      Body: '{"run":"1"}',
      ContentType: 'application/json',
      IfNoneMatch: '*',
    });
  });

  it('says when the key holds something already', async () => {
    s3.on(PutObjectCommand).rejects(failure('PreconditionFailed', 412));
    assert.equal(await archive.deposit('key', 'text'), 'alreadyThere');
  });

  it('does not take any other failure for a deposit', async () => {
    for (const [name, status] of [
      ['AccessDenied', 403],
      ['ConditionalRequestConflict', 409],
      ['InternalError', 500],
    ] as const) {
      s3.on(PutObjectCommand).rejects(failure(name, status));
      await assert.rejects(archive.deposit('key', 'text'), { name });
    }
  });

  it('fetches the text of a key', async () => {
    s3.on(GetObjectCommand, { Bucket: 'archive-bucket', Key: 'key' }).resolves({ Body: body('naïve') });
    assert.equal(await archive.fetch('key'), 'naïve');
  });

  it('has nothing under a key that is missing, or that the caller may not know of', async () => {
    for (const error of [new NoSuchKey({ message: 'no', $metadata: {} }), failure('AccessDenied', 403)]) {
      s3.on(GetObjectCommand).rejects(error);
      await assert.rejects(archive.fetch('runs/1/plan.json'), {
        name: 'NotInArchiveError',
        message: /runs\/1\/plan\.json/,
      });
    }
  });

  it('passes on whatever else goes wrong', async () => {
    s3.on(GetObjectCommand).rejects(failure('InternalError', 500));
    await assert.rejects(archive.fetch('key'), { name: 'InternalError' });
  });
});
