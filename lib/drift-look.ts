import { Aws, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import type { Settings } from '../core/settings.ts';
import type { Foundation } from './foundation.ts';
import { Step } from './step.ts';
import type { Tier } from './tier.ts';

export interface DriftLookProps {
  readonly foundation: Foundation;
  readonly settings: Settings;
  readonly tiers: ReadonlyMap<string, Tier>;
  /** Where looks go that could not be begun. */
  readonly undelivered: Queue;
}

/** Looks on a schedule whether the secrets of the last runs still are as they were left. It touches nothing, and reads no value. */
export class DriftLook extends Construct {
  readonly watchDrift: Step;

  constructor(scope: Construct, id: string, { foundation, settings, tiers, undelivered }: DriftLookProps) {
    super(scope, id);

    const { ground, archive, store, announcements } = foundation;
    const probes = new Map([...tiers].map(([name, { probeBatch }]) => [name, probeBatch.version.functionArn]));
    this.watchDrift = new Step(this, 'WatchDrift', {
      ground,
      step: 'watch-drift',
      memorySize: 256,
      timeout: Duration.minutes(5),
      environment: {
        ARCHIVE_BUCKET: archive.bucket.bucketName,
        DESK_BUCKET: store.bucket.bucketName,
        TOPIC_ARN: announcements.topic.topicArn,
        PROBES: Stack.of(this).toJsonString(Object.fromEntries(probes)),
      },
    });
    archive.grantFetch(this.watchDrift);
    archive.grantDepositDrift(this.watchDrift);
    store.grantSeeHistory(this.watchDrift);
    store.grantSeeLock(this.watchDrift);
    store.grantKnowDrift(this.watchDrift);
    announcements.grantReachPeople(this.watchDrift);
    Grant.addToPrincipal({
      grantee: this.watchDrift,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [...probes.values()],
    });
    this.schedule(settings.driftLook, undelivered);
  }

  private schedule({ expression, timeZone, enabled }: Settings['driftLook'], deadLetterQueue: Queue): void {
    const role = new Role(this, 'Role', {
      description: "Keyturn's look at drift",
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    new Schedule(this, 'Daily', {
      description: 'Looks whether the secrets of the last runs are as they were left',
      schedule: ScheduleExpression.expression(expression, TimeZone.of(timeZone)),
      enabled,
      target: new LambdaInvoke(this.watchDrift.version, {
        retryAttempts: 2,
        maxEventAge: Duration.minutes(15),
        role,
        deadLetterQueue,
        input: ScheduleTargetInput.fromObject({ at: ContextAttribute.scheduledTime }),
      }),
    });
  }
}
