import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';

import settings from '../../chromepay.config.ts';
import { GuardedRotation } from '../../lib/guarded-rotation.ts';
import { compose, synthesise } from '../../lib/synthesise.ts';
import { Deployed, deploy, place } from './deployment.ts';

/*
 * Goal: the deployed system keeps its promises by what AWS itself enforces.
 *
 * Method: the synthesised template, one promise at a time.
 */

const deployed = deploy(settings);
const { template } = deployed;

describe('S13: deploying rotates nothing', () => {
  it('since nothing in the stack runs while it is deployed', () => {
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    assert.deepEqual([...types].toSorted(), [
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Key',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Lambda::LayerVersion',
      'AWS::Lambda::Permission',
      'AWS::Lambda::Version',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::SNS::Subscription',
      'AWS::SNS::Topic',
      'AWS::SNS::TopicPolicy',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::Scheduler::Schedule',
      'AWS::StepFunctions::StateMachine',
    ]);
  });

  it('since the kill switch is not part of it: somebody has to turn it on', () => {
    assert.deepEqual(deployed.all('AWS::SSM::Parameter'), {});
  });

  it('since rotations are on no schedule until one is switched on', () => {
    const schedules = Object.values(deployed.all('AWS::Scheduler::Schedule')).map(({ Properties }) => [
      Properties.State,
      deployed.say(Properties.Target.Arn),
      JSON.parse(Properties.Target.Input),
    ]);
    const at = '<aws.scheduler.scheduled-time>';
    assert.deepEqual(schedules, [
      ['ENABLED', 'keyturn-prod-start-run', { schedule: 'audit', at }],
      ['DISABLED', 'keyturn-prod-start-run', { schedule: 'rotation', at }],
      ['DISABLED', 'keyturn-prod-start-run', { schedule: 'retirement', at }],
      ['ENABLED', 'keyturn-prod-watch-drift', { at }],
    ]);
  });

  it('and what could not be started is not tried again for days', () => {
    for (const { Properties } of Object.values(deployed.all('AWS::Scheduler::Schedule'))) {
      assert.deepEqual(Properties.Target.RetryPolicy, { MaximumEventAgeInSeconds: 900, MaximumRetryAttempts: 2 });
      assert.match(deployed.say(Properties.Target.DeadLetterConfig.Arn), /Undelivered/);
    }
    const { FunctionName, MaximumEventAgeInSeconds, MaximumRetryAttempts, DestinationConfig } = deployed.the(
      'AWS::Lambda::EventInvokeConfig',
    );
    assert.deepEqual(
      [deployed.say(FunctionName), MaximumEventAgeInSeconds, MaximumRetryAttempts],
      ['keyturn-prod-start-run', 900, 2],
    );
    assert.match(deployed.say(DestinationConfig.OnFailure.Destination), /Undelivered/);
  });

  it('changes no run under way: the versions that it calls stay', () => {
    const versions = Object.values(deployed.all('AWS::Lambda::Version'));
    assert.equal(versions.length, 19);
    for (const { DeletionPolicy, UpdateReplacePolicy } of versions) {
      assert.deepEqual([DeletionPolicy, UpdateReplacePolicy], ['Retain', 'Retain']);
    }
  });

  it('makes new versions of all functions when a setting changes, and of none when nothing does', () => {
    const versions = (from: Deployed) => Object.keys(from.all('AWS::Lambda::Version'));
    assert.deepEqual(deploy(settings).template, template);

    const stricter = versions(deploy({ ...settings, caps: { ...settings.caps, secrets: 59 } }));
    assert.deepEqual(
      stricter.filter((version) => versions(deployed).includes(version)),
      [],
    );
  });
});

