import { Lazy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Somebody who acts as a role, by whose ARN a resource's policy can know them. */
export interface Acting {
  readonly grantPrincipal: IRole;
}

/**
 * A statement for a resource's own policy: it refuses an action to everybody but these roles, whatever an IAM policy says,
 * administrators included. Roles that are added later count, too.
 */
export const refusalToOthers = (
  sid: string,
  { action, on = '*', roles }: { readonly action: string; readonly on?: string; readonly roles: ReadonlySet<IRole> },
): PolicyStatement =>
  new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [action],
    resources: [on],
    conditions: {
      ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => [...roles].map((role) => role.roleArn) }) },
    },
  });
