import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { renewExpirySeconds } from '../core/deadlines.ts';
import type { Settings } from '../core/settings.ts';
import type { Foundation } from './foundation.ts';
import { grantListing, grantTagging, secretsOf } from './secret-grants.ts';
import { Step, type StepProps } from './step.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface RunStepsProps {
  readonly foundation: Foundation;
  readonly settings: Settings;
}

/** The steps that plan, admit, judge and close a run. None of them can read a value. */
export class RunSteps extends Construct {
  readonly draftPlan: Step;
  readonly confirmPlan: Step;
  readonly admitWave: Step;
  readonly judgeWave: Step;
  readonly renewExpiry: Step;
  readonly closeRun: Step;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, { foundation, settings }: RunStepsProps) {
    super(scope, id);

    this.#foundation = foundation;
    this.draftPlan = this.draftPlanStep();
    this.confirmPlan = this.confirmPlanStep();
    this.admitWave = this.admitWaveStep();
    this.judgeWave = this.judgeWaveStep(settings);
    this.renewExpiry = this.renewExpiryStep(settings);
    this.closeRun = this.closeRunStep();
  }

  private draftPlanStep(): Step {
    const step = this.step('DraftPlan', {
      step: 'draft-plan',
      memorySize: 512,
      timeout: Duration.minutes(5),
      environment: { DESK_BUCKET: this.#foundation.store.bucket.bucketName },
    });
    grantListing(step);
    this.#foundation.archive.grantFetch(step);
    this.#foundation.archive.grantDeposit(step, 'inventory.jsonl', 'draft.json', 'preflight.jsonl');
    this.#foundation.store.grantSeeLock(step);
    this.#foundation.store.grantSeeQuarantine(step);
    this.#foundation.store.grantSeeHistory(step);
    return step;
  }

  private confirmPlanStep(): Step {
    const step = this.step('ConfirmPlan', {
      step: 'confirm-plan',
      memorySize: 512,
      timeout: Duration.minutes(5),
      environment: { DESK_BUCKET: this.#foundation.store.bucket.bucketName },
    });
    grantListing(step);
    this.#foundation.archive.grantFetch(step);
    this.#foundation.archive.grantDeposit(step, 'confirmation.json', 'left-alone.json', 'plan.json', 'waves/*');
    this.#foundation.store.grantGiveGoAhead(step);
    this.#foundation.store.grantTakeLock(step);
    this.#foundation.store.grantSeeQuarantine(step);
    this.#foundation.store.grantReserve(step);
    this.#foundation.store.grantSeeHistory(step);
    return step;
  }

  private admitWaveStep(): Step {
    const { archive, store, killSwitch } = this.#foundation;
    const step = this.step('AdmitWave', {
      step: 'admit-wave',
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: { SWITCH: killSwitch.name, DESK_BUCKET: store.bucket.bucketName },
    });
    archive.grantFetch(step);
    archive.grantDeposit(step, 'admissions/*');
    store.grantSeeGoAhead(step);
    store.grantSeeLock(step);
    killSwitch.grantRead(step);
    return step;
  }

  private judgeWaveStep({ alarms }: Settings): Step {
    const { archive } = this.#foundation;
    const step = this.step('JudgeWave', {
      step: 'judge-wave',
      memorySize: 256,
      timeout: Duration.minutes(2),
      reachesTargets: true,
    });
    archive.grantFetch(step);
    archive.grantDeposit(step, 'verdicts/*');
    if (alarms.length > 0) {
      Grant.addToPrincipal({ grantee: step, actions: ['cloudwatch:DescribeAlarms'], resourceArns: ['*'] });
      acknowledgeWildcards(step, 'Composite alarms can be described only by who may describe all.', ['*']);
    }
    return step;
  }

  private renewExpiryStep({ tagKeys, tiers }: Settings): Step {
    const step = this.step('RenewExpiry', {
      step: 'renew-expiry',
      memorySize: 256,
      timeout: Duration.seconds(renewExpirySeconds.run),
    });
    this.#foundation.archive.grantFetch(step);
    this.#foundation.archive.grantDeposit(step, 'renewals/*');
    const secrets = tiers.map((tier) => secretsOf(this, tier));
    grantTagging(step, tagKeys.expirationDate, secrets);
    acknowledgeWildcards(
      step,
      'It moves the one tag of whatever a wave rotated, in any tier, and nothing else.',
      secrets,
    );
    return step;
  }

  private closeRunStep(): Step {
    const { archive, store, announcements, signature } = this.#foundation;
    const bus = EventBus.fromEventBusName(this, 'Bus', 'default');
    const step = this.step('CloseRun', {
      step: 'close-run',
      memorySize: 512,
      timeout: Duration.minutes(5),
      environment: {
        DESK_BUCKET: store.bucket.bucketName,
        TOPIC_ARN: announcements.topic.topicArn,
        EVENT_BUS: bus.eventBusName,
        SIGNING_KEY: signature.key.keyArn,
      },
    });
    archive.grantFetch(step);
    archive.grantList(step);
    archive.grantInspect(step);
    archive.grantDeposit(step, 'report.json', 'manifest.json');
    signature.grantSign(step.grantPrincipal);
    store.grantWithdrawGoAhead(step);
    store.grantReleaseLock(step);
    store.grantQuarantine(step);
    store.grantRemember(step);
    store.grantClearPending(step);
    announcements.grantReachPeople(step);
    Grant.addToPrincipal({ grantee: step, actions: ['events:PutEvents'], resourceArns: [bus.eventBusArn] });
    return step;
  }

  private step(
    id: string,
    props: Omit<StepProps, 'ground' | 'environment'> & Partial<Pick<StepProps, 'environment'>>,
  ): Step {
    const { ground, archive } = this.#foundation;
    const environment = { ARCHIVE_BUCKET: archive.bucket.bucketName, ...props.environment };
    return new Step(this, id, { ...props, ground, environment });
  }
}
