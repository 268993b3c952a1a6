import { createHash } from 'node:crypto';

/** Where the stack is imagined to be deployed. */
export interface Environment {
  readonly account: string;
  readonly region: string;
  readonly stack: string;
}

/** One resource, as its names are worked out. */
export interface Subject {
  readonly environment: Environment;
  readonly logicalId: string;
  /** A property as text, resolved; `undefined` where the template does not give it. */
  property(name: string): string | undefined;
}

/** What one attribute of a resource is, once deployed. `Ref` is the attribute that `Ref` returns. */
type Attribute = (subject: Subject) => string;

/** The attribute of a resource type as CloudFormation returns it, or `undefined` for one that is not rehearsed. */
export function attributeOf(type: string, attribute: string): Attribute | undefined {
  const attributes = Object.hasOwn(types, type) ? types[type] : undefined;
  return attributes !== undefined && Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
}

const functionArn: Attribute = (it) => arn(it, 'lambda', `function:${named('FunctionName')(it)}`);
const versionArn: Attribute = (it) => `${qualified(it)}:1`;
const roleArn: Attribute = (it) => iam(it, `role${it.property('Path') ?? '/'}${named('RoleName')(it)}`);
const machineArn: Attribute = (it) => arn(it, 'states', `stateMachine:${named('StateMachineName', 80)(it)}`);
const topicArn: Attribute = (it) => arn(it, 'sns', named('TopicName', 256)(it));
const bucketName: Attribute = (it) => it.property('BucketName') ?? generated(it, 63).toLowerCase();
const secretArn: Attribute = (it) => arn(it, 'secretsmanager', `secret:${named('Name')(it)}-${suffix(it, 6)}`);
const queueName = named('QueueName', 80);
const apiId: Attribute = (it) => suffix(it, 10).toLowerCase();
const alarmArn: Attribute = (it) => arn(it, 'cloudwatch', `alarm:${named('AlarmName')(it)}`);
const ruleName = named('Name', 64);

