import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import settings from '../../chromepay.config.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import own from '../../keyturn.config.ts';
import { permissionsIn, renderPermissions } from '../../lib/permissions.ts';
import { actors, actorsWho, deployed, linesOf, permissions } from './actors.ts';
import { deploy } from './deployment.ts';

/*
 * Goal: who may do what is exactly what the safety case says, and no more.
 *
 * Method: the policies of the synthesised template, against tables written by hand. A function's own log, its traces and
 * the key that S3 and SNS use for it are the same for all, and left out of the tables.
 */

const secret = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`;

const rotateBatch = (tier: string, master: string) => [
  `kms:VerifyMac on {SealKey}`,
  's3:GetObject on {ArchiveBucket}/runs/*',
  's3:GetObject on {StoreBucket}/go-ahead/*',
  's3:GetObject on {StoreBucket}/lock.json',
  'secretsmanager:BatchGetSecretValue on *',
  `secretsmanager:DescribeSecret on ${secret(`prod/${tier}/*`)}`,
  `secretsmanager:GetSecretValue on ${secret(`masters/${tier}/postgres-${master}`)}`,
  `secretsmanager:GetSecretValue on ${secret(`prod/${tier}/*`)}`,
  `secretsmanager:PutSecretValue on ${secret(`prod/${tier}/*`)}`,
  `secretsmanager:UpdateSecretVersionStage on ${secret(`prod/${tier}/*`)} if StringEquals secretsmanager:VersionStage AWSCURRENT | AWSPENDING`,
  'ssm:GetParameter on arn:aws:ssm:us-east-1:111122223333:parameter/keyturn/prod/switch',
];

const probeBatch = (tier: string) => [
  's3:DeleteObject on {StoreBucket}/go-ahead/*',
  's3:PutObject on {ArchiveBucket}/runs/*/preflight/*',
  's3:PutObject on {ArchiveBucket}/runs/*/probes/*',
  'secretsmanager:BatchGetSecretValue on *',
  `secretsmanager:GetSecretValue on ${secret(`prod/${tier}/*`)}`,
];

/** Mail comes from one address, and goes to approvers alone. */
const mailing = ['configuration-set/keyturn', 'identity/chromepay.example', 'identity/keyturn@chromepay.example'].map(
  (resource) =>
    `ses:SendEmail on arn:aws:ses:us-east-1:111122223333:${resource} if StringEquals ses:FromAddress keyturn@chromepay.example; ` +
    'ForAllValues:StringEquals ses:Recipients platform-oncall@chromepay.example | security-oncall@chromepay.example | payments-oncall@chromepay.example',
);

const renewing = 'ForAllValues:StringEquals aws:TagKeys expiration_date; Null aws:TagKeys false';

const allowed: Readonly<Record<string, readonly string[]>> = {
  'keyturn-prod-start-run': [
    's3:GetObject on {ArchiveBucket}/runs/*/start.json',
    's3:PutObject on {ArchiveBucket}/runs/*/start.json',
    'sqs:SendMessage on {SchedulesUndelivered}',
    'states:StartExecution on {keyturn-prod-retirement}',
    'states:StartExecution on {keyturn-prod}',
  ],
  'keyturn-prod-draft-plan': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/history.json',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:GetObject on {StoreBucket}/quarantine.json',
    's3:ListBucket on {StoreBucket}',
    's3:PutObject on {ArchiveBucket}/runs/*/draft.json',
    's3:PutObject on {ArchiveBucket}/runs/*/inventory.jsonl',
    's3:PutObject on {ArchiveBucket}/runs/*/preflight.jsonl',
    'secretsmanager:ListSecrets on *',
  ],
  'keyturn-prod-confirm-plan': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/history.json',
    's3:GetObject on {StoreBucket}/ledger.json',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:GetObject on {StoreBucket}/quarantine.json',
    's3:ListBucket on {StoreBucket}',
    's3:PutObject on {ArchiveBucket}/runs/*/confirmation.json',
    's3:PutObject on {ArchiveBucket}/runs/*/left-alone.json',
    's3:PutObject on {ArchiveBucket}/runs/*/plan.json',
    's3:PutObject on {ArchiveBucket}/runs/*/waves/*',
    's3:PutObject on {StoreBucket}/go-ahead/*',
    's3:PutObject on {StoreBucket}/ledger.json',
    's3:PutObject on {StoreBucket}/lock.json',
    'secretsmanager:ListSecrets on *',
  ],
  'keyturn-prod-request-approval': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/pending/*',
    's3:PutObject on {StoreBucket}/pending/*',
    ...mailing,
    'sns:Publish on {AnnouncementsTopic}',
  ],
  'keyturn-prod-review': [
    'kms:GenerateMac on {SealKey}',
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/pending/*',
    's3:PutObject on {ArchiveBucket}/runs/*/answers/*.json',
    's3:PutObject on {ArchiveBucket}/runs/*/decision.json',
    's3:PutObject on {ArchiveBucket}/runs/*/decisions/*.json',
    'states:SendTaskSuccess on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod',
    'states:SendTaskSuccess on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-retirement',
  ],
  'keyturn-prod-deliver-decisions': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/pending/*',
    's3:ListBucket on {StoreBucket} if StringEquals s3:prefix pending/',
    's3:PutObject on {ArchiveBucket}/runs/*/decision.json',
    's3:PutObject on {ArchiveBucket}/runs/*/decisions/*.json',
    'states:SendTaskSuccess on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod',
    'states:SendTaskSuccess on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-retirement',
  ],
  'keyturn-prod-admit-wave': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/go-ahead/*',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:PutObject on {ArchiveBucket}/runs/*/admissions/*',
    'ssm:GetParameter on arn:aws:ssm:us-east-1:111122223333:parameter/keyturn/prod/switch',
  ],
  'keyturn-prod-rotate-batch-low': rotateBatch('low', 'q7RmXa'),
  'keyturn-prod-rotate-batch-medium': rotateBatch('medium', 'Zt4KeN'),
  'keyturn-prod-rotate-batch-high': rotateBatch('high', 'b9WdUy'),
  'keyturn-prod-probe-batch-low': probeBatch('low'),
  'keyturn-prod-probe-batch-medium': probeBatch('medium'),
  'keyturn-prod-probe-batch-high': probeBatch('high'),
  'keyturn-prod-judge-wave': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:PutObject on {ArchiveBucket}/runs/*/verdicts/*',
  ],
  'keyturn-prod-renew-expiry': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:PutObject on {ArchiveBucket}/runs/*/renewals/*',
    `secretsmanager:TagResource on ${secret('prod/high/*')} if ${renewing}`,
    `secretsmanager:TagResource on ${secret('prod/low/*')} if ${renewing}`,
    `secretsmanager:TagResource on ${secret('prod/medium/*')} if ${renewing}`,
  ],
  'keyturn-prod-close-run': [
    'events:PutEvents on arn:aws:events:us-east-1:111122223333:event-bus/default',
    'kms:Sign on {SignatureKey}',
    's3:DeleteObject on {StoreBucket}/go-ahead/*',
    's3:DeleteObject on {StoreBucket}/lock.json',
    's3:DeleteObject on {StoreBucket}/pending/*',
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/history.json',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:GetObject on {StoreBucket}/quarantine.json',
    's3:GetObjectVersion on {ArchiveBucket}/runs/*',
    's3:ListBucket on {ArchiveBucket} if StringLike s3:prefix runs/*',
    's3:ListBucket on {StoreBucket}',
    's3:ListBucketVersions on {ArchiveBucket} if StringLike s3:prefix runs/*',
    's3:PutObject on {ArchiveBucket}/runs/*/manifest.json',
    's3:PutObject on {ArchiveBucket}/runs/*/report.json',
    's3:PutObject on {StoreBucket}/history.json',
    's3:PutObject on {StoreBucket}/quarantine.json',
    ...mailing,
    'sns:Publish on {AnnouncementsTopic}',
  ],
  'keyturn-prod-recover-run': [
    'events:PutEvents on arn:aws:events:us-east-1:111122223333:event-bus/default',
    'kms:Sign on {SignatureKey}',
    's3:DeleteObject on {StoreBucket}/go-ahead/*',
    's3:DeleteObject on {StoreBucket}/lock.json',
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/history.json',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:GetObject on {StoreBucket}/quarantine.json',
    's3:GetObjectVersion on {ArchiveBucket}/runs/*',
    's3:ListBucket on {StoreBucket}',
    's3:ListBucketVersions on {ArchiveBucket} if StringLike s3:prefix runs/*',
    's3:PutObject on {ArchiveBucket}/runs/*/recovery-manifest.json',
    's3:PutObject on {ArchiveBucket}/runs/*/recovery.json',
    's3:PutObject on {StoreBucket}/history.json',
    's3:PutObject on {StoreBucket}/quarantine.json',
    ...mailing,
    'sns:Publish on {AnnouncementsTopic}',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-retirement:*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod:*',
  ],
  'keyturn-prod-watch-drift': [
    'lambda:InvokeFunction on keyturn-prod-probe-batch-high',
    'lambda:InvokeFunction on keyturn-prod-probe-batch-low',
    'lambda:InvokeFunction on keyturn-prod-probe-batch-medium',
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/drift.json',
    's3:GetObject on {StoreBucket}/history.json',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:ListBucket on {StoreBucket}',
    's3:PutObject on {ArchiveBucket}/drift/*',
    's3:PutObject on {StoreBucket}/drift.json',
    ...mailing,
    'sns:Publish on {AnnouncementsTopic}',
  ],
  'keyturn-prod-watch-runs': [
    's3:GetObject on {ArchiveBucket}/runs/*',
    's3:GetObject on {StoreBucket}/lock.json',
    's3:ListBucket on {StoreBucket}',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-retirement:*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod:*',
    'states:ListExecutions on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod',
    'states:ListExecutions on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-retirement',
    'states:StartExecution on {keyturn-prod-recovery}',
  ],
  'keyturn-prod-recovery, the state machine': [
    ...[
      ...['judge-wave', 'probe-batch-high', 'probe-batch-low', 'probe-batch-medium', 'recover-run', 'renew-expiry'],
      ...['rotate-batch-high', 'rotate-batch-low', 'rotate-batch-medium'],
    ].map((step) => `lambda:InvokeFunction on keyturn-prod-${step}:*`),
    's3:GetObject on {ArchiveBucket}/runs/*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-recovery/*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-recovery:*',
    'states:StartExecution on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-recovery',
    'states:StopExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-recovery/*',
    'states:StopExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-recovery:*',
  ],
  'keyturn-prod, the state machine': [
    ...[
      ...['admit-wave', 'close-run', 'confirm-plan', 'deliver-decisions', 'draft-plan', 'judge-wave'],
      ...['probe-batch-high', 'probe-batch-low', 'probe-batch-medium', 'renew-expiry', 'request-approval'],
      ...['rotate-batch-high', 'rotate-batch-low', 'rotate-batch-medium'],
    ].map((step) => `lambda:InvokeFunction on keyturn-prod-${step}:*`),
    's3:GetObject on {ArchiveBucket}/runs/*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod/*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod:*',
    'states:StartExecution on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod',
    'states:StopExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod/*',
    'states:StopExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod:*',
  ],
  'keyturn-prod-retirement, the state machine': [
    ...[
      ...['admit-wave', 'close-run', 'confirm-plan', 'deliver-decisions', 'draft-plan', 'judge-wave'],
      ...['probe-batch-high', 'probe-batch-low', 'probe-batch-medium', 'request-approval'],
      ...['rotate-batch-high', 'rotate-batch-low', 'rotate-batch-medium'],
    ].map((step) => `lambda:InvokeFunction on keyturn-prod-${step}:*`),
    's3:GetObject on {ArchiveBucket}/runs/*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-retirement/*',
    'states:DescribeExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-retirement:*',
    'states:StartExecution on arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-retirement',
    'states:StopExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-retirement/*',
    'states:StopExecution on arn:aws:states:us-east-1:111122223333:execution:keyturn-prod-retirement:*',
  ],
  DriftLookRole: ['lambda:InvokeFunction on keyturn-prod-watch-drift', 'sqs:SendMessage on {SchedulesUndelivered}'],
  SchedulesRole: ['lambda:InvokeFunction on keyturn-prod-start-run', 'sqs:SendMessage on {SchedulesUndelivered}'],
};

describe('S9: who may do what', () => {
  for (const [actor, lines] of Object.entries(allowed)) {
    it(`${actor} may do exactly what is listed`, () => {
      assert.deepEqual(linesOf(actor), lines);
    });
  }

  it('is said of everybody there is', () => {
    assert.deepEqual(actors.toSorted(), Object.keys(allowed).toSorted());
  });

  it('comes from one role for each function, with no policy but its own', () => {
    const roles = [...deployed.functions().values()].map(({ Role }) => deployed.say(Role));
    assert.equal(new Set(roles).size, 19);

    for (const { Properties } of Object.values(deployed.all('AWS::IAM::Role'))) {
      assert.deepEqual([Properties.ManagedPolicyArns, Properties.Policies], [undefined, undefined]);
    }
    for (const { Properties } of Object.values(deployed.all('AWS::IAM::Policy'))) {
      assert.equal(Properties.Roles.length, 1);
    }
  });

  it('lets the key of the archive be used only by way of S3 and SNS, except for the history', () => {
    const conditions = [...permissions].flatMap(([actor, granted]) =>
      granted
        .filter(({ actions }) => actions.some((action) => /^kms:(Decrypt|GenerateDataKey)$/.test(action)))
        .map(({ condition }) => `${actor.endsWith(', the state machine') ? 'workflow' : 'step'}: ${condition}`),
    );
    const history = 'arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod';
    const [recovery, retirement] = [`${history}-recovery`, `${history}-retirement`];
    assert.deepEqual([...new Set(conditions)].toSorted(), [
      'step: StringEquals kms:ViaService s3.{AWS::Region}.amazonaws.com',
      'step: StringEquals kms:ViaService sns.{AWS::Region}.amazonaws.com',
      'workflow: StringEquals kms:EncryptionContext:SourceArn arn:aws:logs:us-east-1:111122223333:*',
      'workflow: StringEquals kms:ViaService s3.{AWS::Region}.amazonaws.com',
      `workflow: StringLike kms:EncryptionContext:aws:states:stateMachineArn ${history} | ${history}/*`,
      `workflow: StringLike kms:EncryptionContext:aws:states:stateMachineArn ${recovery} | ${recovery}/*`,
      `workflow: StringLike kms:EncryptionContext:aws:states:stateMachineArn ${retirement} | ${retirement}/*`,
    ]);
  });
});

describe('S9: secret values', () => {
  const tiers = ['low', 'medium', 'high'];

  it('are read by rotate-batch and probe-batch, and by nobody else', () => {
    const readers = tiers.flatMap((tier) => [`keyturn-prod-rotate-batch-${tier}`, `keyturn-prod-probe-batch-${tier}`]);
    for (const action of ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue']) {
      assert.deepEqual(actorsWho(action).toSorted(), readers.toSorted());
    }
  });

  it('are written by rotate-batch, which can neither tag nor delete (S7), and by nobody who looks (S10)', () => {
    const writers = tiers.map((tier) => `keyturn-prod-rotate-batch-${tier}`).toSorted();
    assert.deepEqual(actorsWho('secretsmanager:PutSecretValue').toSorted(), writers);
    assert.deepEqual(actorsWho('secretsmanager:UpdateSecretVersionStage').toSorted(), writers);
    assert.deepEqual(actorsWho('secretsmanager:TagResource'), ['keyturn-prod-renew-expiry']);
    assert.deepEqual(actorsWho('secretsmanager:DeleteSecret'), []);
  });

  for (const tier of tiers) {
    it(`of tier ${tier} are within reach of its own functions only`, () => {
      const reaching = actors.filter((actor) =>
        linesOf(actor).some((line) => /SecretV/.test(line) && line.includes(`/${tier}/`)),
      );
      assert.deepEqual(reaching.toSorted(), [`keyturn-prod-probe-batch-${tier}`, `keyturn-prod-rotate-batch-${tier}`]);
    });
  }
});

describe('S8: the kill switch', () => {
  it('is turned by no function', () => {
    const turning = ['ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:DeleteParameters', 'ssm:*'];
    assert.deepEqual(turning.flatMap(actorsWho), []);
    assert.notDeepEqual(actorsWho('ssm:GetParameter'), []);
  });
});

describe('what settings add', () => {
  const key = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d';
  const added = permissionsIn(deploy({ ...settings, secretKeyArns: [key], alarms: ['orders-5xx'] }).template);
  const via = 'StringEquals kms:ViaService secretsmanager.{AWS::Region}.amazonaws.com';

  it('for keys of their own: what reading and writing takes, by way of Secrets Manager', () => {
    const grants = [...added].flatMap(([actor, granted]) =>
      granted
        .filter(({ resources }) => resources.includes(key))
        .map(
          ({ actions, condition }) =>
            `${actor.replace(/-(low|medium|high)$/, '')} ${actions.join(', ')} if ${condition}`,
        ),
    );
    assert.deepEqual([...new Set(grants)].toSorted(), [
      `keyturn-prod-probe-batch kms:Decrypt if ${via}`,
      `keyturn-prod-rotate-batch kms:Decrypt, kms:GenerateDataKey if ${via}`,
    ]);
  });

  it('for alarms: that judge-wave may describe them, and nothing else of them', () => {
    const grants = [...added].flatMap(([actor, granted]) =>
      granted
        .filter(({ actions }) => actions.some((action) => action.startsWith('cloudwatch:')))
        .map(({ actions, resources }) => [actor, actions, resources]),
    );
    const traces = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
    assert.deepEqual(grants, [['keyturn-prod-judge-wave', ['cloudwatch:DescribeAlarms', ...traces], ['*']]]);
  });
});

describe('what a run leaves in the archive', () => {
  const run = 'run-1' as Run;
  const writers: readonly [string, RegExp][] = [
    [archiveKeys.start(run), /start-run$/],
    [archiveKeys.inventory(run), /draft-plan$/],
    [archiveKeys.draft(run), /draft-plan$/],
    [archiveKeys.candidates(run), /draft-plan$/],
    [archiveKeys.preflight(run, 0), /probe-batch-(low|medium|high)$/],
    [archiveKeys.confirmation(run), /confirm-plan$/],
    [archiveKeys.plan(run), /confirm-plan$/],
    [archiveKeys.leftAlone(run), /confirm-plan$/],
    [archiveKeys.wave(run, 1), /confirm-plan$/],
    [archiveKeys.answer(run, 'plan', 'first-approver'), /review$/],
    [archiveKeys.decision(run), /(review|deliver-decisions)$/],
    [archiveKeys.decision(run, 'wave-2'), /(review|deliver-decisions)$/],
    [archiveKeys.probe(run, 1, 'rotated', 0), /probe-batch-(low|medium|high)$/],
    [archiveKeys.verdict(run, 1, 'baked'), /judge-wave$/],
    [archiveKeys.renewal(run, 1, 1), /renew-expiry$/],
    [archiveKeys.admission(run, 1), /admit-wave$/],
    [archiveKeys.report(run), /close-run$/],
    [archiveKeys.recovery(run), /recover-run$/],
    [archiveKeys.manifest(run), /close-run$/],
    [archiveKeys.recoveryManifest(run), /recover-run$/],
  ];
  const mayPut = (actor: string, key: string) =>
    linesOf(actor).some((line) => {
      const pattern = /^s3:PutObject on \{ArchiveBucket\}\/(.+)$/.exec(line)?.[1];
      return pattern !== undefined && new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(key);
    });

  for (const [key, writer] of writers) {
    it(`${key} can be written by its author only`, () => {
      const found = actors.filter((actor) => mayPut(actor, key));
      assert.deepEqual([found.length > 0, found.filter((actor) => !writer.test(actor))], [true, []]);
    });
  }

  it('is every kind of document that there is', () => {
    // A decision of a wave is the same kind of document as one of the plan.
    assert.equal(writers.length - 1, Object.keys(archiveKeys).length);
  });
});

describe('docs/permissions.md', () => {
  it('says what the template does', () => {
    const document = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
    const { template } = own === settings ? deployed : deploy(own);
    assert.equal(document, renderPermissions(template), 'docs/permissions.md is old: run `npm run permissions`');
  });
});

describe('S9 a plugged rotation function', () => {
  const functionOf = (tier: string, place = 'us-east-1:111122223333') =>
    `arn:aws:lambda:${place}:function:rotate-${tier}`;
  const masterOf = (tier: string) => secret(`masters/${tier}/plugged-AbCdEf`);
  const withFunctions = (functions: Readonly<Record<string, string>>) => ({
    ...settings,
    rotators: {
      ...settings.rotators,
      plugged: {
        ...{ kind: 'rotation-function' as const, strategy: 'alternate' as const, validityDays: 90 },
        ...{ allowedHosts: ['db.chromepay.example'], functions },
        masters: Object.fromEntries(Object.keys(functions).map((tier) => [tier, masterOf(tier)])),
      },
    },
  });
  const plugged = permissionsIn(
    deploy(withFunctions({ low: functionOf('low'), high: `${functionOf('high')}:live` })).template,
  );
  const added = [...plugged].flatMap(([actor, list]) => {
    const before = (permissions.get(actor) ?? []).map((one) => JSON.stringify(one));
    return list
      .filter((one) => !before.includes(JSON.stringify(one)))
      .map(({ actions, resources }) => [actor, ...actions, ...resources]);
  });

  it('is invoked by the rotate-batch of its tier, by the very ARN that is configured, and brings no other right', () => {
    assert.deepEqual(added.toSorted(), [
      ['keyturn-prod-rotate-batch-high', 'lambda:InvokeFunction', `${functionOf('high')}:live`],
      ['keyturn-prod-rotate-batch-low', 'lambda:InvokeFunction', functionOf('low')],
    ]);
  });

  it('is refused when it is not where the stack is deployed', () => {
    for (const elsewhere of ['eu-west-1:111122223333', 'us-east-1:111122223334']) {
      assert.throws(() => deploy(withFunctions({ low: functionOf('low', elsewhere) })), {
        name: 'SettingsError',
        message: /is not in us-east-1 of 111122223333, where this is deployed/,
      });
    }
  });

  it('is taken at its word where the template suits any account', () => {
    assert.doesNotThrow(() => deploy(withFunctions({ low: functionOf('low', 'eu-west-1:111122223334') }), {}));
  });
});
