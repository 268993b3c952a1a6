import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

import { S3ApprovalDesk } from '../../adapters/s3-approval-desk.ts';
import type { PendingApproval } from '../../core/approval/approval-desk.ts';
import { instant } from '../../core/instant.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import { SecretValue } from '../../core/secret-value.ts';

const s3 = mockClient(S3Client);
const desk = new S3ApprovalDesk(new S3Client({ region: 'us-east-1' }), 'desk-bucket');
const run = 'run-1' as Run;

const pending: PendingApproval = {
  run,
  digest: 'sha256:plan' as PlanDigest,
  scope: 'plan',
  requestedBy: 'requester',
  askedAt: instant(1),
  answerBy: instant(2),
  expiresAt: instant(3),
  taskToken: new SecretValue('task-token'),
  invitations: [{ approver: 'first-approver', linkHash: 'sha256:link', nonce: 'nonce' }],
  told: ['first-approver'],
};
const stored =
  '{"run":"run-1","digest":"sha256:plan","scope":"plan","requestedBy":"requester","askedAt":1,"answerBy":2,"expiresAt":3,' +
  '"taskToken":"task-token","invitations":[{"approver":"first-approver","linkHash":"sha256:link","nonce":"nonce"}],"told":["first-approver"]}';
const place = { Bucket: 'desk-bucket', Key: 'pending/run-1.json' };
const holding = (text: string, ETag: string) => ({ Body: { transformToString: async () => text } as never, ETag });

beforeEach(() => s3.reset());

describe('the approval desk in S3', () => {
  it('writes down what waits, over what waited before', async () => {
    await desk.lay(pending);
    assert.deepEqual(s3.commandCalls(PutObjectCommand)[0]?.args[0].input, {
      Bucket: 'desk-bucket',
      Key: 'pending/run-1.json',
      Body: stored,
      ContentType: 'application/json',
    });
  });

  it('finds it again, with a task token that shows itself to nobody by accident (S12)', async () => {
    s3.on(GetObjectCommand, place).resolves(holding(stored, '"1"'));

    const found = await desk.find(run);
    assert.deepEqual(found, pending);
    assert.equal(found?.taskToken.reveal(), 'task-token');
    assert.ok(!JSON.stringify(found).includes('task-token'));
  });

  it('finds what was laid before anything was noted of whom the others were told', async () => {
    s3.on(GetObjectCommand, place).resolves(holding(stored.replace(',"told":["first-approver"]', ''), '"1"'));
    assert.deepEqual((await desk.find(run))?.told, []);
  });

  it('changes what waits only over what it read, and reads again when that was changed meanwhile', async () => {
    s3.on(GetObjectCommand, place)
      .resolvesOnce(holding(stored, '"1"'))
      .resolves(holding(stored.replace('"told":["first-approver"]', '"told":["second-approver"]'), '"2"'));
    const moved = new S3ServiceException({ name: 'PreconditionFailed', $fault: 'client', $metadata: {} });
    s3.on(PutObjectCommand).rejectsOnce(moved).resolves({});

    const changed = await desk.change(run, (now) => ({ ...now, told: [...now.told, 'requester'] }));
    assert.deepEqual(changed?.told, ['second-approver', 'requester']);
    const puts = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => [input.IfMatch, input.Body]);
    assert.deepEqual(puts, [
      ['"1"', stored.replace('"told":["first-approver"]', '"told":["first-approver","requester"]')],
      ['"2"', stored.replace('"told":["first-approver"]', '"told":["second-approver","requester"]')],
    ]);
  });

  it('changes nothing where nothing waits, or nothing is to be changed', async () => {
    s3.on(GetObjectCommand, place)
      .resolvesOnce(holding(stored, '"1"'))
      .rejects(new NoSuchKey({ message: 'no', $metadata: {} }));
    assert.equal(await desk.change(run, () => undefined), undefined);
    assert.equal(await desk.change(run, (now) => now), undefined);
    assert.deepEqual(s3.commandCalls(PutObjectCommand), []);
  });

  it('finds nothing when nothing waits', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'no', $metadata: {} }));
    assert.equal(await desk.find(run), undefined);
  });

  it('tells of which runs something was laid on it, on all pages, and of nothing else', async () => {
    const keys = (...names: string[]) => names.map((Key) => ({ Key }));
    s3.on(ListObjectsV2Command, { Bucket: 'desk-bucket', Prefix: 'pending/' }).resolves({
      Contents: keys('pending/', 'pending/run-1.json'),
      NextContinuationToken: 'more',
    });
    s3.on(ListObjectsV2Command, { ContinuationToken: 'more' }).resolves({
      Contents: keys('pending/run-2.json', 'pending/a/b.json'),
    });
    assert.deepEqual(await desk.runs(), ['run-1', 'run-2']);
  });

  it('tells of none when nothing was laid on it', async () => {
    s3.on(ListObjectsV2Command).resolves({});
    assert.deepEqual(await desk.runs(), []);
  });

  it('passes on what else goes wrong', async () => {
    s3.on(GetObjectCommand).rejects(new Error('lost'));
    await assert.rejects(desk.find(run), /lost/);
  });
});
