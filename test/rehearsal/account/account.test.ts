/*
 * Goal: whatever anybody asks of AWS meets latency, fate, quota and policy, in that order, and is counted.
 *
 * Method: a replica of one secret's description and one write, under virtual time.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { Account, type AccountOptions, type Observation } from '../../../rehearsal/account/account.ts';
import type { Permissions } from '../../../rehearsal/account/authorisation.ts';
import { type Fate, replayed } from '../../../rehearsal/account/faults.ts';
import type { Statement } from '../../../rehearsal/account/policy.ts';
import { type CallContext, type Replica, ServiceError } from '../../../rehearsal/account/replica.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

const rotator = 'arn:aws:iam::111122223333:role/RotatorRole';
const operator = 'arn:aws:iam::111122223333:user/requester';
const secret = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:low/mailer-AbCdEf';
const key = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const permissions: Permissions = {
  account: '111122223333',
  region: 'us-east-1',
  roles: [
    {
      arn: rotator,
      name: 'RotatorRole',
      statements: [
        {
          Effect: 'Allow',
          Action: ['secretsmanager:PutSecretValue', 'secretsmanager:DescribeSecret'],
          Resource: secret,
        },
        { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::archive/*' },
        { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' },
      ],
      awsManagedPolicies: ['service-role/AWSLambdaBasicExecutionRole'],
    },
  ],
  functions: [{ name: 'rotate-batch', roleArn: rotator }],
  resourcePolicies: new Map([
    ['arn:aws:s3:::archive', [{ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: '*' }]],
    [rotator, [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }]],
  ]),
};

/** Remembers every write that arrived. */
class Secrets implements Replica {
  readonly service = 'secretsmanager';
  readonly written: string[] = [];
  refusal: Error | undefined;

  call(operation: string, { value }: { readonly value: string }, context: CallContext): unknown {
    context.require(`secretsmanager:${operation}`, secret);
    if (this.refusal !== undefined) throw this.refusal;
    if (operation === 'PutSecretValue') this.written.push(value);
    return { value };
  }
}

function start(options: AccountOptions = {}) {
  const time = new VirtualTime(instant(0));
  const account = new Account(permissions, time, options);
  const secrets = new Secrets();
  account.register(secrets);
  const observations: Observation[] = [];
  account.observe((observation) => observations.push(observation));

  const put = (value: string, principal = rotator) =>
    account.call(principal, 'secretsmanager', 'PutSecretValue', { value });
  /** What became of the call: its output, or the name of its error. */
  const outcome = (call: Promise<unknown>) => time.run(call.catch((error: Error) => error.name));
  return { time, account, secrets, observations, put, outcome };
}

const fated = (...fates: readonly Fate[]): AccountOptions => ({ fateOf: replayed(fates) });

