import { holds } from './conditions.ts';
import { many, type OneOrMany, type PrincipalElement, type Statement } from './policy.ts';
import type { ConditionContext } from './replica.ts';
import { isArnLike, isLike } from './wildcards.ts';

/** What somebody asks to be allowed. */
export interface Request {
  /** ARN of a role or user, or the name of a service: `lambda.amazonaws.com`. */
  readonly principal: string;
  readonly action: string;
  /** ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  readonly conditions: ConditionContext;
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
  const identity = policies.identity.filter((statement) => concerns(statement, request));
  const resource = policies.resource.filter(
    (statement) => concerns(statement, request) && reach(statement, request.principal) !== 'nobody',
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

/** Whether a statement is about this action on this resource in these circumstances, whoever asks. */
function concerns(statement: Statement, { principal, action, resource, conditions }: Request): boolean {
  return (
    matches(statement.Action, statement.NotAction, (pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    matches(statement.Resource, statement.NotResource, (pattern) => isArnLike(resource, pattern)) &&
    holds(statement.Condition ?? {}, { ...factsAbout(principal), ...conditions })
  );
}

/** The global condition keys that follow from who asks. Every call of the rehearsal counts as made over TLS. */
const factsAbout = (principal: string): ConditionContext => ({
  'aws:SecureTransport': 'true',
  'aws:PrincipalIsAWSService': String(isService(principal)),
  ...(isService(principal) ? {} : { 'aws:PrincipalArn': principal, 'aws:PrincipalAccount': accountOf(principal) }),
});

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
