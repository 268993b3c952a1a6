import {
  actorOf,
  type Condition,
  idIn,
  list,
  type PermissionTemplate,
  type Statement,
  say,
  sayCondition,
  type TemplateResource,
} from './policy-words.ts';

/** One statement of a resource's own policy, in the words that a reader of the table sees. */
export interface ResourceRule {
  /** Empty, where CDK gives the statement none. */
  readonly statement: string;
  readonly effect: 'Allow' | 'Deny';
  readonly who: string;
  readonly actions: readonly string[];
  /** Empty: the resource itself. */
  readonly resources: readonly string[];
  readonly conditions: readonly string[];
}

/** A resource, and a statement of its policy. */
type Stated = readonly [resource: string, statement: Statement];

/** What the policies of buckets, keys, topics, queues and functions say, by the names of these. */
export function resourcePoliciesIn(template: PermissionTemplate): ReadonlyMap<string, readonly ResourceRule[]> {
  const rules = new Map<string, ResourceRule[]>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    for (const [of, statement] of statementsOf(id, resource)) {
      const name = say(template, { Ref: of });
      rules.set(name, [...(rules.get(name) ?? []), toRule(template, of, statement)]);
    }
  }
  return new Map([...rules].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function statementsOf(id: string, { Type, Properties = {} }: TemplateResource): readonly Stated[] {
  switch (Type) {
    case 'AWS::S3::BucketPolicy':
      return documentOf(Properties['PolicyDocument'], Properties['Bucket']);
    case 'AWS::KMS::Key':
      return documentOf(Properties['KeyPolicy'], { Ref: id });
    case 'AWS::SNS::TopicPolicy':
      return documentOf(Properties['PolicyDocument'], Properties['Topics']);
    case 'AWS::SQS::QueuePolicy':
      return documentOf(Properties['PolicyDocument'], Properties['Queues']);
    case 'AWS::Lambda::Permission':
      return [[idIn(Properties['FunctionName']) ?? id, toStatement(Properties)]];
    default:
      return [];
  }
}

const documentOf = (document: unknown, resources: unknown): readonly Stated[] =>
  list(resources).flatMap((resource) =>
    (document as { Statement: readonly Statement[] }).Statement.map(
      (statement): Stated => [idIn(resource) ?? '', statement],
    ),
  );

/** Lambda keeps the statements of a function's policy one by one. */
const toStatement = ({ Action, Principal, SourceArn }: NonNullable<TemplateResource['Properties']>): Statement => ({
  Effect: 'Allow',
  Principal: { Service: Principal },
  Action: String(Action),
  Resource: '*',
  ...(SourceArn === undefined ? {} : { Condition: { ArnLike: { 'aws:SourceArn': SourceArn } } }),
});

function toRule(template: PermissionTemplate, of: string, statement: Statement): ResourceRule {
  const { Sid = '', Effect, Action, Resource, Condition = {} } = statement;
  const itself = ['*', say(template, { Ref: of })];
  const { others, condition } = withoutExceptions(Condition);
  const who = sayPrincipal(template, statement.Principal);
  const but = others.map((role) => sayRole(template, role)).toSorted();
  return {
    statement: Sid,
    effect: Effect,
    who: but.length === 0 ? who.join(', ') : `${who.join(', ')} but ${but.join(', ')}`,
    actions: list(Action),
    resources: list(Resource)
      .map((resource) => say(template, resource))
      .filter((resource) => !itself.includes(resource) || list(Resource).length > 1),
    conditions: sayCondition(template, condition),
  };
}

/** Whom a refusal is not for is said beside whom it is for, and is no further condition. */
function withoutExceptions({ ArnNotEquals, ...condition }: Condition) {
  const { 'aws:PrincipalArn': others, ...kept } = ArnNotEquals ?? {};
  const isLeft = Object.keys(kept).length > 0;
  return {
    others: others === undefined ? [] : list(others),
    condition: isLeft ? { ...condition, ArnNotEquals: kept } : condition,
  };
}

function sayPrincipal(template: PermissionTemplate, principal: Statement['Principal'] = '*'): readonly string[] {
  if (principal === '*') return ['everybody'];
  return Object.values(principal)
    .flatMap(list)
    .map((one) => (one === '*' ? 'everybody' : sayRole(template, one)))
    .toSorted();
}

function sayRole(template: PermissionTemplate, arn: unknown): string {
  const id = idIn(arn);
  if (id !== undefined) return actorOf(template, id);
  const said = say(template, arn);
  return said.replace(/^arn:[^:]+:iam::([^:]+):root$/, 'whom the account $1 lets');
}
