/*
 * Goal: a rehearsal refuses what AWS would refuse, and lets pass what AWS would let pass.
 *
 * Method: examples at both sides of every rule of evaluation, then properties over drawn policies.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { holds } from '../../../rehearsal/account/conditions.ts';
import { type Denial, evaluate, type Request, wordDenial } from '../../../rehearsal/account/iam.ts';
import { type PrincipalElement, readStatements, type Statement } from '../../../rehearsal/account/policy.ts';

const role = 'arn:aws:iam::111122223333:role/Rotator';
const secret = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:low/mailer-AbCdEf';
const key = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const delegation: Statement = {
  Sid: 'Delegation',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: 'kms:*',
  Resource: '*',
};

const asked = (request: Partial<Request> = {}): Request => ({
  principal: role,
  action: 'secretsmanager:GetSecretValue',
  resource: secret,
  conditions: {},
  ...request,
});
const allow = (statement: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Action: 'secretsmanager:GetSecretValue',
  Resource: secret,
  ...statement,
});

/** `allowed`, or the reason why not. */
function verdict(request: Request, identity: readonly Statement[], resource: readonly Statement[] = []) {
  const decision = evaluate(request, { identity, resource });
  return decision.kind === 'allowed' ? 'allowed' : decision.reason;
}

describe('a request', () => {
  it('is denied when no statement speaks of it', () => {
    assert.equal(verdict(asked(), []), 'noIdentityAllow');
  });

  it('is allowed by one statement of the caller, which the decision names', () => {
    const statement = allow({ Sid: 'ReadLow' });
    assert.deepEqual(evaluate(asked(), { identity: [statement], resource: [] }), { kind: 'allowed', by: statement });
  });

  it('is denied by an explicit deny of the caller or of the resource, whatever allows it', () => {
    const deny = allow({ Sid: 'Never', Effect: 'Deny' });
    const resourceDeny = { ...deny, Principal: { AWS: role } };
    const resourceAllow = allow({ Principal: { AWS: role } });

    assert.deepEqual(evaluate(asked(), { identity: [allow(), deny], resource: [resourceAllow] }), {
      kind: 'denied',
      reason: 'explicitIdentityDeny',
      by: deny,
    });
    assert.deepEqual(evaluate(asked(), { identity: [allow()], resource: [resourceAllow, resourceDeny] }), {
      kind: 'denied',
      reason: 'explicitResourceDeny',
      by: resourceDeny,
    });
  });

  it('is compared by action without regard to case, and by resource with regard to it', () => {
    assert.equal(verdict(asked(), [allow({ Action: 'SecretsManager:getsecretvalue' })]), 'allowed');
    assert.equal(verdict(asked(), [allow({ Resource: secret.replace('low', 'Low') })]), 'noIdentityAllow');
  });

  it('meets wildcards: an asterisk for any characters, a question mark for exactly one', () => {
    const named = (resource: string) => verdict(asked(), [allow({ Resource: resource })]);
    const prefix = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:low/mailer';
    assert.equal(named(`${prefix}-??????`), 'allowed');
    assert.equal(named(`${prefix}-?????`), 'noIdentityAllow');
    assert.equal(named(`${prefix}*`), 'allowed');
    assert.equal(verdict(asked(), [allow({ Action: 'secretsmanager:Get*' })]), 'allowed');
    assert.equal(verdict(asked(), [allow({ Action: 'secretsmanager:Get' })]), 'noIdentityAllow');
  });

  it('meets a wildcard of an ARN within its part only, but across colons in the last', () => {
    const named = (resource: string) => verdict(asked(), [allow({ Resource: resource })]);
    assert.equal(named('arn:aws:secretsmanager:*:*:secret:low/*'), 'allowed');
    assert.equal(named('arn:aws:secretsmanager:*:*:*'), 'allowed');
    assert.equal(named('arn:aws:secretsmanager:*'), 'noIdentityAllow');
  });

  it('meets an asterisk across the lines of a name that has several', () => {
    const get = asked({ action: 's3:GetObject', resource: 'arn:aws:s3:::archive/a\nb' });
    assert.equal(verdict(get, [allow({ Action: 's3:*', Resource: 'arn:aws:s3:::archive/*' })]), 'allowed');
  });

  it('on no resource in particular is allowed by an asterisk alone', () => {
    const list = asked({ action: 'secretsmanager:ListSecrets', resource: '*' });
    assert.equal(verdict(list, [allow({ Action: 'secretsmanager:ListSecrets', Resource: '*' })]), 'allowed');
    assert.equal(verdict(list, [allow({ Action: 'secretsmanager:ListSecrets', Resource: secret })]), 'noIdentityAllow');
  });

  it('is reached by NotAction and NotResource when it is none of them', () => {
    const but = ({ Action: _, Resource: __, ...rest }: Statement, other: Partial<Statement>) => ({ ...rest, ...other });
    const butActions = (actions: string) => [but(allow(), { NotAction: actions, Resource: '*' })];
    assert.equal(verdict(asked(), butActions('secretsmanager:Put*')), 'allowed');
    assert.equal(verdict(asked(), butActions('secretsmanager:Get*')), 'noIdentityAllow');

    const butResources = (resources: string) => [but(allow(), { Action: '*', NotResource: resources })];
    assert.equal(verdict(asked(), butResources('arn:aws:s3:::*')), 'allowed');
    assert.equal(verdict(asked(), butResources(secret)), 'noIdentityAllow');
  });

  it('meets a policy variable with an error, since no reading of it is rehearsed', () => {
    const variable = allow({ Resource: 'arn:aws:s3:::home/${aws:username}/*' });
    assert.throws(() => verdict(asked({ resource: 'arn:aws:s3:::home/requester/x' }), [variable]), /policy variables/);
  });
});

