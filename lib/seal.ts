import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

import { administration } from './guarded-key.ts';
import { refusalToOthers } from './refusal.ts';

const use = { seal: 'kms:GenerateMac', check: 'kms:VerifyMac' } as const;

export interface SealProps {
  /** Of its key: what it seals. */
  readonly description: string;
}

/**
 * A key that makes something provable: approvals, or what the desk lets browsers keep. It never leaves KMS.
 *
 * Its policy does not leave use of it to the account's: who was not granted sealing here cannot seal, whatever an IAM
 * policy says, administrators included.
 */
export class Seal extends Construct {
  readonly key: Key;
  readonly #roles = { seal: new Set<IRole>(), check: new Set<IRole>() };

  constructor(scope: Construct, id: string, { description }: SealProps) {
    super(scope, id);

    this.key = new Key(this, 'Key', {
      description,
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: RemovalPolicy.RETAIN,
      policy: new PolicyDocument({
        statements: [
          administration(),
          refusalToOthers('NobodyElseSeals', { actions: [use.seal], roles: this.#roles.seal }),
          refusalToOthers('NobodyElseChecks', { actions: [use.check], roles: this.#roles.check }),
        ],
      }),
    });
  }

  /** Lets a role seal, and not check. */
  grantSeal(role: IRole): Grant {
    return this.grant(role, 'seal');
  }

  /** Lets a role tell a genuine seal from another, and make none. */
  grantCheck(role: IRole): Grant {
    return this.grant(role, 'check');
  }

  private grant(role: IRole, purpose: keyof typeof use): Grant {
    this.#roles[purpose].add(role);
    return Grant.addToPrincipalAndResource({
      grantee: role,
      resource: this.key,
      actions: [use[purpose]],
      resourceArns: [this.key.keyArn],
      resourceSelfArns: ['*'],
    });
  }
}
