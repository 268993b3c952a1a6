import { readStatements, type Statement } from '../account/policy.ts';
import type { Json } from './intrinsics.ts';
import type { Environment } from './physical.ts';
import type { Resource } from './resources.ts';
import type { Role } from './stack.ts';

export interface TemplatePolicies {
  readonly byArn: ReadonlyMap<string, readonly Statement[]>;
  of(arn: string): readonly Statement[];
  ofRole(role: Resource): Pick<Role, 'trust' | 'statements' | 'awsManagedPolicies'>;
}

/**
 * Collects every policy of a template, each where it takes effect.
 *
 * @throws {Error} for a policy that evaluation would not understand, and for a permissions boundary, which is not
 *   rehearsed.
 */
export function readPolicies(resources: readonly Resource[], environment: Environment): TemplatePolicies {
  const byArn = new Map<string, readonly Statement[]>();
  for (const resource of resources) {
    for (const { arn, statements } of hungOnResources(resource, resources, environment)) {
      byArn.set(arn, [...(byArn.get(arn) ?? []), ...statements]);
    }
  }
  return {
    byArn,
    of: (arn) => byArn.get(arn) ?? [],
    ofRole: (role) => ({
      trust: byArn.get(role.arn) ?? [],
      statements: statementsOf(role, resources),
      awsManagedPolicies: managedBy(role).flatMap((arn) => /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? []),
    }),
  };
}

/** Policies of a resource, with the ARN of what each hangs on. */
function hungOnResources(it: Resource, resources: readonly Resource[], environment: Environment) {
  const document = (path: string, kind: 'resource' | 'trust' = 'resource') =>
    readStatements(it.get(path), kind, `${it.logicalId}.${path}`);
  switch (it.type) {
    case 'AWS::IAM::Role':
      return [{ arn: it.arn, statements: document('AssumeRolePolicyDocument', 'trust') }];
    case 'AWS::KMS::Key':
      return [{ arn: it.arn, statements: document('KeyPolicy') }];
    case 'AWS::S3::BucketPolicy':
      return [{ arn: `arn:aws:s3:::${it.text('Bucket')}`, statements: document('PolicyDocument') }];
    case 'AWS::SNS::TopicPolicy':
      return it.texts('Topics').map((arn) => ({ arn, statements: document('PolicyDocument') }));
    case 'AWS::SQS::QueuePolicy':
      return it.texts('Queues').map((url) => ({
        arn: resources.find((queue) => queue.type === 'AWS::SQS::Queue' && queue.ref === url)?.arn ?? url,
        statements: document('PolicyDocument'),
      }));
    case 'AWS::SecretsManager::ResourcePolicy':
      return [{ arn: it.text('SecretId'), statements: document('ResourcePolicy') }];
    case 'AWS::Lambda::Permission': {
      const arn = functionArn(it.text('FunctionName'), environment);
      return [{ arn, statements: [permission(it, arn)] }];
    }
    default:
      return [];
  }
}

/** Lambda keeps each permission as a statement of the function's own policy. */
function permission(it: Resource, arn: string): Statement {
  const principal = it.text('Principal');
  const sourceArn = it.textOr('SourceArn', undefined);
  const sourceAccount = it.textOr('SourceAccount', undefined);
  return {
    Sid: it.logicalId,
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: it.text('Action'),
    Resource: arn,
    Condition: {
      ...(sourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': sourceArn } }),
      ...(sourceAccount === undefined ? {} : { StringEquals: { 'aws:SourceAccount': sourceAccount } }),
    },
  };
}

function statementsOf(role: Resource, resources: readonly Resource[]): readonly Statement[] {
  if (role.get('PermissionsBoundary') !== undefined) {
    throw new Error(`${role.logicalId}.PermissionsBoundary: permissions boundaries are not rehearsed`);
  }
  const inline = role.list('Policies').flatMap((_, index) => {
    const at = `${role.logicalId}.Policies[${index}]`;
    const { PolicyDocument } = role.list('Policies')[index] as Readonly<Record<string, Json>>;
    return readStatements(PolicyDocument, 'identity', at);
  });
  const attached = resources
    .filter((it) => isAttached(it, role))
    .flatMap((it) => readStatements(it.get('PolicyDocument'), 'identity', it.logicalId));
  return [...inline, ...attached];
}

function isAttached(it: Resource, role: Resource): boolean {
  switch (it.type) {
    case 'AWS::IAM::Policy':
      return it.texts('Roles').includes(role.ref);
    case 'AWS::IAM::RolePolicy':
      return it.text('RoleName') === role.ref;
    case 'AWS::IAM::ManagedPolicy':
      return it.texts('Roles').includes(role.ref) || managedBy(role).includes(it.ref);
    default:
      return false;
  }
}

const managedBy = (role: Resource): readonly string[] => role.texts('ManagedPolicyArns');

function functionArn(name: string, { account, region }: Environment): string {
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
}