describe('the policy of a resource', () => {
  const bucket = 'arn:aws:s3:::archive/plan';
  const get = asked({ action: 's3:GetObject', resource: bucket });
  const statement = (principal: Partial<Statement>): Statement => ({
    ...allow({ Action: 's3:*', Resource: bucket }),
    ...principal,
  });

  it('allows whom it names, or everybody, without a statement of the caller', () => {
    assert.equal(verdict(get, [], [statement({ Principal: { AWS: role } })]), 'allowed');
    assert.equal(verdict(get, [], [statement({ Principal: '*' })]), 'allowed');
    assert.equal(verdict(get, [], [statement({ Principal: { AWS: '*' } })]), 'allowed');
    assert.equal(verdict(get, [], [statement({ Principal: { AWS: `${role}2` } })]), 'noIdentityAllow');
  });

  it('that names the account leaves it to the callers policies', () => {
    const resource = [statement({ Principal: { AWS: '111122223333' } })];
    assert.equal(verdict(get, [], resource), 'noIdentityAllow');
    assert.equal(verdict(get, [allow({ Action: 's3:GetObject', Resource: bucket })], resource), 'allowed');
  });

  it('that denies the account denies each of its callers', () => {
    const resource = [statement({ Effect: 'Deny', Principal: { AWS: 'arn:aws:iam::111122223333:root' } })];
    assert.equal(verdict(get, [allow({ Action: '*', Resource: '*' })], resource), 'explicitResourceDeny');
  });

  it('that denies all but one denies another, and not that one', () => {
    const resource = [statement({ Effect: 'Deny', NotPrincipal: { AWS: role } })];
    const identity = [allow({ Action: '*', Resource: '*' })];
    assert.equal(verdict(get, identity, resource), 'allowed');
    assert.equal(verdict({ ...get, principal: `${role}2` }, identity, resource), 'explicitResourceDeny');
  });

  it('is all that a service has', () => {
    const lambda = { ...get, principal: 'lambda.amazonaws.com' };
    assert.equal(verdict(lambda, [], [statement({ Principal: { Service: 'lambda.amazonaws.com' } })]), 'allowed');
    assert.equal(
      verdict(lambda, [], [statement({ Principal: { Service: 'states.amazonaws.com' } })]),
      'noResourceAllow',
    );
  });
});

