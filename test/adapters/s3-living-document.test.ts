import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { s3History } from '../../adapters/s3-history.ts';
import { s3Ledger } from '../../adapters/s3-ledger.ts';
import { S3Register } from '../../adapters/s3-living-document.ts';
import { s3Quarantine } from '../../adapters/s3-quarantine.ts';
import { S3RunLock } from '../../adapters/s3-run-lock.ts';
import { instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';

const s3 = mockClient(S3Client);
const client = new S3Client({ region: 'us-east-1' });
const lock = new S3RunLock(client, 'desk');
const run = 'run-1' as Run;
const place = { Bucket: 'desk', Key: 'lock.json' };

const error = (name: string) => new S3ServiceException({ name, $fault: 'client', $metadata: {}, message: name });
const holding = (text: string, ETag = '"1"') => ({ Body: { transformToString: async () => text }, ETag }) as never;
const held = (by: string) => holding(JSON.stringify({ run: by, since: 7 }));

beforeEach(() => s3.reset());

describe('S11 the lock in S3', () => {
  it('is taken by writing it where there is none', async () => {
    assert.deepEqual(await lock.take(run, instant(7)), { run, since: 7 });
    assert.deepEqual(s3.commandCalls(PutObjectCommand)[0]?.args[0].input, {
      ...place,
      Body: '{"run":"run-1","since":7}',
      ContentType: 'application/json',
      IfNoneMatch: '*',
    });
  });

  it('stays with whoever was first', async () => {
    s3.on(PutObjectCommand).rejects(error('PreconditionFailed'));
    s3.on(GetObjectCommand).resolves(held('run-0'));
    assert.deepEqual(await lock.take(run, instant(9)), { run: 'run-0', since: 7 });
  });

  it('is tried for again when it was released in between', async () => {
    s3.on(PutObjectCommand).rejectsOnce(error('PreconditionFailed')).resolves({});
    s3.on(GetObjectCommand).rejects(error('NoSuchKey'));
    assert.deepEqual(await lock.take(run, instant(9)), { run, since: 9 });
  });

  it('is released only as it was read, and only by its holder', async () => {
    s3.on(GetObjectCommand).resolves(held('run-1'));
    await lock.release(run);
    assert.deepEqual(s3.commandCalls(DeleteObjectCommand)[0]?.args[0].input, { ...place, IfMatch: '"1"' });

    s3.reset();
    s3.on(GetObjectCommand).resolves(held('run-0'));
    await lock.release(run);
    assert.equal(s3.commandCalls(DeleteObjectCommand).length, 0);
  });

  it('is looked at anew when somebody changed it before it was released', async () => {
    s3.on(GetObjectCommand).resolvesOnce(held('run-1')).resolves(held('run-0'));
    s3.on(DeleteObjectCommand).rejects(error('PreconditionFailed'));
    await lock.release(run);
    assert.equal(s3.commandCalls(DeleteObjectCommand).length, 1);
  });

  it('is held by nobody who cannot be told to hold it', async () => {
    for (const [answer, expected] of [
      [held('run-1'), true],
      [held('run-0'), false],
      [holding('null'), false],
      [holding('{"run":"run-1"}'), false],
    ] as const) {
      s3.on(GetObjectCommand).resolves(answer);
      assert.equal(await lock.isHeldBy(run), expected);
    }
    for (const name of ['NoSuchKey', 'AccessDenied', 'InternalError']) {
      s3.on(GetObjectCommand).rejects(error(name));
      assert.equal(await lock.isHeldBy(run), false);
    }
  });
});

describe('S4 a register in S3', () => {
  const register = new S3Register<readonly string[]>(
    client,
    { bucket: 'desk', key: 'list.json' },
    {
      empty: [],
      parse: (text) => JSON.parse(text),
      write: JSON.stringify,
    },
  );
  const add = (content: readonly string[]) => [...content, 'new'];

  it('is empty where there is none, and an error where it cannot be read or understood', async () => {
    s3.on(GetObjectCommand).rejects(error('NoSuchKey'));
    assert.deepEqual(await register.read(), []);
    for (const name of ['AccessDenied', 'InternalError']) {
      s3.on(GetObjectCommand).rejects(error(name));
      await assert.rejects(register.read(), { name });
    }
    for (const shared of [s3Quarantine(client, 'desk'), s3Ledger(client, 'desk'), s3History(client, 'desk')]) {
      s3.on(GetObjectCommand).resolves(holding('"nonsense"'));
      await assert.rejects(shared.read());
    }
  });

  it('is written only where nobody else wrote since it was read, and read again where somebody did', async () => {
    s3.on(GetObjectCommand).resolvesOnce(holding('["a"]', '"1"')).resolves(holding('["a","b"]', '"2"'));
    s3.on(PutObjectCommand).rejectsOnce(error('PreconditionFailed')).resolves({});
    assert.deepEqual(await register.change(add), ['a', 'b', 'new']);
    assert.deepEqual(
      s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => [input.IfMatch, input.Body]),
      [
        ['"1"', '["a","new"]'],
        ['"2"', '["a","b","new"]'],
      ],
    );
  });

  it('is made where there is none, unless somebody else just did', async () => {
    s3.on(GetObjectCommand).rejects(error('NoSuchKey'));
    await register.change(add);
    assert.equal(s3.commandCalls(PutObjectCommand)[0]?.args[0].input.IfNoneMatch, '*');
  });

  it('is not written when nothing changes', async () => {
    s3.on(GetObjectCommand).resolves(holding('["a"]'));
    await register.change((content) => content);
    assert.equal(s3.commandCalls(PutObjectCommand).length, 0);
  });
});
