import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

import { S3GoAhead } from '../../adapters/s3-go-ahead.ts';
import type { Run } from '../../core/plan.ts';

const s3 = mockClient(S3Client);
const goAhead = new S3GoAhead(new S3Client({ region: 'us-east-1' }), 'desk-bucket');
const run = 'run-1' as Run;
const place = { Bucket: 'desk-bucket', Key: 'go-ahead/run-1.json' };

const holds = (text: string) =>
  s3.on(GetObjectCommand, place).resolves({ Body: { transformToString: async () => text } as never });

beforeEach(() => s3.reset());

describe('the go-ahead in S3', () => {
  it('is given by writing it, and withdrawn by deleting it', async () => {
    await goAhead.give(run);
    await goAhead.withdraw(run);

    assert.deepEqual(s3.commandCalls(PutObjectCommand)[0]?.args[0].input, {
      ...place,
      Body: '{"run":"run-1"}',
      ContentType: 'application/json',
    });
    assert.deepEqual(s3.commandCalls(DeleteObjectCommand)[0]?.args[0].input, place);
  });

  it('is given while it is there', async () => {
    holds('{"run":"run-1"}');
    assert.equal(await goAhead.isGiven(run), true);
  });

  it('is not given by anything else that is there', async () => {
    for (const text of ['{"run":"run-2"}', 'null', '', 'yes', '[]']) {
      holds(text);
      assert.equal(await goAhead.isGiven(run), false, text);
    }
  });

  it('is not given when it cannot be read, for whatever reason (S8)', async () => {
    for (const name of ['NoSuchKey', 'AccessDenied', 'InternalError', 'TimeoutError']) {
      s3.on(GetObjectCommand).rejects(Object.assign(new Error(name), { name }));
      assert.equal(await goAhead.isGiven(run), false, name);
    }
  });
});
