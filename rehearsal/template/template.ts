import { readStack, type SynthesisedStack } from './cloud-assembly.ts';
import { asObject, type Json } from './intrinsics.ts';
import { type Overrides, type Resource, resolveTemplate } from './resources.ts';
import type * as view from './stack.ts';
import { readPolicies } from './template-policies.ts';

export interface LoadOptions {
  /** Which stack of the assembly. May be left out when it has just one. */
  readonly stack?: string;
  readonly account?: string;
  readonly region?: string;
  readonly overrides?: Overrides;
}

/**
 * Loads what `cdk synth` left in a directory, as if it had been deployed.
 *
 * @throws {Error} for whatever cannot be resolved, naming the resource and the property.
 */
export function loadStack(directory: string, options: LoadOptions = {}): view.Stack {
  const { account = '111122223333', region = 'us-east-1', overrides = {} } = options;
  const synthesised = readStack(directory, options.stack);
  const environment = { account, region, stack: synthesised.name };
  const { resources, outputs } = resolveTemplate(synthesised, environment, overrides);

  const policies = readPolicies(resources, environment);
  const every = <T>(type: string, read: (resource: Resource) => T): readonly T[] =>
    resources.filter((resource) => resource.type === type).map(read);

  return {
    name: synthesised.name,
    account,
    region,
    functions: every('AWS::Lambda::Function', (it) => lambdaFunction(it, resources, synthesised)),
    stateMachines: every('AWS::StepFunctions::StateMachine', stateMachine),
    roles: every('AWS::IAM::Role', (it) => ({ ...named(it), name: it.ref, arn: it.arn, ...policies.ofRole(it) })),
    buckets: every('AWS::S3::Bucket', (it) => bucket(it, policies.of(it.arn), resources)),
    keys: every('AWS::KMS::Key', (it) => key(it, policies.of(it.arn), resources)),
    topics: every('AWS::SNS::Topic', (it) => topic(it, resources)),
    parameters: every('AWS::SSM::Parameter', (it) => ({
      ...named(it),
      name: it.ref,
      arn: `arn:aws:ssm:${region}:${account}:parameter/${it.ref.replace(/^\//, '')}`,
      value: it.text('Value'),
    })),
    schedules: every('AWS::Scheduler::Schedule', schedule),
    rules: every('AWS::Events::Rule', rule),
    httpApis: every('AWS::ApiGatewayV2::Api', (it) => httpApi(it, resources)),
    alarms: [...every('AWS::CloudWatch::Alarm', alarm), ...every('AWS::CloudWatch::CompositeAlarm', alarm)],
    resourcePolicies: policies.byArn,
    outputs,
    resources: resources.map(named),
  };
}

const named = ({ logicalId, type, properties }: Resource): view.Named => ({ logicalId, type, properties });

/** The resources of a type whose property names this one, by `Ref` or by ARN. */
const belonging = (resources: readonly Resource[], type: string, property: string, owners: readonly string[]) =>
  resources.filter((resource) => resource.type === type && owners.includes(String(resource.get(property))));

function lambdaFunction(it: Resource, resources: readonly Resource[], assembly: SynthesisedStack): view.LambdaFunction {
  const qualifiers = ['AWS::Lambda::Version', 'AWS::Lambda::Alias'].flatMap((type) =>
    belonging(resources, type, 'FunctionName', [it.ref, it.arn]),
  );
  return {
    ...named(it),
    name: it.ref,
    arn: it.arn,
    qualifiedArns: qualifiers.map(({ ref }) => ref),
    roleArn: it.text('Role'),
    environment: Object.fromEntries(
      Object.keys(it.object('Environment.Variables')).map((name) => [name, it.text(`Environment.Variables.${name}`)]),
    ),
    timeoutSeconds: it.number('Timeout', 3),
    memoryMegabytes: it.number('MemorySize', 128),
    layers: it.texts('Layers').map((arn) => layerDirectory(it, arn, resources, assembly)),
  };
}

function layerDirectory(it: Resource, arn: string, resources: readonly Resource[], assembly: SynthesisedStack): string {
  const layer = resources.find((one) => one.type === 'AWS::Lambda::LayerVersion' && one.ref === arn);
  const directory = layer && assembly.assetPath(layer.text('Content.S3Key'));
  if (directory === undefined)
    throw new Error(`${it.logicalId}.Layers: ${arn} is no layer of this stack with an asset`);
  return directory;
}

function stateMachine(it: Resource): view.StateMachine {
  const substitutions = it.object('DefinitionSubstitutions');
  const definition =
    it.get('Definition') ??
    (JSON.parse(
      it.text('DefinitionString').replace(/\$\{(\w+)\}/g, (whole, name) => String(substitutions[name] ?? whole)),
    ) as Json);
  return {
    ...named(it),
    name: it.attribute('Name'),
    arn: it.arn,
    roleArn: it.text('RoleArn'),
    kind: it.textOr('StateMachineType', 'STANDARD') === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    definition: asObject(definition, `${it.logicalId}.DefinitionString`),
  };
}