describe('a KMS key', () => {
  const decrypt = asked({ action: 'kms:Decrypt', resource: key });
  const own = allow({ Action: 'kms:Decrypt', Resource: key });

  it('is closed to a caller whose own policy alone allows it', () => {
    assert.equal(verdict(decrypt, [own]), 'noResourceAllow');
  });

  it('is closed to a caller when its policy only delegates to the account', () => {
    assert.equal(verdict(decrypt, [], [delegation]), 'noIdentityAllow');
  });

  it('opens when its policy delegates and the callers policy allows', () => {
    assert.equal(verdict(decrypt, [own], [delegation]), 'allowed');
  });

  it('opens to a caller whom its policy names', () => {
    assert.equal(verdict(decrypt, [], [{ ...delegation, Principal: { AWS: role } }]), 'allowed');
  });

  it('stays closed when its policy delegates to another account', () => {
    const foreign = { ...delegation, Principal: { AWS: 'arn:aws:iam::999900001111:root' } };
    assert.equal(verdict(decrypt, [own], [foreign]), 'noResourceAllow');
  });
});

describe('a condition', () => {
  const met = (operator: string, wanted: string | readonly string[], found?: string | readonly string[]) =>
    holds({ [operator]: { 'aws:key': wanted } }, found === undefined ? {} : { 'AWS:Key': found });

  const examples: readonly [operator: string, wanted: string | readonly string[], yes: string, no: string][] = [
    ['StringEquals', ['AWSPENDING', 'AWSCURRENT'], 'AWSCURRENT', 'awscurrent'],
    ['StringNotEquals', ['AWSPENDING', 'AWSCURRENT'], 'AWSPREVIOUS', 'AWSCURRENT'],
    ['StringEqualsIgnoreCase', 'AWSCURRENT', 'awscurrent', 'awspending'],
    ['StringNotEqualsIgnoreCase', 'AWSCURRENT', 'awspending', 'awscurrent'],
    ['StringLike', 'low/*', 'low/mailer', 'high/mailer'],
    ['StringNotLike', 'low/*', 'high/mailer', 'low/mailer'],
    [
      'ArnEquals',
      'arn:aws:states:*:1:stateMachine:a',
      'arn:aws:states:r:1:stateMachine:a',
      'arn:aws:states:r:1:mapRun:a',
    ],
    ['ArnLike', 'arn:aws:states:*:1:*', 'arn:aws:states:r:1:mapRun:a/b:c', 'arn:aws:states:r:2:mapRun:a'],
    ['ArnNotEquals', 'arn:aws:sns:r:1:a', 'arn:aws:sns:r:1:b', 'arn:aws:sns:r:1:a'],
    ['ArnNotLike', 'arn:aws:sns:r:1:*', 'arn:aws:sns:r:2:a', 'arn:aws:sns:r:1:a'],
    ['Bool', 'false', 'False', 'true'],
    ['NumericEquals', '30', '30.0', '31'],
    ['NumericNotEquals', '30', '31', '30'],
    ['NumericLessThan', '30', '29', '30'],
    ['NumericLessThanEquals', '30', '30', '31'],
    ['NumericGreaterThan', '30', '31', '30'],
    ['NumericGreaterThanEquals', '30', '30', '29'],
    ['DateGreaterThan', '2026-11-18T19:15:00Z', '2026-11-18T19:15:01Z', '2026-11-18T19:15:00Z'],
    ['DateLessThanEquals', '1794942900', '2026-11-17T19:15:00Z', '2026-11-18T19:15:01Z'],
  ];
  for (const [operator, wanted, yes, no] of examples) {
    it(`${operator} holds on one side of its boundary, and not on the other`, () => {
      assert.deepEqual([met(operator, wanted, yes), met(operator, wanted, no)], [true, false]);
    });
  }

  it('Null holds by whether the key is there', () => {
    assert.deepEqual([met('Null', 'true'), met('Null', 'true', 'here')], [true, false]);
    assert.deepEqual([met('Null', 'false'), met('Null', 'false', 'here')], [false, true]);
  });

  it('on a key that is absent holds only when it asks for a difference, or says IfExists', () => {
    assert.equal(met('StringEquals', 'AWSCURRENT'), false);
    assert.equal(met('StringNotEquals', 'AWSCURRENT'), true);
    assert.equal(met('StringEqualsIfExists', 'AWSCURRENT'), true);
    assert.equal(met('StringEqualsIfExists', 'AWSCURRENT', 'AWSPENDING'), false);
    assert.equal(met('Bool', 'true'), false);
  });

  it('ForAllValues asks it of every value, and holds for none', () => {
    const keys = ['expiration_date', 'owner'];
    assert.equal(met('ForAllValues:StringEquals', keys, ['owner']), true);
    assert.equal(met('ForAllValues:StringEquals', keys, ['owner', 'rotator']), false);
    assert.equal(met('ForAllValues:StringEquals', keys), true);
    assert.equal(met('ForAllValues:StringNotEquals', keys, ['rotator']), true);
    assert.equal(met('ForAllValues:StringNotEquals', keys, ['rotator', 'owner']), false);
  });

  it('ForAnyValue asks it of one value, and does not hold for none', () => {
    const keys = ['expiration_date', 'owner'];
    assert.equal(met('ForAnyValue:StringEquals', keys, ['rotator', 'owner']), true);
    assert.equal(met('ForAnyValue:StringEquals', keys, ['rotator']), false);
    assert.equal(met('ForAnyValue:StringEquals', keys), false);
    assert.equal(met('ForAnyValue:StringNotEquals', keys, ['owner', 'rotator']), true);
    assert.equal(met('ForAnyValue:StringNotEquals', keys, ['owner']), false);
    assert.equal(met('ForAnyValue:StringNotEquals', keys), false);
  });

  it('for one value meets several with an error', () => {
    assert.throws(() => met('StringEquals', 'a', ['a', 'b']), /aws:key has 2 values: StringEquals needs ForAllValues:/);
  });

  it('with an operator that is not rehearsed is an error, not a pass', () => {
    assert.throws(() => met('IpAddress', '10.0.0.0/8', '10.1.2.3'), /IpAddress is not rehearsed/);
    assert.throws(() => met('toString', 'x', 'x'), /toString is not rehearsed/);
  });

  it('that compares a number with text, or a value with a variable, is an error', () => {
    assert.throws(() => met('NumericLessThan', 'many', '3'), /compares with many/);
    assert.throws(() => met('StringEquals', '${aws:username}', 'requester'), /policy variables/);
  });

  it('must hold together with every other of its statement', () => {
    const both = { StringEquals: { a: '1', b: '2' }, Bool: { c: 'true' } };
    assert.equal(holds(both, { a: '1', b: '2', c: 'true' }), true);
    assert.equal(holds(both, { a: '1', b: '3', c: 'true' }), false);
    assert.equal(holds(both, { a: '1', b: '2', c: 'false' }), false);
  });

  it('finds the keys that follow from who asks: TLS always, the principal, and whether it is a service', () => {
    const when = (Condition: NonNullable<Statement['Condition']>) => [allow({ Condition })];
    assert.equal(verdict(asked(), when({ Bool: { 'aws:SecureTransport': 'true' } })), 'allowed');
    assert.equal(verdict(asked(), when({ Bool: { 'aws:SecureTransport': 'false' } })), 'noIdentityAllow');
    assert.equal(verdict(asked(), when({ ArnEquals: { 'aws:PrincipalArn': role } })), 'allowed');
    assert.equal(verdict(asked(), when({ ArnNotEquals: { 'aws:PrincipalArn': role } })), 'noIdentityAllow');
    assert.equal(verdict(asked(), when({ Bool: { 'aws:PrincipalIsAWSService': 'false' } })), 'allowed');
    assert.equal(verdict(asked(), when({ StringEquals: { 'aws:PrincipalAccount': '111122223333' } })), 'allowed');
  });
});