describe('what outlives the stack', () => {
  /** A change of these ids would make AWS replace what evidence and seals rest on. */
  const stateful = {
    RotationDataKeyF18CA656: 'AWS::KMS::Key',
    RotationArchiveBucketCD7B20A5: 'AWS::S3::Bucket',
    RotationStoreBucket64310856: 'AWS::S3::Bucket',
    RotationSealKey97854B56: 'AWS::KMS::Key',
    RotationSignatureKey6D1009CE: 'AWS::KMS::Key',
  };

  for (const [id, type] of Object.entries(stateful)) {
    it(`${id} keeps its logical id, and is retained`, () => {
      const { Type, DeletionPolicy, UpdateReplacePolicy } = template.Resources[id] ?? {};
      assert.deepEqual([Type, DeletionPolicy, UpdateReplacePolicy], [type, 'Retain', 'Retain']);
    });
  }

  it('is all keys and buckets that there are', () => {
    const found = [...Object.keys(deployed.all('AWS::KMS::Key')), ...Object.keys(deployed.all('AWS::S3::Bucket'))];
    assert.deepEqual(found.toSorted(), Object.keys(stateful).toSorted());
  });

  it('is every log as well, for a year', () => {
    for (const { DeletionPolicy, Properties } of Object.values(deployed.all('AWS::Logs::LogGroup'))) {
      assert.deepEqual([DeletionPolicy, Properties.RetentionInDays], ['Retain', 365]);
    }
  });
});

describe('the door', () => {
  it('opens to everybody for the page of a link, to whom IAM lets for a start, and for nothing else', () => {
    const routes = Object.values(deployed.all('AWS::ApiGatewayV2::Route')).map(
      ({ Properties: { RouteKey, AuthorizationType } }) => `${RouteKey}: ${AuthorizationType}`,
    );
    assert.deepEqual(routes.toSorted(), [
      'GET /review/{run}/{link}: NONE',
      'GET /runs/{run}/approval: AWS_IAM',
      'POST /review/{run}/{link}: NONE',
      'POST /runs/{run}/approval: AWS_IAM',
      'POST /runs: AWS_IAM',
    ]);
  });

  it('S12: writes down which route was asked for, and never the path with the link in it', () => {
    const { AccessLogSettings } = deployed.the('AWS::ApiGatewayV2::Stage');
    assert.deepEqual(Object.values(JSON.parse(AccessLogSettings.Format)), [
      '$context.requestId',
      '$context.requestTime',
      '$context.identity.sourceIp',
      '$context.identity.userArn',
      '$context.routeKey',
      '$context.status',
      '$context.responseLength',
      '$context.integration.status',
    ]);
  });

  it('answers no faster than people ask', () => {
    assert.deepEqual(deployed.the('AWS::ApiGatewayV2::Stage').DefaultRouteSettings, {
      ThrottlingBurstLimit: 20,
      ThrottlingRateLimit: 10,
    });
  });

  it('is answered before its caller has gone', () => {
    for (const step of ['review', 'start-run'])
      assert.ok(deployed.functions().get(`keyturn-prod-${step}`).Timeout < 30, step);
  });
});

describe('people', () => {
  it('are told over the topic what they get no mail about, and no link ever goes there', () => {
    const subscriptions = Object.values(deployed.all('AWS::SNS::Subscription')).map(({ Properties }) => [
      Properties.Endpoint,
      Properties.FilterPolicy,
    ]);
    assert.deepEqual(subscriptions, [
      ['platform-oncall@chromepay.example', { about: [{ exists: false }] }],
      ['security-oncall@chromepay.example', { about: [{ exists: false }] }],
      ['payments-oncall@chromepay.example', { about: [{ exists: false }] }],
    ]);
  });

  it('are told encrypted', () => {
    assert.match(deployed.say(deployed.the('AWS::SNS::Topic').KmsMasterKeyId), /RotationDataKey/);
  });
});

