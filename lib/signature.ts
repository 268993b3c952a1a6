import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

import { administration } from './guarded-key.ts';
import { refusalToOthers } from './refusal.ts';

/**
 * The key that signs evidence. It never leaves KMS; its public half is for everybody, so that an auditor needs no right at
 * all to check what it signed.
 *
 * Its policy does not leave signing to the account's: who was not granted it here cannot sign, administrators included.
 */
export class Signature extends Construct {
  readonly key: Key;
  readonly #signers = new Set<IRole>();

  constructor(scope: Construct, id: string) {
    super(scope, id);

    this.key = new Key(this, 'Key', {
      description: "Signs the manifests of Keyturn's evidence",
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({
        statements: [
          administration('kms:GetPublicKey', 'kms:Verify'),
          refusalToOthers('NobodyElseSigns', { actions: ['kms:Sign'], roles: this.#signers }),
        ],
      }),
    });
  }

  /** Lets a role sign. */
  grantSign(role: IRole): Grant {
    this.#signers.add(role);
    return Grant.addToPrincipalAndResource({
      grantee: role,
      resource: this.key,
      actions: ['kms:Sign'],
      resourceArns: [this.key.keyArn],
      resourceSelfArns: ['*'],
    });
  }
}
