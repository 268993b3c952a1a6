import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

import type { Tier } from '../core/settings.ts';

/** Every secret below a tier's path. A path ends with a slash, so that no other begins with it. */
export const secretsOf = (scope: Construct, { path }: Tier): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${path}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Lets the grantee see that secrets exist, and their tags, and no value. AWS knows no narrower right. */
export const grantListing = (grantee: IGrantable): Grant =>
  Grant.addToPrincipal({ grantee, actions: ['secretsmanager:ListSecrets'], resourceArns: ['*'] });

/** Lets the grantee read the current values of these secrets, many in one call. */
export function grantReading(grantee: IGrantable, ...secrets: readonly string[]): void {
  Grant.addToPrincipal({ grantee, actions: ['secretsmanager:BatchGetSecretValue'], resourceArns: ['*'] });
  Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns: [...secrets] });
}

/**
 * Lets the grantee add versions, and move the two labels that a rotation moves. AWS knows no condition on the labels that a
 * new version comes with: that it comes as AWSPENDING is for the grantee to see to, and for another principal to look at.
 */
export function grantRotating(grantee: IGrantable, secrets: string): void {
  Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'],
    resourceArns: [secrets],
  });
  Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:UpdateSecretVersionStage'],
    resourceArns: [secrets],
    conditions: { StringEquals: { 'secretsmanager:VersionStage': ['AWSCURRENT', 'AWSPENDING'] } },
  });
}

/** Lets the grantee write one tag, and no other beside it. */
export const grantTagging = (grantee: IGrantable, tagKey: string, secrets: readonly string[]): Grant =>
  Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:TagResource'],
    resourceArns: [...secrets],
    conditions: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKey] },
      Null: { 'aws:TagKeys': 'false' },
    },
  });