function bucket(it: Resource, policy: view.Bucket['policy'], resources: readonly Resource[]): view.Bucket {
  const [encryption] = it.list('BucketEncryption.ServerSideEncryptionConfiguration');
  const { KMSMasterKeyID } = asObject(
    asObject(encryption ?? {}, it.logicalId)['ServerSideEncryptionByDefault'] ?? {},
    it.logicalId,
  );
  const retention = it.object('ObjectLockConfiguration.Rule.DefaultRetention');
  return {
    ...named(it),
    name: it.ref,
    arn: it.arn,
    keyArn: keyArn(KMSMasterKeyID, resources),
    isVersioned: it.get('VersioningConfiguration.Status') === 'Enabled',
    retention:
      retention['Mode'] === undefined
        ? undefined
        : {
            mode: retention['Mode'] === 'COMPLIANCE' ? 'COMPLIANCE' : 'GOVERNANCE',
            days: Number(retention['Days'] ?? Number(retention['Years']) * 365),
          },
    tellsEvents: it.get('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled') === true,
    policy,
  };
}

function key(it: Resource, policy: view.Key['policy'], resources: readonly Resource[]): view.Key {
  return {
    ...named(it),
    id: it.ref,
    arn: it.arn,
    aliases: belonging(resources, 'AWS::KMS::Alias', 'TargetKeyId', [it.ref, it.arn]).map(({ ref }) => ref),
    spec: it.textOr('KeySpec', 'SYMMETRIC_DEFAULT'),
    usage: it.textOr('KeyUsage', 'ENCRYPT_DECRYPT'),
    policy,
  };
}

function topic(it: Resource, resources: readonly Resource[]): view.Topic {
  return {
    ...named(it),
    name: it.attribute('TopicName'),
    arn: it.ref,
    keyArn: keyArn(it.get('KmsMasterKeyId'), resources),
    subscriptions: belonging(resources, 'AWS::SNS::Subscription', 'TopicArn', [it.ref]).map((subscription) => ({
      protocol: subscription.text('Protocol'),
      endpoint: subscription.text('Endpoint'),
      filterPolicy: subscription.get('FilterPolicy') === undefined ? undefined : subscription.object('FilterPolicy'),
      filterPolicyScope: subscription.textOr('FilterPolicyScope', 'MessageAttributes'),
    })),
  };
}

/** A key may be named by its id, its alias or its ARN; a key of another stack keeps the name it is given. */
function keyArn(name: Json | undefined, resources: readonly Resource[]): string | undefined {
  if (name === undefined) return undefined;
  const alias = resources.find((one) => one.type === 'AWS::KMS::Alias' && one.ref === name);
  const target = alias?.text('TargetKeyId') ?? String(name);
  return resources.find((it) => it.type === 'AWS::KMS::Key' && [it.ref, it.arn].includes(target))?.arn ?? target;
}

function schedule(it: Resource): view.Schedule {
  return {
    ...named(it),
    name: it.ref,
    arn: it.arn,
    expression: it.text('ScheduleExpression'),
    timezone: it.textOr('ScheduleExpressionTimezone', 'UTC'),
    isEnabled: it.textOr('State', 'ENABLED') === 'ENABLED',
    target: { arn: it.text('Target.Arn'), roleArn: it.text('Target.RoleArn'), input: it.textOr('Target.Input', '{}') },
  };
}

function rule(it: Resource): view.Rule {
  return {
    ...named(it),
    name: it.ref,
    arn: it.arn,
    pattern: it.get('EventPattern') === undefined ? undefined : it.object('EventPattern'),
    scheduleExpression: it.textOr('ScheduleExpression', undefined),
    isEnabled: it.textOr('State', 'ENABLED') === 'ENABLED',
    targets: it.list('Targets').map((target) => asObject(target, it.logicalId)),
  };
}

function httpApi(it: Resource, resources: readonly Resource[]): view.HttpApi {
  const integrations = belonging(resources, 'AWS::ApiGatewayV2::Integration', 'ApiId', [it.ref]);
  return {
    ...named(it),
    id: it.ref,
    endpoint: it.attribute('ApiEndpoint'),
    routes: belonging(resources, 'AWS::ApiGatewayV2::Route', 'ApiId', [it.ref]).map((route) => {
      const integration = integrations.find(({ ref }) => route.text('Target') === `integrations/${ref}`);
      if (integration === undefined) throw new Error(`${route.logicalId}.Target: no integration of this stack`);
      return {
        routeKey: route.text('RouteKey'),
        authorizationType: route.textOr('AuthorizationType', 'NONE'),
        integrationUri: integration.text('IntegrationUri'),
      };
    }),
  };
}

function alarm(it: Resource): view.Alarm {
  return {
    ...named(it),
    name: it.ref,
    arn: it.arn,
    description: it.textOr('AlarmDescription', ''),
    actions: it.texts('AlarmActions'),
  };
}
