/*
 * Goal: a rehearsal runs what would be deployed, or does not start.
 *
 * Method: a small stack, synthesised by the CDK as the real one is.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { App, ArnFormat, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Code, type IFunction, Function as Lambda, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DefinitionBody, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { instant } from '../../../core/instant.ts';
import { Account } from '../../../rehearsal/account/account.ts';
import { loadStack } from '../../../rehearsal/template/template.ts';
import { VirtualTime } from '../../../rehearsal/virtual-time.ts';

const scratch = mkdtempSync(join(tmpdir(), 'keyturn-template-'));
after(() => rmSync(scratch, { recursive: true }));

/** One of everything that a rehearsal looks at. */
function synthesise(): string {
  const layerCode = join(scratch, 'layer');
  mkdirSync(layerCode);
  writeFileSync(join(layerCode, 'settings.json'), '{}');

  const app = new App({ outdir: join(scratch, 'cdk.out') });
  const stack = new Stack(app, 'Ground');
  const key = new Key(stack, 'Key', { alias: 'ground' });
  new Key(stack, 'Seal', { keySpec: KeySpec.HMAC_256, keyUsage: KeyUsage.GENERATE_VERIFY_MAC });

  const archive = new Bucket(stack, 'Archive', {
    bucketName: 'ground-archive',
    encryptionKey: key,
    enforceSSL: true,
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(400)),
  });
  new Bucket(stack, 'Desk');

  const topic = new Topic(stack, 'Notices', { masterKey: key, topicName: 'notices' });
  const filterPolicy = { severity: SubscriptionFilter.stringFilter({ allowlist: ['page'] }) };
  topic.addSubscription(new EmailSubscription('oncall@example.com', { filterPolicy }));
  const killSwitch = new StringParameter(stack, 'KillSwitch', {
    parameterName: '/keyturn/switch',
    stringValue: 'halt',
  });

  const api = new HttpApi(stack, 'Api');
  const draft = new Lambda(stack, 'Draft', {
    functionName: 'draft-plan',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => 1'),
    timeout: Duration.minutes(3),
    memorySize: 256,
    layers: [new LayerVersion(stack, 'Settings', { code: Code.fromAsset(layerCode) })],
    environment: {
      ARCHIVE: archive.bucketName,
      PAGE: `${api.apiEndpoint}/review`,
      TOPIC: topic.topicArn,
      SWITCH: killSwitch.parameterName,
    },
  });
  archive.grantPut(draft);
  draft.addToRolePolicy(
    new PolicyStatement({
      sid: 'LowTier',
      actions: ['secretsmanager:UpdateSecretVersionStage'],
      resources: [
        stack.formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          resourceName: 'low/*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      conditions: { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } },
    }),
  );
  const never = new PolicyStatement({
    effect: Effect.DENY,
    actions: ['secretsmanager:DeleteSecret'],
    resources: ['*'],
  });
  draft.role?.addManagedPolicy(new ManagedPolicy(stack, 'Never', { statements: [never] }));

  const machine = new StateMachine(stack, 'Rotation', {
    stateMachineName: 'rotation',
    queryLanguage: QueryLanguage.JSONATA,
    definitionBody: DefinitionBody.fromChainable(
      LambdaInvoke.jsonata(stack, 'Draft plan', { lambdaFunction: draft.currentVersion as IFunction }),
    ),
  });
  new Schedule(stack, 'Audit', {
    scheduleName: 'audit',
    schedule: ScheduleExpression.rate(Duration.hours(6)),
    target: new StepFunctionsStartExecution(machine, { input: ScheduleTargetInput.fromObject({ mode: 'audit' }) }),
  });
  new Rule(stack, 'Watchdog', {
    eventPattern: { source: ['aws.states'], detail: { stateMachineArn: [machine.stateMachineArn] } },
    targets: [new FunctionTarget(draft)],
  });
  api.addRoutes({
    path: '/review/{id}',
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration('Review', draft),
  });
  new Alarm(stack, 'Errors', {
    alarmName: 'draft-errors',
    alarmDescription: 'see the runbook',
    metric: draft.metricErrors(),
    threshold: 1,
    evaluationPeriods: 1,
  });
  new CfnOutput(stack, 'Machine', { value: machine.stateMachineArn });
  app.synth();
  return app.outdir;
}

