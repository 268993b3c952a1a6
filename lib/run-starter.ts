import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

import type { Foundation } from './foundation.ts';
import { Step } from './step.ts';

export interface RunStarterProps {
  readonly foundation: Foundation;
  readonly rotation: StateMachine;
  readonly retirement: StateMachine;
}

/**
 * The one way in which runs are started: by schedules, and by whom IAM lets.
 *
 * Step Functions has no policy of a machine's own that could shut others out. So who asked for a run is put on record where
 * S3 lets nobody else write, and an execution without such a record ends before people are asked.
 */
export class RunStarter extends Construct {
  readonly startRun: Step;

  constructor(scope: Construct, id: string, { foundation, rotation, retirement }: RunStarterProps) {
    super(scope, id);

    const { ground, archive, door } = foundation;
    this.startRun = new Step(this, 'StartRun', {
      ground,
      step: 'start-run',
      memorySize: 256,
      // An HTTP API gives up after 30 seconds.
      timeout: Duration.seconds(25),
      environment: {
        ARCHIVE_BUCKET: archive.bucket.bucketName,
        WORKFLOW: rotation.stateMachineArn,
        RETIREMENT: retirement.stateMachineArn,
      },
    });
    archive.grantSoleDeposit(this.startRun, 'start.json');
    archive.grantFetch(this.startRun, 'start.json');
    Grant.addToPrincipal({
      grantee: this.startRun,
      actions: ['states:StartExecution'],
      resourceArns: [rotation.stateMachineArn, retirement.stateMachineArn],
    });
    door.openToIam('StartRun', { path: '/runs', methods: [HttpMethod.POST], step: this.startRun });
  }
}