const types: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  'AWS::ApiGatewayV2::Api': {
    Ref: apiId,
    ApiId: apiId,
    ApiEndpoint: (it) => `https://${apiId(it)}.execute-api.${it.environment.region}.amazonaws.com`,
  },
  'AWS::ApiGatewayV2::Authorizer': { Ref: (it) => suffix(it, 6).toLowerCase() },
  'AWS::ApiGatewayV2::Integration': { Ref: (it) => suffix(it, 7).toLowerCase() },
  'AWS::ApiGatewayV2::Route': { Ref: (it) => suffix(it, 7).toLowerCase() },
  'AWS::ApiGatewayV2::Stage': { Ref: named('StageName') },
  'AWS::CloudWatch::Alarm': { Ref: named('AlarmName'), Arn: alarmArn },
  'AWS::CloudWatch::CompositeAlarm': { Ref: named('AlarmName'), Arn: alarmArn },
  'AWS::CloudWatch::Dashboard': { Ref: named('DashboardName') },
  'AWS::Events::EventBus': {
    Ref: ruleName,
    Name: ruleName,
    Arn: (it) => arn(it, 'events', `event-bus/${ruleName(it)}`),
  },
  'AWS::Events::Rule': { Ref: ruleName, Arn: (it) => arn(it, 'events', `rule/${busOf(it)}${ruleName(it)}`) },
  'AWS::IAM::ManagedPolicy': {
    Ref: (it) => iam(it, `policy${it.property('Path') ?? '/'}${named('ManagedPolicyName', 128)(it)}`),
  },
  'AWS::IAM::Policy': { Ref: named('PolicyName', 128) },
  'AWS::IAM::Role': { Ref: named('RoleName'), Arn: roleArn, RoleId: (it) => `AROA${suffix(it, 17)}` },
  'AWS::KMS::Alias': { Ref: named('AliasName', 256) },
  'AWS::KMS::Key': { Ref: keyId, KeyId: keyId, Arn: (it) => arn(it, 'kms', `key/${keyId(it)}`) },
  'AWS::Lambda::Alias': { Ref: (it) => `${qualified(it)}:${named('Name')(it)}` },
  'AWS::Lambda::Function': { Ref: named('FunctionName'), Arn: functionArn },
  'AWS::Lambda::LayerVersion': { Ref: (it) => arn(it, 'lambda', `layer:${named('LayerName', 140)(it)}:1`) },
  'AWS::Lambda::Version': { Ref: versionArn, FunctionArn: versionArn, Version: () => '1' },
  'AWS::Logs::LogGroup': {
    Ref: named('LogGroupName', 512),
    Arn: (it) => arn(it, 'logs', `log-group:${named('LogGroupName', 512)(it)}:*`),
  },
  'AWS::S3::Bucket': { Ref: bucketName, Arn: (it) => `arn:aws:s3:::${bucketName(it)}` },
  'AWS::SNS::Topic': { Ref: topicArn, TopicArn: topicArn, TopicName: named('TopicName', 256) },
  'AWS::SQS::Queue': {
    Ref: (it) => `https://sqs.${it.environment.region}.amazonaws.com/${it.environment.account}/${queueName(it)}`,
    Arn: (it) => arn(it, 'sqs', queueName(it)),
    QueueName: queueName,
  },
  'AWS::SSM::Parameter': { Ref: named('Name'), Value: (it) => it.property('Value') ?? '' },
  'AWS::Scheduler::Schedule': {
    Ref: ruleName,
    Arn: (it) => arn(it, 'scheduler', `schedule/${it.property('GroupName') ?? 'default'}/${ruleName(it)}`),
  },
  'AWS::Scheduler::ScheduleGroup': {
    Ref: ruleName,
    Arn: (it) => arn(it, 'scheduler', `schedule-group/${ruleName(it)}`),
  },
  'AWS::SecretsManager::Secret': { Ref: secretArn, Id: secretArn },
  'AWS::StepFunctions::StateMachine': {
    Ref: machineArn,
    Arn: machineArn,
    Name: named('StateMachineName', 80),
  },
  'AWS::StepFunctions::StateMachineVersion': {
    Ref: (it) => `${it.property('StateMachineArn')}:1`,
    Arn: (it) => `${it.property('StateMachineArn')}:1`,
  },
};

/** The name that the template gives, or one that CloudFormation could have made up. */
function named(property: string, limit = 64): Attribute {
  return (it) => it.property(property) ?? generated(it, limit);
}

/** Short enough for the type, and different for each resource even when cut. */
function generated(it: Subject, limit: number): string {
  const name = `${it.environment.stack}-${it.logicalId}`;
  return name.length <= limit ? name : `${name.slice(0, limit - 9)}-${suffix(it, 8)}`;
}

/** ARN of the function that a version or alias belongs to, which may be named by its ARN. */
function qualified(it: Subject): string {
  const name = it.property('FunctionName') ?? '';
  return name.startsWith('arn:') ? name : arn(it, 'lambda', `function:${name}`);
}

function busOf(it: Subject): string {
  const bus = it.property('EventBusName')?.split('/').at(-1) ?? 'default';
  return bus === 'default' ? '' : `${bus}/`;
}

function keyId(it: Subject): string {
  const digits = digest(it).toString('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-');
}

const arn = ({ environment: { account, region } }: Subject, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const iam = ({ environment: { account } }: Subject, resource: string) => `arn:aws:iam::${account}:${resource}`;

/** Letters and digits that look drawn, and are the same in every rehearsal. */
const suffix = (it: Subject, length: number) =>
  [...digest(it)]
    .map((byte) => byte.toString(36))
    .join('')
    .toUpperCase()
    .slice(0, length);

const digest = ({ environment: { stack }, logicalId }: Subject) =>
  createHash('sha256').update(`${stack}/${logicalId}`).digest();