const directory = synthesise();
const stack = loadStack(directory, { overrides: { 'AWS::ApiGatewayV2::Api.ApiEndpoint': 'http://127.0.0.1:8080' } });
const only = <T>(all: readonly T[]): T => {
  const [one] = all;
  if (one === undefined || all.length > 1) throw new Error(`expected just one, found ${all.length}`);
  return one;
};

describe('a synthesised stack', () => {
  const draftArn = 'arn:aws:lambda:us-east-1:111122223333:function:draft-plan';
  const draft = only(stack.functions);
  const role = only(stack.roles.filter(({ arn }) => arn === draft.roleArn));

  it('has its functions, with what they run with', () => {
    assert.equal(draft.name, 'draft-plan');
    assert.equal(draft.arn, draftArn);
    assert.deepEqual(draft.qualifiedArns, [`${draftArn}:1`]);
    assert.equal(draft.timeoutSeconds, 180);
    assert.equal(draft.memoryMegabytes, 256);
  });

  it('gives each function its environment, where an overridden endpoint is the one given', () => {
    assert.deepEqual(draft.environment, {
      ARCHIVE: 'ground-archive',
      PAGE: 'http://127.0.0.1:8080/review',
      TOPIC: 'arn:aws:sns:us-east-1:111122223333:notices',
      SWITCH: '/keyturn/switch',
    });
  });

  it('leads from a function to the content of its layers', () => {
    assert.ok(existsSync(join(only(draft.layers), 'settings.json')));
  });

  it('has its state machines, their definition parsed and pointing at published versions', () => {
    const machine = only(stack.stateMachines);
    assert.equal(machine.arn, 'arn:aws:states:us-east-1:111122223333:stateMachine:rotation');
    assert.equal(machine.kind, 'STANDARD');
    assert.ok(stack.roles.some(({ arn }) => arn === machine.roleArn));
    assert.equal(machine.definition['QueryLanguage'], 'JSONata');
    const states = machine.definition['States'] as Readonly<Record<string, { readonly Arguments: object }>>;
    assert.deepEqual(states['Draft plan']?.Arguments, {
      FunctionName: `${draftArn}:1`,
      Payload: '{% $states.input %}',
    });
  });

  it('collects what a role may do from inline and managed policies, and names those of AWS', () => {
    const actions = role.statements.flatMap(({ Action = [] }) => Action);
    assert.ok(actions.includes('s3:PutObject'));
    assert.ok(actions.includes('secretsmanager:DeleteSecret'));
    assert.deepEqual(
      role.statements.filter(({ Sid }) => Sid === 'LowTier'),
      [
        {
          Sid: 'LowTier',
          Effect: 'Allow',
          Action: 'secretsmanager:UpdateSecretVersionStage',
          Resource: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:low/*',
          Condition: { StringEquals: { 'secretsmanager:VersionStage': ['AWSCURRENT'] } },
        },
      ],
    );
    assert.deepEqual(role.awsManagedPolicies, ['service-role/AWSLambdaBasicExecutionRole']);
    assert.deepEqual(only(role.trust).Principal, { Service: 'lambda.amazonaws.com' });
  });

  it('has its buckets with what guards them', () => {
    const [archive, desk] = stack.buckets;
    assert.equal(archive?.arn, 'arn:aws:s3:::ground-archive');
    assert.equal(archive?.isVersioned, true);
    assert.deepEqual(archive?.retention, { mode: 'GOVERNANCE', days: 400 });
    assert.equal(archive?.keyArn, stack.keys[0]?.arn);
    assert.deepEqual(only(archive?.policy ?? []).Condition, { Bool: { 'aws:SecureTransport': ['false'] } });

    const { isVersioned, retention, keyArn, policy } = desk ?? {};
    assert.deepEqual(
      { isVersioned, retention, keyArn, policy },
      {
        isVersioned: false,
        retention: undefined,
        keyArn: undefined,
        policy: [],
      },
    );
  });

  it('has its keys, by what they are for', () => {
    const kinds = stack.keys.map(({ spec, usage, aliases }) => ({ spec, usage, aliases }));
    assert.deepEqual(kinds, [
      { spec: 'SYMMETRIC_DEFAULT', usage: 'ENCRYPT_DECRYPT', aliases: ['alias/ground'] },
      { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC', aliases: [] },
    ]);
    assert.match(
      stack.keys[0]?.arn ?? '',
      /^arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    assert.notEqual(stack.keys[0]?.arn, stack.keys[1]?.arn);
  });

  it('has its topics with who hears of what', () => {
    assert.deepEqual(only(stack.topics).subscriptions, [
      {
        protocol: 'email',
        endpoint: 'oncall@example.com',
        filterPolicy: { severity: ['page'] },
        filterPolicyScope: 'MessageAttributes',
      },
    ]);
  });

  it('has its parameters, schedules, rules, routes, alarms and outputs', () => {
    const { name, arn, value } = only(stack.parameters);
    assert.deepEqual(
      { name, arn, value },
      { name: '/keyturn/switch', arn: 'arn:aws:ssm:us-east-1:111122223333:parameter/keyturn/switch', value: 'halt' },
    );

    const machineArn = only(stack.stateMachines).arn;
    const schedule = only(stack.schedules);
    assert.equal(schedule.arn, 'arn:aws:scheduler:us-east-1:111122223333:schedule/default/audit');
    assert.equal(schedule.expression, 'rate(6 hours)');
    assert.equal(schedule.target.arn, machineArn);
    assert.equal(schedule.target.input, '{"mode":"audit"}');

    const rule = only(stack.rules);
    assert.deepEqual(rule.pattern, { source: ['aws.states'], detail: { stateMachineArn: [machineArn] } });
    assert.deepEqual(
      rule.targets.map(({ Arn }) => Arn),
      [draftArn],
    );

    assert.deepEqual(only(stack.httpApis).routes, [
      { routeKey: 'GET /review/{id}', authorizationType: 'NONE', integrationUri: draftArn },
    ]);
    assert.equal(only(stack.alarms).arn, 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:draft-errors');
    assert.deepEqual(stack.outputs, { Machine: machineArn });
  });

  it('says who may invoke a function and who may assume a role', () => {
    const account = new Account(stack, new VirtualTime(instant(0)));
    const events = account.authorisation.contextOf('events.amazonaws.com');
    const source = (SourceArn: string) => ({ 'aws:SourceArn': SourceArn });
    assert.equal(events.allows('lambda:InvokeFunction', draftArn, source(only(stack.rules).arn)), true);
    assert.equal(events.allows('lambda:InvokeFunction', draftArn, source('arn:aws:events:us-east-1:1:rule/x')), false);

    const api = account.authorisation.contextOf('apigateway.amazonaws.com');
    const route = `arn:aws:execute-api:us-east-1:111122223333:${only(stack.httpApis).id}/$default/GET/review/{id}`;
    assert.equal(api.allows('lambda:InvokeFunction', draftArn, source(route)), true);
    assert.equal(api.allows('lambda:InvokeFunction', draftArn, source(route.replace('review', 'other'))), false);

    const lambda = account.authorisation.contextOf('lambda.amazonaws.com');
    assert.equal(lambda.allows('sts:AssumeRole', role.arn), true);
    assert.equal(lambda.allows('sts:AssumeRole', only(stack.stateMachines).roleArn), false);
  });

  it('lets a function do what the stack grants, and no more', () => {
    const account = new Account(stack, new VirtualTime(instant(0)));
    const caller = account.authorisation.contextOf(draft.roleArn);
    const low = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:low/mailer-AbCdEf';
    const onStage = (stage: string) => ({ 'secretsmanager:VersionStage': stage });
    assert.equal(caller.allows('secretsmanager:UpdateSecretVersionStage', low, onStage('AWSCURRENT')), true);
    assert.equal(caller.allows('secretsmanager:UpdateSecretVersionStage', low, onStage('AWSPENDING')), false);
    assert.equal(caller.allows('s3:PutObject', 'arn:aws:s3:::ground-archive/plans/1'), true);
    assert.equal(caller.allows('s3:GetObject', 'arn:aws:s3:::ground-archive/plans/1'), false);
    assert.equal(caller.allows('kms:GenerateDataKey', stack.keys[0]?.arn ?? ''), true);
    assert.equal(caller.allows('kms:GenerateMac', stack.keys[1]?.arn ?? ''), false);
  });

  it('is the same every time it is loaded, and has other names elsewhere', () => {
    assert.deepEqual(loadStack(directory).keys, loadStack(directory).keys);
    const elsewhere = loadStack(directory, { account: '999900001111', region: 'eu-west-1' });
    assert.equal(only(elsewhere.functions).arn, 'arn:aws:lambda:eu-west-1:999900001111:function:draft-plan');
  });
});
