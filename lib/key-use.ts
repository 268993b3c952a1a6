import { Aws } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';

export interface KeyUse {
  /** The service that uses the keys for the grantee. */
  readonly via: 's3' | 'sns' | 'secretsmanager';
  readonly keyArns: readonly string[];
  readonly actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[];
}

/** Lets the grantee have a service use keys for it. It cannot decrypt anything by itself. */
export const grantKeyUse = (grantee: IGrantable, { via, keyArns, actions }: KeyUse): Grant =>
  Grant.addToPrincipal({
    grantee,
    actions: [...actions],
    resourceArns: [...keyArns],
    conditions: { StringEquals: { 'kms:ViaService': `${via}.${Aws.REGION}.amazonaws.com` } },
  });