describe('a function', () => {
  const stores = ['ARCHIVE_BUCKET', 'DESK_BUCKET'];
  const variables: Readonly<Record<string, readonly string[]>> = {
    'start-run': ['ARCHIVE_BUCKET', 'RETIREMENT', 'WORKFLOW'],
    'draft-plan': stores,
    'confirm-plan': stores,
    'request-approval': [...stores, 'REVIEW_URL', 'TOPIC_ARN'],
    review: [...stores, 'REVIEW_URL', 'SEAL_KEY'],
    'deliver-decisions': stores,
    'admit-wave': [...stores, 'SWITCH'],
    'judge-wave': ['ARCHIVE_BUCKET', 'NODE_EXTRA_CA_CERTS'],
    'renew-expiry': ['ARCHIVE_BUCKET'],
    'close-run': [...stores, 'EVENT_BUS', 'SIGNING_KEY', 'TOPIC_ARN'],
    'recover-run': [...stores, 'EVENT_BUS', 'EXECUTIONS', 'SIGNING_KEY', 'TOPIC_ARN'],
    'watch-drift': [...stores, 'PROBES', 'TOPIC_ARN'],
    'watch-runs': [...stores, 'EXECUTIONS', 'RECOVERY'],
    ...Object.fromEntries(
      settings.tiers.flatMap(({ name }) => [
        [`rotate-batch-${name}`, [...stores, 'NODE_EXTRA_CA_CERTS', 'SEAL_KEY', 'SWITCH', 'TIER']],
        [`probe-batch-${name}`, [...stores, 'NODE_EXTRA_CA_CERTS', 'TIER']],
      ]),
    ),
  };
  const named = Object.entries(variables).map(([step, own]) => ({
    step,
    own: [...own, 'NODE_OPTIONS', 'POWERTOOLS_SERVICE_NAME'],
    Properties: deployed.functions().get(`keyturn-prod-${step}`),
  }));

  it('exists for each step, and no other', () => {
    const names = named.map(({ step }) => `keyturn-prod-${step}`);
    assert.deepEqual([...deployed.functions().keys()].toSorted(), names.toSorted());
  });

  for (const { step, own, Properties } of named) {
    it(`${step} is told what it needs, and nothing else`, () => {
      assert.deepEqual(Object.keys(Properties.Environment.Variables).toSorted(), own.toSorted());
    });

    it(`${step} runs on the pinned runtime, traced, with a log and limits of its own`, () => {
      const { Runtime, Architectures, Timeout, MemorySize, TracingConfig, LoggingConfig, Layers } = Properties;
      assert.deepEqual([Runtime, Architectures, TracingConfig], ['nodejs24.x', ['arm64'], { Mode: 'Active' }]);
      assert.ok(Timeout <= 300 && [256, 512].includes(MemorySize) && Layers.length === 1);
      const log = deployed.say(LoggingConfig.LogGroup);
      assert.equal(named.filter((other) => deployed.say(other.Properties.LoggingConfig.LogGroup) === log).length, 1);
    });
  }

  it('that asks targets or services is put where they are, and no other', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new Stack(app, 'Stack');
    new GuardedRotation(stack, 'Rotation', { settings, vpc: new Vpc(stack, 'Vpc') as IVpc });
    const inVpc = new Deployed(Template.fromStack(stack).toJSON() as Deployed['template']);

    const inside = [...inVpc.functions()].filter(([, { VpcConfig }]) => VpcConfig !== undefined).map(([name]) => name);
    assert.deepEqual(
      inside.toSorted(),
      named
        .map(({ step }) => `keyturn-prod-${step}`)
        .filter((name) => /rotate-batch|probe-batch|judge-wave/.test(name))
        .toSorted(),
    );
  });
});

describe('the workflow role', () => {
  it('can be taken by the state machine and by its map runs, of this account, and by nothing else', () => {
    const { AssumeRolePolicyDocument } = deployed.the('AWS::IAM::Role', 'RotationWorkflow');
    const arn = (rest: string) => `arn:aws:states:us-east-1:111122223333:${rest}`;
    assert.deepEqual(AssumeRolePolicyDocument.Statement, [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'states.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': [arn('stateMachine:keyturn-prod'), arn('mapRun:keyturn-prod/*')] },
        },
      },
    ]);
  });
});