describe('a call to the account', () => {
  it('is answered by the replica, and counted', async () => {
    const { account, outcome, put } = start();
    assert.deepEqual(await outcome(put('v2')), { value: 'v2' });
    assert.deepEqual(account.calls.of(rotator), { 'secretsmanager:PutSecretValue': 1 });
    assert.deepEqual(account.writesToSecrets.of(rotator), { PutSecretValue: 1 });
  });

  it('takes as long as its latency', async () => {
    const { time, outcome, put } = start({ latencyOf: ({ index }) => (index === 0 ? 30 : 0) });
    await outcome(put('v2'));
    assert.equal(time.now(), 30);
    await outcome(put('v3'));
    assert.equal(time.now(), 30);
  });

  it('to a service without a replica says so', async () => {
    const { account, time } = start();
    const lost = account.call(rotator, 'sqs', 'SendMessage', {});
    await assert.rejects(time.run(lost), { message: 'sqs:SendMessage: the account has no replica of sqs' });
  });

  it('counts apart for every caller, and as a write only when it changed something', async () => {
    const { account, secrets, outcome, put } = start();
    account.authorisation.admit(operator, 'administrator');
    await outcome(put('v2'));
    await outcome(put('v3', operator));
    await outcome(account.call(rotator, 'secretsmanager', 'DescribeSecret', {}));
    secrets.refusal = new ServiceError('ResourceNotFoundException', 'gone');
    assert.equal(await outcome(put('v4')), 'ResourceNotFoundException');

    assert.deepEqual(account.calls.of(rotator), {
      'secretsmanager:PutSecretValue': 2,
      'secretsmanager:DescribeSecret': 1,
    });
    assert.deepEqual(account.calls.of(operator), { 'secretsmanager:PutSecretValue': 1 });
    assert.deepEqual(account.writesToSecrets.of(rotator), { PutSecretValue: 1 });
    assert.equal(account.writesToSecrets.total(), 2);
    assert.equal(
      account.writesToSecrets.total((principal) => principal === rotator),
      1,
    );
    assert.deepEqual(account.calls.principals, [rotator, operator]);
  });

  it('that changes something other than a secret is no write to secrets', async () => {
    const { account, outcome } = start();
    account.register({ service: 's3', call: () => ({ ETag: 'x' }) });
    await outcome(account.call(rotator, 's3', 'PutObject', {}));
    assert.equal(account.writesToSecrets.total(), 0);
  });

  it('is told to observers until they unsubscribe', async () => {
    const { account, outcome, put } = start({ latencyOf: () => 5 });
    const seen: string[] = [];
    const stop = account.observe(({ call, beganAt, endedAt, ending }) => {
      seen.push(`${call.service}:${call.operation} ${beganAt}-${endedAt} ${ending.kind}`);
    });
    await outcome(put('v2'));
    stop();
    await outcome(put('v3'));
    assert.deepEqual(seen, ['secretsmanager:PutSecretValue 0-5 answered']);
  });

  it('is throttled by the 51st write of an instant, before anybody asks who calls', async () => {
    const { secrets, time, put } = start();
    const outcomes = await time.run(
      Promise.all(
        Array.from({ length: 51 }, (_, index) =>
          put(`v${index}`).then(
            () => 'ok',
            (error) => error.name,
          ),
        ),
      ),
    );
    assert.deepEqual(outcomes.slice(49), ['ok', 'ThrottlingException']);
    assert.equal(secrets.written.length, 50);
  });
});

describe('a call whose fate is', () => {
  it('requestLost has no effect, and times out after 5 seconds', async () => {
    const { time, account, secrets, outcome, put } = start(fated('requestLost'));
    assert.equal(await outcome(put('v2')), 'TimeoutError');
    assert.deepEqual(secrets.written, []);
    assert.equal(account.writesToSecrets.total(), 0);
    assert.equal(time.now(), 5_000);
  });

  it('responseLost takes effect, counts as a write, and times out', async () => {
    const { time, account, secrets, outcome, put } = start({
      ...fated('responseLost'),
      requestTimeoutMilliseconds: 800,
    });
    assert.equal(await outcome(put('v2')), 'TimeoutError');
    assert.deepEqual(secrets.written, ['v2']);
    assert.equal(account.writesToSecrets.total(), 1);
    assert.equal(time.now(), 800);
  });

  it('responseLost hides a refusal as it hides an answer, but not a mistake in the replica', async () => {
    const { secrets, outcome, put } = start(fated('responseLost', 'responseLost'));
    secrets.refusal = new ServiceError('ResourceNotFoundException', 'gone');
    assert.equal(await outcome(put('v2')), 'TimeoutError');
    secrets.refusal = new TypeError('a mistake');
    assert.equal(await outcome(put('v2')), 'TypeError');
  });

  it('throttled has no effect', async () => {
    const { time, secrets, outcome, put } = start(fated('throttled'));
    assert.equal(await outcome(put('v2')), 'ThrottlingException');
    assert.deepEqual(secrets.written, []);
    assert.equal(time.now(), 0);
  });

  it('delayed takes effect late, after what was sent later', async () => {
    const { time, secrets, put } = start(fated({ delayed: 900 }));
    await time.run(Promise.all([put('first'), put('second')]));
    assert.deepEqual(secrets.written, ['second', 'first']);
    assert.equal(time.now(), 900);
  });

  it('callerDies never arrives, and is never answered', async () => {
    const { time, secrets, observations, put } = start(fated('callerDies'));
    await assert.rejects(time.run(put('v2')), /everybody waits/);
    assert.deepEqual(secrets.written, []);
    assert.deepEqual(
      observations.map(({ ending }) => ending.kind),
      ['callerDied'],
    );
  });

  it('callerDiesAfter takes effect, and is never answered', async () => {
    const { time, secrets, observations, put } = start(fated('callerDiesAfter'));
    await assert.rejects(time.run(put('v2')), /everybody waits/);
    assert.deepEqual(secrets.written, ['v2']);
    assert.deepEqual(
      observations.map(({ ending }) => ending.kind),
      ['callerDied'],
    );
  });
});

