/*
 * Goal: what a run leaves, and what living documents hold, is written by its own step alone, over nothing, and by nobody else
 * whatever IAM lets them.
 *
 * Method: the buckets' policies and settings in the synthesised template.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import settings from '../../chromepay.config.ts';
import { deploy } from './deployment.ts';

const deployed = deploy(settings);

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from a condition, it compares with a literal.
  readonly Condition?: any;
}

const bucketPolicy = (prefix: string): readonly Statement[] =>
  deployed.the('AWS::S3::BucketPolicy', prefix).PolicyDocument.Statement;

describe('the archive', () => {
  const { ObjectLockConfiguration, VersioningConfiguration } = deployed.the('AWS::S3::Bucket', 'RotationArchive');
  const denied = bucketPolicy('RotationArchive').filter(({ Effect }) => Effect === 'Deny');

  it('refuses a write that could replace what is there', () => {
    const refusal = denied.find(({ Sid }) => Sid === 'RefuseReplacement');
    assert.deepEqual(
      [refusal?.Action, refusal?.Principal, refusal?.Condition],
      [
        's3:PutObject',
        { AWS: '*' },
        { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      ],
    );
  });

  it('refuses to remove anything, since a delete marker would reopen its key', () => {
    const refusal = denied.find(({ Sid }) => Sid === 'RefuseRemoval');
    assert.deepEqual(
      [refusal?.Action, refusal?.Principal, refusal?.Condition],
      [['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'], { AWS: '*' }, undefined],
    );
  });

  it('S1 takes the record of who asked for a run from start-run alone, whatever the policies of others say', () => {
    const refusal = denied.find(({ Sid }) => Sid === 'NobodyElseStarts');
    const { Role } = deployed.functions().get('keyturn-prod-start-run');
    assert.deepEqual(
      [refusal?.Action, refusal?.Principal, refusal?.Condition],
      ['s3:PutObject', { AWS: '*' }, { ArnNotEquals: { 'aws:PrincipalArn': [Role] } }],
    );
  });

  it('S1 takes nothing but from the steps that deposit, whatever the policies of others say', () => {
    const refusal = denied.find(({ Sid }) => Sid === 'NobodyElseDeposits');
    assert.deepEqual([refusal?.Action, refusal?.Principal], ['s3:PutObject', { AWS: '*' }]);
    const roles = rolesOf(
      ...[
        'start-run',
        'draft-plan',
        'confirm-plan',
        'review',
        'deliver-decisions',
        'admit-wave',
        'judge-wave',
        'renew-expiry',
      ],
      ...['close-run', 'recover-run', 'watch-drift', 'probe-batch-low', 'probe-batch-medium', 'probe-batch-high'],
    );
    assert.deepEqual(refusal?.Condition.ArnNotEquals['aws:PrincipalArn'].map(sayRole).toSorted(), roles);
  });

  it('locks every object for as long as configured', () => {
    assert.deepEqual(ObjectLockConfiguration.Rule.DefaultRetention, { Mode: 'GOVERNANCE', Days: 400 });
    assert.equal(VersioningConfiguration.Status, 'Enabled');
  });
});

const sayRole = (role: unknown): string => deployed.say(role);

/** What the roles of these steps are called in the template. */
const rolesOf = (...steps: readonly string[]): string[] =>
  steps.map((step) => sayRole(deployed.functions().get(`keyturn-prod-${step}`).Role)).toSorted();

describe('the living store', () => {
  const denied = bucketPolicy('RotationStore').filter(({ Effect }) => Effect === 'Deny');

  for (const [promise, sid, keys, step] of [
    ['S1', 'NobodyElseAsks', 'pending/*', 'request-approval'],
    ['S1', 'NobodyElseLetsGo', 'go-ahead/*', 'confirm-plan'],
    ['S1', 'NobodyElseLocks', 'lock.json', 'confirm-plan'],
    ['S2', 'NobodyElseReserves', 'ledger.json', 'confirm-plan'],
  ] as const) {
    it(`${promise} takes ${keys} from ${step} alone, whatever the policies of others say`, () => {
      const refusal = denied.find(({ Sid }) => Sid === sid);
      assert.deepEqual(
        [refusal?.Action, refusal?.Principal, refusal?.Condition.ArnNotEquals['aws:PrincipalArn'].map(sayRole)],
        ['s3:PutObject', { AWS: '*' }, rolesOf(step)],
      );
      assert.match(deployed.say(refusal?.Resource), new RegExp(`/${RegExp.escape(keys)}$`));
    });
  }

  it('S11 lets the lock be taken away by the steps that end a run alone', () => {
    const refusal = denied.find(({ Sid }) => Sid === 'NobodyElseUnlocks');
    assert.deepEqual(
      [
        refusal?.Action,
        refusal?.Principal,
        refusal?.Condition.ArnNotEquals['aws:PrincipalArn'].map(sayRole).toSorted(),
      ],
      [['s3:DeleteObject', 's3:DeleteObjectVersion'], { AWS: '*' }, rolesOf('close-run', 'recover-run')],
    );
    assert.match(deployed.say(refusal?.Resource), /\/lock\.json$/);
  });

  it('S2 lets nobody make the ledger forget, and S4 nobody the quarantine, by removing it', () => {
    const refusal = denied.find(({ Sid }) => Sid === 'RefuseRemoval');
    assert.deepEqual(
      [refusal?.Action, refusal?.Principal, refusal?.Condition],
      [['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'], { AWS: '*' }, undefined],
    );
    assert.deepEqual(
      [refusal?.Resource].flat().map((objects) => deployed.say(objects).split('/').at(-1)),
      ['ledger.json', 'quarantine.json'],
    );
  });

  it('S1 leaves it open to withdraw a go-ahead and to clear what waits: whoever stops a run harms none', () => {
    const removals = denied.filter(({ Action }) => [Action].flat().includes('s3:DeleteObject'));
    assert.deepEqual(removals.map(({ Sid }) => Sid).toSorted(), ['NobodyElseUnlocks', 'RefuseRemoval']);
  });
});

