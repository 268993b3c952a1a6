import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

import type { Approver, EmailSettings, Settings } from '../core/settings.ts';
import { grantKeyUse } from './key-use.ts';

/**
 * Lets the grantee send mail from one address to approvers, and to nobody else.
 *
 * SES evaluates the identity that it has verified: the address itself, or the domain that it is of.
 */
export function grantMail(
  grantee: IGrantable,
  scope: Construct,
  { from, configurationSet }: EmailSettings,
  approvers: readonly Approver[],
): Grant {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const identities = [from, domain].map((identity) => sesArn(scope, 'identity', identity));
  const sets = configurationSet === undefined ? [] : [sesArn(scope, 'configuration-set', configurationSet)];
  return Grant.addToPrincipal({
    grantee,
    actions: ['ses:SendEmail'],
    resourceArns: [...identities, ...sets],
    conditions: {
      StringEquals: { 'ses:FromAddress': from },
      'ForAllValues:StringEquals': { 'ses:Recipients': approvers.map(({ email }) => email) },
    },
  });
}

/** Lets the grantee read a secret that is Keyturn's own, such as the Slack app's token, and no other. */
export function grantOwnSecret(
  grantee: IGrantable,
  secretArn: string,
  { secretKeyArns }: Pick<Settings, 'secretKeyArns'>,
): Grant {
  if (secretKeyArns.length > 0) {
    grantKeyUse(grantee, { via: 'secretsmanager', keyArns: secretKeyArns, actions: ['kms:Decrypt'] });
  }
  return Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns: [secretArn] });
}

const sesArn = (scope: Construct, resource: string, resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'ses', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
