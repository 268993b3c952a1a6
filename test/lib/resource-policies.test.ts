/*
 * Goal: what buckets, keys, topic, queue and functions refuse by policies of their own is exactly what the safety case says.
 *
 * Method: the policies of the synthesised template, against a table written by hand.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resourcePoliciesIn } from '../../lib/resource-policies.ts';
import { deployed } from './actors.ts';

describe('what resources refuse', () => {
  const depositors = [
    ...['admit-wave', 'close-run', 'confirm-plan', 'deliver-decisions', 'draft-plan', 'judge-wave'],
    ...['probe-batch-high', 'probe-batch-low', 'probe-batch-medium', 'recover-run', 'renew-expiry', 'review'],
    ...['start-run', 'watch-drift'],
  ];
  const but = (...steps: string[]) => `everybody but ${steps.map((step) => `keyturn-prod-${step}`).join(', ')}`;
  const whole = (bucket: string) => [`{${bucket}}`, `{${bucket}}/*`];
  const removals = ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'];
  const replications = ['s3:ReplicateDelete', 's3:ReplicateObject'];
  const ifOver = ['Null s3:if-none-match true', 'Bool s3:ObjectCreationOperation true'];
  const plain = 'Bool aws:SecureTransport false';
  const oldTls = 'NumericLessThan s3:TlsVersion 1.2';

  type Refusal = readonly [string, string, readonly string[], readonly string[], readonly string[]];
  const refused: Readonly<Record<string, readonly Refusal[]>> = {
    '{AnnouncementsTopic}': [['AllowPublishThroughSSLOnly', 'everybody', ['sns:Publish'], [], [plain]]],
    '{ArchiveBucket}': [
      ['', 'everybody', ['s3:*'], whole('ArchiveBucket'), [plain]],
      ['', 'everybody', ['s3:*'], whole('ArchiveBucket'), [oldTls]],
      ['RefuseReplacement', 'everybody', ['s3:PutObject'], ['{ArchiveBucket}/*'], ifOver],
      ['RefuseRemoval', 'everybody', removals, ['{ArchiveBucket}/*'], []],
      ['RefuseReplication', 'everybody', replications, ['{ArchiveBucket}/*'], []],
      ['NobodyElseDeposits', but(...depositors), ['s3:PutObject'], ['{ArchiveBucket}/*'], []],
      ['NobodyElseStarts', but('start-run'), ['s3:PutObject'], ['{ArchiveBucket}/runs/*/start.json'], []],
    ],
    '{SchedulesUndelivered}': [['', 'everybody', ['sqs:*'], [], [plain]]],
    '{SealKey}': [
      ['NobodyElseSeals', but('review'), ['kms:GenerateMac'], [], []],
      [
        'NobodyElseChecks',
        but('rotate-batch-high', 'rotate-batch-low', 'rotate-batch-medium'),
        ['kms:VerifyMac'],
        [],
        [],
      ],
    ],
    '{SignatureKey}': [['NobodyElseSigns', but('close-run', 'recover-run'), ['kms:Sign'], [], []]],
    '{StoreBucket}': [
      ['', 'everybody', ['s3:*'], whole('StoreBucket'), [plain]],
      ['', 'everybody', ['s3:*'], whole('StoreBucket'), [oldTls]],
      ['RefuseReplacement', 'everybody', ['s3:PutObject'], ['{StoreBucket}/lock.json'], ifOver],
      ['RefuseRemoval', 'everybody', removals, ['{StoreBucket}/ledger.json', '{StoreBucket}/quarantine.json'], []],
      ['RefuseReplication', 'everybody', replications, ['{StoreBucket}/*'], []],
      [
        'NobodyElseUnlocks',
        but('close-run', 'recover-run'),
        ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        ['{StoreBucket}/lock.json'],
        [],
      ],
      ['NobodyElseAsks', but('request-approval'), ['s3:PutObject'], ['{StoreBucket}/pending/*'], []],
      ['NobodyElseLetsGo', but('confirm-plan'), ['s3:PutObject'], ['{StoreBucket}/go-ahead/*'], []],
      ['NobodyElseLocks', but('confirm-plan'), ['s3:PutObject'], ['{StoreBucket}/lock.json'], []],
      ['NobodyElseReserves', but('confirm-plan'), ['s3:PutObject'], ['{StoreBucket}/ledger.json'], []],
    ],
  };
  const stated = [...resourcePoliciesIn(deployed.template)];

  it('is this, and nothing else', () => {
    const denied = stated.flatMap(([resource, rules]) => {
      const refusals = rules
        .filter(({ effect }) => effect === 'Deny')
        .map(({ statement, who, actions, resources, conditions }) => [statement, who, actions, resources, conditions]);
      return refusals.length === 0 ? [] : [[resource, refusals]];
    });
    assert.deepEqual(Object.fromEntries(denied), refused);
  });

  it('leaves nothing open to everybody, and to a service of AWS only what Keyturn has it do', () => {
    const allowances = stated.flatMap(([resource, rules]) =>
      rules.filter(({ effect }) => effect === 'Allow').map(({ who }) => `${who}: ${resource}`),
    );
    assert.deepEqual([...new Set(allowances)].toSorted(), [
      'apigateway.amazonaws.com: keyturn-prod-review',
      'apigateway.amazonaws.com: keyturn-prod-start-run',
      'cloudwatch.amazonaws.com: {AnnouncementsTopic}',
      'cloudwatch.amazonaws.com: {DataKey}',
      'delivery.logs.amazonaws.com: {DataKey}',
      'events.amazonaws.com: keyturn-prod-deliver-decisions',
      'events.amazonaws.com: keyturn-prod-request-approval',
      'events.amazonaws.com: keyturn-prod-watch-runs',
      'keyturn-prod-close-run, keyturn-prod-recover-run: {SignatureKey}',
      'keyturn-prod-review: {SealKey}',
      'keyturn-prod-rotate-batch-high, keyturn-prod-rotate-batch-low, keyturn-prod-rotate-batch-medium: {SealKey}',
      'logs.us-east-1.amazonaws.com: {DataKey}',
      'whom the account 111122223333 lets: {DataKey}',
      'whom the account 111122223333 lets: {SealKey}',
      'whom the account 111122223333 lets: {SignatureKey}',
    ]);
  });

  it('is said of whatever has a policy of its own', () => {
    const types = Object.values(deployed.template.Resources).map(({ Type }) => Type);
    assert.deepEqual([...new Set(types.filter((type) => /Policy$|Permission$/.test(type)))].toSorted(), [
      'AWS::IAM::Policy',
      'AWS::Lambda::Permission',
      'AWS::S3::BucketPolicy',
      'AWS::SNS::TopicPolicy',
      'AWS::SQS::QueuePolicy',
    ]);
  });
});
