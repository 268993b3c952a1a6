import { type Facts, factsIn, hold } from './conditions.ts';
import { many, type OneOrMany, type PrincipalElement, type Statement } from './policy.ts';
import type { ConditionContext } from './replica.ts';
import { isArnLike, isLikeInAnyCase } from './wildcards.ts';

/** What somebody asks to be allowed. */
export interface Request {
  /** ARN of a role or user, or the name of a service: `lambda.amazonaws.com`. */
  readonly principal: string;
  readonly action: string;
  /** ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  readonly conditions: ConditionContext;
  /** What is so of any request at this moment. What the request itself says goes before it. */
  readonly circumstances?: Facts;
}

/** The statements that have a say: those of the caller, and those of the resource. */
export interface Policies {
  readonly identity: readonly Statement[];
  readonly resource: readonly Statement[];
}

/** Every reason to refuse, and how AWS goes on after "is not authorized to perform ... on resource ...". */
export const denials = {
  explicitIdentityDeny: 'with an explicit deny in an identity-based policy',
  explicitResourceDeny: 'with an explicit deny in a resource-based policy',
  noIdentityAllow: 'because no identity-based policy allows the {action} action',
  noResourceAllow: 'because no resource-based policy allows the {action} action',
} as const;

export type Denial = keyof typeof denials;

/** Names the statement that settled it, where one did. */
export type Decision =
  | { readonly kind: 'allowed'; readonly by: Statement }
  | { readonly kind: 'denied'; readonly reason: Exclude<Denial, NoAllow>; readonly by: Statement }
  | { readonly kind: 'denied'; readonly reason: NoAllow };

type NoAllow = 'noIdentityAllow' | 'noResourceAllow';

/**
 * Decides a request as IAM does within one account.
 *
 * A deny that matches always wins. Otherwise one allow is enough, the caller's or the resource's, except for a KMS key:
 * its own policy must allow, be it the caller by name, or the account, which then lets the caller's policies speak.
 */
export function evaluate(request: Request, policies: Policies): Decision {
  const hold = conditionsFor(request);
  const concerns = (statement: Statement) =>
    matches(statement.Resource, statement.NotResource, (pattern) => isArnLike(request.resource, pattern)) &&
    hold(statement);
  const identity = about(policies.identity, request.action).filter(concerns);
  const resource = about(policies.resource, request.action).filter(
    (statement) => reach(statement, request.principal) !== 'nobody' && concerns(statement),
  );

  const deniedToCaller = identity.find(denies);
  if (deniedToCaller !== undefined) return { kind: 'denied', reason: 'explicitIdentityDeny', by: deniedToCaller };
  const deniedByResource = resource.find(denies);
  if (deniedByResource !== undefined) return { kind: 'denied', reason: 'explicitResourceDeny', by: deniedByResource };

  const direct = resource.find((statement) => reach(statement, request.principal) === 'caller');
  if (direct !== undefined) return { kind: 'allowed', by: direct };
  if (isService(request.principal)) return { kind: 'denied', reason: 'noResourceAllow' };
  if (isKey(request.resource) && resource.length === 0) return { kind: 'denied', reason: 'noResourceAllow' };

  const [own] = identity;
  return own === undefined ? { kind: 'denied', reason: 'noIdentityAllow' } : { kind: 'allowed', by: own };
}

/** The message of a refusal, as AWS words it. `caller` is the session's ARN, which AWS shows in place of the role's. */
export function wordDenial(caller: string, { action, resource }: Request, reason: Denial): string {
  const why = denials[reason].replace('{action}', action);
  return `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

const denies = (statement: Statement): boolean => statement.Effect === 'Deny';
const isKey = (resource: string): boolean => isArnLike(resource, 'arn:*:kms:*:*:key/*');
const isService = (principal: string): boolean => principal.endsWith('.amazonaws.com');

/** Of the statements of one policy those about an action, once found: nobody changes a policy in place. */
const found = new WeakMap<readonly Statement[], Map<string, readonly Statement[]>>();

function about(statements: readonly Statement[], action: string): readonly Statement[] {
  const known = found.get(statements) ?? new Map<string, readonly Statement[]>();
  const isAbout = (pattern: string) => isLikeInAnyCase(action, pattern);
  const chosen = known.get(action) ?? statements.filter(({ Action, NotAction }) => matches(Action, NotAction, isAbout));
  found.set(statements, known.set(action, chosen));
  return chosen;
}

type ConditionsHold = (statement: Statement) => boolean;

/** Judges the conditions of statements. The circumstances are asked for only if some statement has any. */
function conditionsFor(request: Request): ConditionsHold {
  let facts: Facts | undefined;
  return ({ Condition }) => {
    if (Condition === undefined || Object.keys(Condition).length === 0) return true;
    facts ??= factsOf(request);
    return hold(Condition, facts);
  };
}

function factsOf({ principal, conditions, circumstances }: Request): Facts {
  const said = factsIn(conditions);
  const who = factsAbout(principal);
  return { get: (key) => said.get(key) ?? circumstances?.get(key) ?? who.get(key) };
}

/** Of everybody who ever asked: it follows from the name alone. */
const introduced = new Map<string, Facts>();

/** The global condition keys that follow from who asks. Every call of the rehearsal counts as made over TLS. */
function factsAbout(principal: string): Facts {
  const known = introduced.get(principal);
  if (known !== undefined) return known;

  const facts = factsIn({
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': String(isService(principal)),
    ...(isService(principal) ? {} : { 'aws:PrincipalArn': principal, 'aws:PrincipalAccount': accountOf(principal) }),
  });
  introduced.set(principal, facts);
  return facts;
}

/** A statement without either element, as in a trust policy, is about the resource that it hangs on. */
function matches(wanted: OneOrMany | undefined, unwanted: OneOrMany | undefined, test: (pattern: string) => boolean) {
  if (wanted !== undefined) return many(wanted).some(test);
  return unwanted === undefined || !many(unwanted).some(test);
}

/** A resource's statement reaches the caller, or the caller's account as a whole, which is a delegation, or neither. */
type Reach = 'caller' | 'account' | 'nobody';

function reach({ Principal, NotPrincipal }: Statement, principal: string): Reach {
  if (NotPrincipal !== undefined) return named(NotPrincipal, principal) === 'nobody' ? 'caller' : 'nobody';
  return Principal === undefined ? 'nobody' : named(Principal, principal);
}

function named(element: PrincipalElement, principal: string): Reach {
  if (element === '*') return 'caller';
  const { AWS = [], Service = [] } = element;
  const identities = many(AWS);
  if (identities.includes('*') || identities.includes(principal) || many(Service).includes(principal)) return 'caller';

  const account = accountOf(principal);
  const isDelegated = identities.some((one) => one === account || isArnLike(one, `arn:*:iam::${account}:root`));
  return isDelegated ? 'account' : 'nobody';
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';