describe('alarms', () => {
  const alarms = Object.values(deployed.all('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
  const runbook = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

  it('tell people of every end that nobody intended, of a start that was not made, of a recovery that failed, and of a decision that is not heard of', () => {
    const summed = alarms.flatMap(({ Metrics = [] }) => Metrics.map(({ Id }: { Id: string }) => Id));
    assert.deepEqual(summed.toSorted(), [
      ...['aborted', 'blind', ...Array(4).fill('expr_1'), 'failed'],
      ...['m0', 'm0', 'm0', 'm1', 'm1', 'm1', 'timedOut'],
    ]);
    assert.deepEqual(alarms.flatMap(({ MetricName }) => MetricName ?? []).toSorted(), [
      'ApproximateNumberOfMessagesVisible',
      'Contradictions',
      'Drift',
      'Errors',
      'Errors',
    ]);
    // Each of them is of both machines that conduct runs.
    const ends = alarms.flatMap(({ AlarmName, Metrics = [] }) =>
      Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: { MetricName: string; Dimensions: object[] } } }) =>
        AlarmName.includes('-run-') && MetricStat
          ? [`${MetricStat.Metric.MetricName} ${JSON.stringify(MetricStat.Metric.Dimensions)}`]
          : [],
      ),
    );
    for (const end of ['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut']) {
      const machines = ends.filter((said) => said.startsWith(`${end} `));
      assert.deepEqual([machines.length, new Set(machines).size], [2, 2], end);
    }
    for (const { AlarmActions } of alarms) assert.match(deployed.say(AlarmActions[0]), /AnnouncementsTopic/);
  });

  it('count the line by which a judge says that claims are contradicted, in the log of whoever judges', () => {
    const filters = Object.values(deployed.all('AWS::Logs::MetricFilter')).map(({ Properties }) => Properties);
    const counted = filters.filter(({ MetricTransformations: [{ MetricName }] }) => MetricName === 'Contradictions');
    const pattern = '{ $.message = "what was claimed, seen and planned contradict each other" }';
    assert.deepEqual(new Set(counted.map(({ FilterPattern }) => FilterPattern)), new Set([pattern]));
    const logOf = (step: string) =>
      deployed.say(deployed.functions().get(`keyturn-prod-${step}`)?.LoggingConfig.LogGroup);
    assert.deepEqual(
      counted.map(({ LogGroupName }) => deployed.say(LogGroupName)).toSorted(),
      ['judge-wave', 'close-run', 'recover-run'].map(logOf).toSorted(),
    );
  });

  it('each have an article in the runbook', () => {
    for (const { AlarmDescription } of alarms) {
      const article = /See docs\/operations\.md#([a-z-]+)$/.exec(AlarmDescription)?.[1];
      assert.ok(runbook.includes(`\n### ${article}\n`), AlarmDescription);
    }
  });
});

describe('synthesis', () => {
  it('takes seconds without bundling', () => {
    const startedAt = performance.now();
    deploy(settings);
    assert.ok(performance.now() - startedAt < 10_000);
  });

  it('suits any account and region when none is given', () => {
    assert.doesNotMatch(JSON.stringify(deploy({ ...settings, rotators: {} }, {}).template), /111122223333|us-east-1/);
  });

  it('lays the settings where every function reads them', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'keyturn-test-'));
    try {
      synthesise({ settings, outdir, bundling: false, ...place });
      const { S3Key } = deployed.the('AWS::Lambda::LayerVersion').Content;
      const layer = join(outdir, `asset.${S3Key.replace('.zip', '')}`, 'settings.json');
      assert.deepEqual(JSON.parse(readFileSync(layer, 'utf8')), settings);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });

  it("fails on what breaks AWS's rules", () => {
    const outdir = mkdtempSync(join(tmpdir(), 'keyturn-test-'));
    try {
      const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
      new Bucket(compose(app, { settings, ...place }), 'Unguarded');
      assert.throws(() => app.synth(), /Validation failed/);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});
