import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

import { switchName } from '../core/settings.ts';

/**
 * The kill switch, as far as a deployment knows it: a parameter that people make and remove.
 *
 * It is no resource of the stack, so that deploying never says go, and a new deployment is halted until somebody does.
 */
export class KillSwitch {
  readonly name: string;
  readonly #arn: string;

  constructor(scope: Construct, stage: string) {
    this.name = switchName(stage);
    this.#arn = Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: this.name.slice(1) });
  }

  /** Lets the grantee read the switch, and not turn it. */
  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['ssm:GetParameter'], resourceArns: [this.#arn] });
  }
}