describe('a policy document', () => {
  const read = (statement: object) => readStatements({ Statement: [statement] }, 'identity', 'Draft');

  it('is read with its conditions as text', () => {
    const [statement] = read({ Effect: 'Allow', Action: 'a:B', Resource: '*', Condition: { Bool: { x: true } } });
    assert.deepEqual(statement?.Condition, { Bool: { x: ['true'] } });
  });

  it('is refused when evaluation would not understand it', () => {
    const sound = { Effect: 'Allow', Action: 'a:B', Resource: '*' };
    assert.throws(() => read({ ...sound, Effect: 'allow' }), /Draft statement 1: no Effect/);
    assert.throws(() => read({ ...sound, NotAction: 'a:C' }), /either Action or NotAction/);
    assert.throws(() => read({ Effect: 'Allow', Action: 'a:B' }), /either Resource or NotResource/);
    assert.throws(() => read({ ...sound, Conditions: {} }), /Conditions is no element/);
    assert.throws(() => read({ ...sound, Condition: { IpAddress: {} } }), /IpAddress is not rehearsed/);
    assert.throws(
      () => readStatements({ Statement: [sound] }, 'resource', 'Bucket'),
      /either Principal or NotPrincipal/,
    );
    const federated = { ...sound, Principal: { Federated: 'accounts.example.com' } };
    assert.throws(() => readStatements({ Statement: [federated] }, 'resource', 'Bucket'), /kind Federated/);
  });
});