describe('a caller', () => {
  it('who may not is told so as AWS would, under the name of the function, and noted', async () => {
    const { account, outcome } = start();
    const message =
      'User: arn:aws:sts::111122223333:assumed-role/RotatorRole/rotate-batch is not authorized to perform: ' +
      `secretsmanager:DeleteSecret on resource: ${secret} because no identity-based policy allows the ` +
      'secretsmanager:DeleteSecret action';
    const call = account.call(rotator, 'secretsmanager', 'DeleteSecret', {});
    assert.equal(
      await outcome(call.catch((error) => `${error.name}: ${error.message}`)),
      `AccessDeniedException: ${message}`,
    );
    assert.deepEqual(account.authorisation.denials, [
      {
        principal: rotator,
        action: 'secretsmanager:DeleteSecret',
        resource: secret,
        decision: { kind: 'denied', reason: 'noIdentityAllow' },
      },
    ]);
  });

  it('whom nobody has introduced is a mistake of the rehearsal', async () => {
    const { time, put } = start();
    await assert.rejects(
      time.run(put('v2', operator)),
      /user\/requester is neither a role of the template nor admitted/,
    );
  });

  it('who is admitted has the statements given, and no others', () => {
    const { account } = start();
    const read: Statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secret };
    account.authorisation.admit(operator, [read]);
    const caller = account.authorisation.contextOf(operator);
    assert.equal(caller.allows('secretsmanager:GetSecretValue', secret), true);
    assert.equal(caller.allows('secretsmanager:PutSecretValue', secret), false);
    assert.deepEqual(account.authorisation.denials, [], 'asking whether it is allowed is no denial');
  });

  it('is under the policy of the bucket for each of its objects', () => {
    const caller = start().account.authorisation.contextOf(rotator);
    assert.equal(caller.allows('s3:PutObject', 'arn:aws:s3:::archive/plans/1.json'), true);
    assert.equal(caller.allows('s3:DeleteObject', 'arn:aws:s3:::archive/plans/1.json'), false);
  });

  it('cannot use a key until the key has a policy that lets the account speak', () => {
    const { account } = start();
    const caller = account.authorisation.contextOf(rotator);
    assert.equal(caller.allows('kms:Decrypt', key), false);

    const root = 'arn:aws:iam::111122223333:root';
    account.authorisation.hang(key, [{ Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' }]);
    assert.equal(caller.allows('kms:Decrypt', key), true);
  });

  it('that is a service assumes a role when the roles trust policy says so', () => {
    const { authorisation } = start().account;
    assert.equal(authorisation.contextOf('lambda.amazonaws.com').allows('sts:AssumeRole', rotator), true);
    assert.equal(authorisation.contextOf('states.amazonaws.com').allows('sts:AssumeRole', rotator), false);
  });

  it('meets the virtual time in its conditions', () => {
    const { account } = start();
    const until = (Condition: string): Statement => ({
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:CurrentTime': Condition } },
    });
    account.authorisation.admit(operator, [until('1970-01-01T00:00:00.001Z')]);
    assert.equal(account.authorisation.contextOf(operator).allows('sns:Publish', '*'), true);
    account.authorisation.admit(operator, [until('1970-01-01T00:00:00Z')]);
    assert.equal(account.authorisation.contextOf(operator).allows('sns:Publish', '*'), false);
  });
});

describe('an account', () => {
  it('has one replica of a service', () => {
    const { account } = start();
    assert.throws(() => account.register(new Secrets()), /secretsmanager has a replica already/);
  });

  it('does not guess what a policy of AWS allows', () => {
    const roles = permissions.roles.map((role) => ({ ...role, awsManagedPolicies: ['AdministratorAccess'] }));
    assert.throws(
      () => new Account({ ...permissions, roles }, new VirtualTime(instant(0))),
      /RotatorRole has AdministratorAccess, which is not rehearsed/,
    );
  });
});
