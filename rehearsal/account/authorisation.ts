import { toIso } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import type { LambdaFunction, Role, Stack } from '../template/stack.ts';
import { type Facts, factsIn } from './conditions.ts';
import { type Decision, evaluate, type Request, wordDenial } from './iam.ts';
import type { Statement } from './policy.ts';
import { type CallContext, type ConditionContext, ServiceError } from './replica.ts';

/** The part of a stack that decides who may do what. */
export interface Permissions extends Pick<Stack, 'account' | 'region' | 'resourcePolicies'> {
  readonly roles: readonly Pick<Role, 'arn' | 'name' | 'statements' | 'awsManagedPolicies'>[];
  readonly functions: readonly Pick<LambdaFunction, 'name' | 'roleArn'>[];
}

/** A request that was refused, and why. */
export interface DeniedRequest extends Pick<Request, 'principal' | 'action' | 'resource'> {
  readonly decision: Decision & { readonly kind: 'denied' };
}

/** AWS's own policies that a role may have: no replica asks about what they allow, logs, traces and interfaces. */
const harmlessManagedPolicies: ReadonlySet<string> = new Set([
  'service-role/AWSLambdaBasicExecutionRole',
  'service-role/AWSLambdaVPCAccessExecutionRole',
  'AWSXRayDaemonWriteAccess',
]);

const none: readonly Statement[] = [];
const administrator: readonly Statement[] = [{ Sid: 'Administrator', Effect: 'Allow', Action: '*', Resource: '*' }];

/** Who may do what in the rehearsed account: the policies of the template, and those of the world around it. */
export class Authorisation {
  readonly denials: DeniedRequest[] = [];
  #stack: Permissions;
  readonly #identities = new Map<string, readonly Statement[]>();
  readonly #resourcePolicies = new Map<string, readonly Statement[]>();
  readonly #circumstances: Facts;

  /** @throws {Error} for a role with a policy of AWS's own that is not known to be harmless. */
  constructor(stack: Permissions, clock: Clock) {
    this.#stack = stack;
    const always = factsIn({ 'aws:RequestedRegion': stack.region, 'aws:ResourceAccount': stack.account });
    this.#circumstances = { get: (key) => (key === 'aws:currenttime' ? [toIso(clock.now())] : always.get(key)) };
    this.deploy(stack);
  }

  /**
   * From now on these are the stack's policies, and no others of its own. What hangs and who was admitted besides stays.
   *
   * @throws {Error} for a role with a policy of AWS's own that is not known to be harmless.
   */
  deploy(stack: Permissions): void {
    for (const arn of this.#stack.resourcePolicies.keys()) this.#resourcePolicies.delete(arn);
    for (const { arn } of this.#stack.roles) this.#identities.delete(arn);
    this.#stack = stack;
    for (const [arn, policy] of stack.resourcePolicies) this.#resourcePolicies.set(arn, policy);
    for (const { arn, name, statements, awsManagedPolicies } of stack.roles) {
      const unknown = awsManagedPolicies.find((policy) => !harmlessManagedPolicies.has(policy));
      if (unknown !== undefined) throw new Error(`${name} has ${unknown}, which is not rehearsed: grant what it needs`);
      this.#identities.set(arn, statements);
    }
  }

  /** Lets somebody act who is none of the template's roles: an operator, or a service that uses the secrets. */
  admit(principal: string, statements: readonly Statement[] | 'administrator'): void {
    this.#identities.set(principal, statements === 'administrator' ? administrator : statements);
  }

  /** Hangs a policy on a resource that is not in the template, such as a secret's key. It replaces any other. */
  hang(resource: string, policy: readonly Statement[]): void {
    this.#resourcePolicies.set(resource, policy);
  }

  /**
   * What a call of this principal may do: a role or user that is known here, or a service, `lambda.amazonaws.com`, whom
   * the policies of resources alone can let in. Refusals are always called `AccessDeniedException`: a replica whose
   * service has another word for it says it in that word.
   *
   * @throws {Error} for a principal that nobody has introduced.
   */
  contextOf(principal: string): CallContext {
    const identity = this.#identities.get(principal) ?? none;
    if (!this.#identities.has(principal) && !principal.endsWith('.amazonaws.com')) {
      throw new Error(`${principal} is neither a role of the template nor admitted`);
    }

    const decide = (action: string, resource: string, conditions: ConditionContext) => {
      const request: Request = { principal, action, resource, conditions, circumstances: this.#circumstances };
      return { request, decision: evaluate(request, { identity, resource: this.#policyOf(resource) }) };
    };
    return {
      principal,
      allows: (action, resource, conditions = {}) => decide(action, resource, conditions).decision.kind === 'allowed',
      require: (action, resource, conditions = {}) => {
        const { request, decision } = decide(action, resource, conditions);
        if (decision.kind === 'allowed') return;
        this.denials.push({ principal, action, resource, decision });
        const message = wordDenial(this.#sessionOf(principal), request, decision.reason);
        throw new ServiceError('AccessDeniedException', message);
      },
    };
  }

  /** An object is under the policy of its bucket; everything else has its own. */
  #policyOf(resource: string): readonly Statement[] {
    const [owner = ''] = resource.startsWith('arn:aws:s3:::') ? resource.split('/') : [resource];
    return this.#resourcePolicies.get(owner) ?? none;
  }

  /** AWS names the session in place of the role; Lambda calls it after the function. */
  #sessionOf(principal: string): string {
    const [, account, path] = /^arn:aws:iam::(\d+):role\/(.+)$/.exec(principal) ?? [];
    if (path === undefined) return principal;
    const role = path.split('/').at(-1);
    const session = this.#stack.functions.find(({ roleArn }) => roleArn === principal)?.name ?? 'rehearsal';
    return `arn:aws:sts::${account}:assumed-role/${role}/${session}`;
  }
}