describe('the message of a refusal', () => {
  const caller = 'arn:aws:sts::111122223333:assumed-role/Rotator/rotate-batch';
  const endings: readonly [Denial, string][] = [
    ['noIdentityAllow', 'because no identity-based policy allows the secretsmanager:GetSecretValue action'],
    ['noResourceAllow', 'because no resource-based policy allows the secretsmanager:GetSecretValue action'],
    ['explicitIdentityDeny', 'with an explicit deny in an identity-based policy'],
    ['explicitResourceDeny', 'with an explicit deny in a resource-based policy'],
  ];
  for (const [reason, ending] of endings) {
    it(`for ${reason} is worded as by AWS`, () => {
      assert.equal(
        wordDenial(caller, asked(), reason),
        `User: ${caller} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret} ${ending}`,
      );
    });
  }
});

describe('whatever the policies', () => {
  const actions = fc.constantFrom('s3:GetObject', 's3:Get*', 's3:*', 'kms:Decrypt', '*');
  const resources = fc.constantFrom('arn:aws:s3:::a/b', 'arn:aws:s3:::a/*', key, '*');
  const statements = fc.record({
    Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
    Action: actions,
    Resource: resources,
    Condition: fc.constantFrom({}, { StringEquals: { 'a:key': 'x' } }, { Null: { 'a:key': 'true' } }),
  });
  const principals = fc.constantFrom<PrincipalElement>(
    '*',
    { AWS: role },
    { AWS: '111122223333' },
    { Service: 's3.amazonaws.com' },
  );
  const resourceStatements = fc
    .record({ statement: statements, Principal: principals })
    .map(({ statement, Principal }): Statement => ({ ...statement, Principal }));
  const cases = fc.record({
    identity: fc.array(statements, { maxLength: 4 }),
    resource: fc.array(resourceStatements, { maxLength: 4 }),
    request: fc.record({
      principal: fc.constantFrom(role, 'arn:aws:iam::111122223333:role/Other', 's3.amazonaws.com'),
      action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'kms:Decrypt'),
      resource: fc.constantFrom('arn:aws:s3:::a/b', 'arn:aws:s3:::c', key),
      conditions: fc.constantFrom({}, { 'a:key': 'x' }),
    }),
  });
  const everything: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const nothing: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };

  it('an explicit deny of everything wins, on either side', () => {
    fc.assert(
      fc.property(cases, ({ identity, resource, request }) => {
        assert.notEqual(verdict(request, [...identity, nothing], resource), 'allowed');
        assert.notEqual(verdict(request, identity, [...resource, { ...nothing, Principal: '*' }]), 'allowed');
      }),
    );
  });

  it('one more allow never takes anything away, and one more deny never gives anything', () => {
    fc.assert(
      fc.property(cases, statements, ({ identity, resource, request }, another) => {
        const before = verdict(request, identity, resource) === 'allowed';
        const after = verdict(request, [...identity, another], resource) === 'allowed';
        assert.ok(another.Effect === 'Allow' ? after || !before : before || !after);
      }),
    );
  });

  it('the order of statements does not matter', () => {
    fc.assert(
      fc.property(cases, ({ identity, resource, request }) => {
        const reversed = verdict(request, identity.toReversed(), resource.toReversed());
        assert.equal(reversed, verdict(request, identity, resource));
      }),
    );
  });

  it('a caller who may do everything cannot use a key whose policy does not say so', () => {
    fc.assert(
      fc.property(cases, ({ identity, request }) => {
        const onKey = { ...request, resource: key };
        assert.notEqual(verdict(onKey, [...identity, everything], []), 'allowed');
      }),
    );
  });

  it('a statement that allows is the one that the decision names', () => {
    fc.assert(
      fc.property(cases, ({ identity, resource, request }) => {
        const decision = evaluate(request, { identity, resource });
        if (decision.kind === 'denied') return;
        assert.equal(decision.by.Effect, 'Allow');
        assert.ok([...identity, ...resource].includes(decision.by));
      }),
    );
  });
});