describe('an answer that comes in', () => {
  it('is told of by S3 itself, with no function beside it that may change what buckets tell', () => {
    const [archive, store] = ['RotationArchive', 'RotationStore'].map((prefix) =>
      deployed.the('AWS::S3::Bucket', prefix),
    );
    assert.deepEqual(archive?.NotificationConfiguration, { EventBridgeConfiguration: { EventBridgeEnabled: true } });
    assert.equal(store?.NotificationConfiguration, undefined);
    assert.deepEqual(deployed.all('Custom::S3BucketNotifications'), {});
  });

  it('calls request-approval, and nothing else that comes in does', () => {
    const { EventPattern, Targets } = deployed.the('AWS::Events::Rule', 'RotationApprovalDeskAnswered');
    const { source, 'detail-type': type, detail } = EventPattern;
    assert.deepEqual(
      [source, type, detail.object],
      [['aws.s3'], ['Object Created'], { key: [{ wildcard: 'runs/*/answers/*' }] }],
    );
    assert.match(deployed.say(detail.bucket.name[0]), /RotationArchiveBucket/);
    assert.deepEqual(
      Targets.map(({ Arn }: { Arn: unknown }) => deployed.say(Arn)),
      ['keyturn-prod-request-approval'],
    );
  });
});

describe('both buckets', () => {
  it('S11 have nothing replicated into them, which asks for no right to put', () => {
    for (const prefix of ['RotationArchive', 'RotationStore']) {
      const refusal = bucketPolicy(prefix).find(({ Sid }) => Sid === 'RefuseReplication');
      assert.deepEqual(
        [refusal?.Effect, refusal?.Action, refusal?.Principal, refusal?.Condition],
        ['Deny', ['s3:ReplicateDelete', 's3:ReplicateObject'], { AWS: '*' }, undefined],
      );
      assert.match(deployed.say(refusal?.Resource), /Bucket\w*\}\/\*$/);
    }
  });

  it('have policies of less than the 20 KB that S3 takes, and are emptied by no function when the stack goes', () => {
    for (const prefix of ['RotationArchive', 'RotationStore']) {
      const roleArn = `arn:aws:iam::111122223333:role/${'r'.repeat(64)}`;
      const bucketArn = `arn:aws:s3:::${'b'.repeat(63)}`;
      const written = JSON.stringify(bucketPolicy(prefix), (_, value) => {
        const [id] = value?.['Fn::GetAtt'] ?? [];
        if (value?.['Fn::Join'] !== undefined) return `${bucketArn}/${'k'.repeat(40)}`;
        return id === undefined ? value : /Role/.test(id) ? roleArn : bucketArn;
      });
      assert.ok(written.length < 20_480, `${prefix}: ${written.length}`);
    }
    assert.deepEqual(deployed.all('Custom::S3AutoDeleteObjects'), {});
  });

  for (const prefix of ['RotationArchive', 'RotationStore']) {
    it(`${prefix} speaks TLS 1.2 only, with nobody from outside, and is encrypted with Keyturn's key`, () => {
      const conditions = bucketPolicy(prefix).map(({ Effect, Condition }) => JSON.stringify([Effect, Condition]));
      assert.ok(conditions.includes('["Deny",{"Bool":{"aws:SecureTransport":"false"}}]'));
      assert.ok(conditions.includes('["Deny",{"NumericLessThan":{"s3:TlsVersion":1.2}}]'));

      const { PublicAccessBlockConfiguration, BucketEncryption } = deployed.the('AWS::S3::Bucket', prefix);
      assert.deepEqual([...new Set(Object.values(PublicAccessBlockConfiguration))], [true]);
      const [rule] = BucketEncryption.ServerSideEncryptionConfiguration;
      assert.match(deployed.say(rule.ServerSideEncryptionByDefault.KMSMasterKeyID), /RotationDataKey/);
    });
  }

  it('keep what may end no longer than a run can last', () => {
    const [{ ExpirationInDays }] = deployed.the('AWS::S3::Bucket', 'RotationStore').LifecycleConfiguration.Rules;
    assert.equal(ExpirationInDays, 30);
  });
});
