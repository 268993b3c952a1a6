import { Lazy } from 'aws-cdk-lib';
import { AccountRootPrincipal, AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/*
 * What the policies of keys have in common whose use is not left to the account: who was not granted it by the key itself
 * has it not, whatever an IAM policy says, administrators included.
 */

/** Refuses a use of the key to everybody but these roles. Roles that are added later count, too. */
export const refusalToOthers = (sid: string, action: string, roles: readonly IRole[]): PolicyStatement =>
  new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [action],
    resources: ['*'],
    conditions: {
      ArnNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => roles.map((role) => role.roleArn) }) },
    },
  });

/** The account may look after the key and retire it, neither use it nor lend it out by a grant. */
export const administration = (...more: readonly string[]): PolicyStatement =>
  new PolicyStatement({
    sid: 'Administration',
    principals: [new AccountRootPrincipal()],
    actions: [
      'kms:CancelKeyDeletion',
      'kms:DescribeKey',
      'kms:DisableKey',
      'kms:EnableKey',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:ListGrants',
      'kms:ListKeyPolicies',
      'kms:ListResourceTags',
      'kms:PutKeyPolicy',
      'kms:RevokeGrant',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateKeyDescription',
      ...more,
    ],
    resources: ['*'],
  });
