import { Lazy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Somebody who acts as a role, by whose ARN a resource's policy can know them. */
export interface Acting {
  readonly grantPrincipal: IRole;
}

/*
 * Statements for the policies of resources: what they refuse is refused whatever an IAM policy says, administrators included.
 */

/** Refuses actions to everybody but these roles. Roles that are added later count, too. */
export const refusalToOthers = (
  sid: string,
  {
    actions,
    on = '*',
    roles,
  }: { readonly actions: readonly string[]; readonly on?: string; readonly roles: ReadonlySet<IRole> },
): PolicyStatement =>
  new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: [on],
    conditions: {
      ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => [...roles].map((role) => role.roleArn) }) },
    },
  });

/** What takes an object away: S3 asks for the second where the object is named by its version, even by that of an unversioned one. */
export const removals = ['s3:DeleteObject', 's3:DeleteObjectVersion'] as const;

/** Turns away whoever would write over an object, whatever their role may: S3 lets a key be written only while it is free. */
export const refuseReplacement = (objects: string) =>
  new PolicyStatement({
    sid: 'RefuseReplacement',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [objects],
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });

/** Turns away whoever would remove an object, or end its retention early. */
export const refuseRemoval = (...objects: readonly [string, ...string[]]) =>
  new PolicyStatement({
    sid: 'RefuseRemoval',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...removals, 's3:BypassGovernanceRetention'],
    resources: [...objects],
  });

/** S3 writes what it replicates from another bucket over whatever is there, and asks no `PutObject` for it. */
export const refuseReplication = (objects: string) =>
  new PolicyStatement({
    sid: 'RefuseReplication',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:ReplicateDelete', 's3:ReplicateObject'],
    resources: [objects],
  });
