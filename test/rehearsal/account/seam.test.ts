/*
 * Goal: adapters meet the SDK that they are deployed with; only the network is replaced.
 *
 * Method: real clients over a replica of a handful of answers, one for each thing that the SDK does with an answer.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, NoSuchKey, S3ServiceException } from '@aws-sdk/client-s3';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  ResourceNotFoundException,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { SendTaskSuccessCommand, TaskTimedOut } from '@aws-sdk/client-sfn';
import { withRetries } from '../../../adapters/retries.ts';
import { instant } from '../../../core/instant.ts';
import { Account, type AccountOptions } from '../../../rehearsal/account/account.ts';
import { replayed } from '../../../rehearsal/account/faults.ts';
import { type Replica, ServiceError } from '../../../rehearsal/account/replica.ts';
import { clientsOf } from '../../../rehearsal/account/seam.ts';
import { bodyOf } from '../../../rehearsal/aws/s3/body.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

const operator = 'arn:aws:iam::111122223333:user/requester';

type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

const replica = (service: string, answers: Answers): Replica => ({
  service,
  call: (operation, input) => {
    const answer = answers[operation];
    if (answer === undefined) throw new Error(`nobody wrote an answer to ${operation}`);
    return answer(input);
  },
});

function start(service: string, answers: Answers, options: AccountOptions = {}) {
  const time = new VirtualTime(instant(0));
  const account = new Account(
    { account: '111122223333', region: 'us-east-1', roles: [], functions: [], resourcePolicies: new Map() },
    time,
    options,
  );
  account.authorisation.admit(operator, 'administrator');
  account.register(replica(service, answers));
  return { time, account, clients: clientsOf(account, operator) };
}

const refuse = (name: string, statusCode?: number) => () => {
  throw new ServiceError(name, 'as the replica words it', statusCode);
};

describe('a client of the SDK', () => {
  it('is answered by the account, in the name of its principal', async () => {
    const { account, clients } = start('secretsmanager', { GetSecretValue: ({ SecretId }) => ({ Name: SecretId }) });
    const { Name, $metadata } = await clients.secretsManager.send(
      new GetSecretValueCommand({ SecretId: 'low/mailer' }),
    );
    assert.equal(Name, 'low/mailer');
    assert.equal($metadata.httpStatusCode, 200);
    assert.deepEqual(account.calls.of(operator), { 'secretsmanager:GetSecretValue': 1 });
  });

  it('of every service reaches that service', async () => {
    const { account, clients } = start('kms', {});
    const { cloudWatch, eventBridge, kms, lambda, s3, secretsManager, sns, ssm, stepFunctions } = clients;
    const all = [cloudWatch, eventBridge, kms, lambda, s3, secretsManager, sns, ssm, stepFunctions];
    const command = new DescribeSecretCommand({ SecretId: 'x' });
    for (const client of all) await assert.rejects((client as typeof secretsManager).send(command));

    assert.deepEqual(Object.keys(account.calls.of(operator)), [
      'cloudwatch:DescribeSecret',
      'events:DescribeSecret',
      'kms:DescribeSecret',
      'lambda:DescribeSecret',
      's3:DescribeSecret',
      'secretsmanager:DescribeSecret',
      'sns:DescribeSecret',
      'ssm:DescribeSecret',
      'states:DescribeSecret',
    ]);
  });

  it('pages through a list', async () => {
    const pages = { undefined: { SecretList: [{ Name: 'a' }], NextToken: '2' }, 2: { SecretList: [{ Name: 'b' }] } };
    const { clients } = start('secretsmanager', {
      ListSecrets: ({ NextToken }) => pages[String(NextToken) as keyof typeof pages],
    });
    const names: (string | undefined)[] = [];
    for await (const { SecretList = [] } of paginateListSecrets({ client: clients.secretsManager }, {})) {
      names.push(...SecretList.map(({ Name }) => Name));
    }
    assert.deepEqual(names, ['a', 'b']);
  });

  it('throws the exception class that its package has for the name', async () => {
    const { clients } = start('secretsmanager', { DescribeSecret: refuse('ResourceNotFoundException') });
    const error = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId: 'x' })).catch((one) => one);
    assert.ok(error instanceof ResourceNotFoundException);
    assert.equal(error.name, 'ResourceNotFoundException');
    assert.equal(error.message, 'as the replica words it');
    assert.equal(error.$fault, 'client');
    assert.equal(error.$metadata.httpStatusCode, 400);
  });

  it('throws the base exception of its package for a name that has no class', async () => {
    const { clients } = start('secretsmanager', { DescribeSecret: refuse('AccessDeniedException') });
    const error = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId: 'x' })).catch((one) => one);
    assert.ok(error instanceof SecretsManagerServiceException);
    assert.ok(!(error instanceof ResourceNotFoundException));
    assert.equal(error.name, 'AccessDeniedException');
  });

  it('never takes another export of its package for an exception', async () => {
    const { clients } = start('secretsmanager', { DescribeSecret: refuse('SecretsManagerClient') });
    const error = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId: 'x' })).catch((one) => one);
    assert.ok(error instanceof SecretsManagerServiceException);
  });

  it('tells a fault of the server from one of the client', async () => {
    const { clients } = start('s3', { GetObject: refuse('InternalError', 500) });
    const error = await clients.s3.send(new GetObjectCommand({ Bucket: 'archive', Key: 'k' })).catch((one) => one);
    assert.ok(error instanceof S3ServiceException);
    assert.equal(error.$fault, 'server');
    assert.equal(error.$metadata.httpStatusCode, 500);
  });

  it('of S3 reads a body as text, and knows a key that is not there', async () => {
    const { clients } = start('s3', {
      GetObject: ({ Key }) => {
        if (Key === 'plan.json') return { Body: bodyOf(Buffer.from('{"digest":"sha256:…"}')) };
        throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
      },
    });
    const get = (Key: string) => clients.s3.send(new GetObjectCommand({ Bucket: 'archive', Key }));
    const { Body } = await get('plan.json');
    assert.equal(await Body?.transformToString(), '{"digest":"sha256:…"}');
    await assert.rejects(get('other.json'), NoSuchKey);
  });

  it('of Lambda reads a payload as text', async () => {
    const { clients } = start('lambda', { Invoke: ({ Payload }) => ({ StatusCode: 200, Payload }) });
    const { Payload } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: 'f', Payload: Buffer.from('"ok"') }),
    );
    assert.equal(Payload?.transformToString(), '"ok"');
  });

  it('of Step Functions knows a task that has timed out', async () => {
    const { clients } = start('states', { SendTaskSuccess: refuse('TaskTimedOut') });
    const late = clients.stepFunctions.send(new SendTaskSuccessCommand({ taskToken: 't', output: '{}' }));
    await assert.rejects(late, TaskTimedOut);
  });

  it('shares nothing with the replica: neither side sees what the other changes later', async () => {
    const kept: string[][] = [];
    const { clients } = start('secretsmanager', {
      PutSecretValue: (input) => {
        kept.push(input['VersionStages'] as string[]);
        return { VersionStages: kept[0] };
      },
    });
    const VersionStages = ['AWSPENDING'];
    const output = await clients.secretsManager.send(new PutSecretValueCommand({ SecretId: 'x', VersionStages }));
    VersionStages.push('sent too late');
    output.VersionStages?.push('received, then changed');
    assert.deepEqual(kept, [['AWSPENDING']]);
  });

  it('leaves out what is undefined, as the wire does', async () => {
    const seen: unknown[] = [];
    const { clients } = start('secretsmanager', { ListSecrets: (input) => void seen.push(input) });
    for await (const _ of paginateListSecrets({ client: clients.secretsManager }, { Filters: undefined }));
    assert.deepEqual(seen, [{}]);
  });
});

describe('around the seam', () => {
  it('run the retries of the adapters: each attempt is a call of its own', async () => {
    const { time, account, clients } = start(
      'secretsmanager',
      { DescribeSecret: () => ({ Name: 'x' }) },
      { fateOf: replayed(['throttled', 'requestLost']) },
    );
    const client = withRetries(clients.secretsManager, time);
    const { Name } = await time.run(client.send(new DescribeSecretCommand({ SecretId: 'x' })));
    assert.equal(Name, 'x');
    assert.deepEqual(account.calls.of(operator), { 'secretsmanager:DescribeSecret': 3 });
    assert.equal(time.now(), 100 + 5_000 + 200);
  });

  it('run middlewares of the same step and a higher priority, whenever they were added', async () => {
    const { clients } = start('secretsmanager', { DescribeSecret: () => ({}) });
    const ran: string[] = [];
    for (const priority of ['normal', 'high'] as const) {
      clients.secretsManager.middlewareStack.add(
        (next) => (args) => {
          ran.push(priority);
          return next(args);
        },
        { step: 'initialize', priority },
      );
    }
    await clients.secretsManager.send(new DescribeSecretCommand({ SecretId: 'x' }));
    assert.deepEqual(ran, ['high', 'normal']);
  });

  it('ends an aborted call for its caller only', async () => {
    const arrived: unknown[] = [];
    const { time, clients } = start(
      'secretsmanager',
      { PutSecretValue: ({ SecretId }) => ({ ARN: arrived.push(SecretId) }) },
      { latencyOf: () => 1_000 },
    );
    const controller = new AbortController();
    time.after(400, () => controller.abort());
    const call = clients.secretsManager.send(new PutSecretValueCommand({ SecretId: 'x' }), {
      abortSignal: controller.signal,
    });
    await assert.rejects(time.run(call), { name: 'AbortError' });
    assert.deepEqual([time.now(), arrived], [400, []]);

    await time.run(time.sleep(600));
    assert.deepEqual(arrived, ['x']);
  });

  it('refuses the answer to a caller who had aborted before', async () => {
    const { clients } = start('secretsmanager', { DescribeSecret: () => new Promise(() => {}) });
    const call = clients.secretsManager.send(new DescribeSecretCommand({ SecretId: 'x' }), {
      abortSignal: AbortSignal.abort(),
    });
    await assert.rejects(call, { name: 'AbortError' });
  });

  it('is no network: what gets past it fails', async () => {
    const { clients } = start('secretsmanager', {});
    clients.secretsManager.middlewareStack.remove('rehearsalSeam');
    const call = clients.secretsManager.send(new DescribeSecretCommand({ SecretId: 'x' }));
    await assert.rejects(call, /the rehearsal has no network/);
  });
});
