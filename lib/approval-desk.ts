import { Duration, Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import type { Foundation } from './foundation.ts';
import { workflowArn } from './names.ts';
import { Step } from './step.ts';

export interface ApprovalDeskProps {
  readonly foundation: Foundation;
}

/** The run and the link stand in the path, so the path is never written down: the route that it matched is. */
const reviewRoute = '/review/{run}/{link}';

/**
 * Where plans wait for people: asks approvers, shows them the plan, takes their answer.
 *
 * Opening a link changes nothing, since mail scanners open links. Only the page's own POST answers, and only the
 * function behind it can seal an answer and wake the run.
 */
export class ApprovalDesk extends Construct {
  readonly requestApproval: Step;
  readonly review: Step;
  readonly deliverDecisions: Step;
  readonly #foundation: Foundation;

  constructor(scope: Construct, id: string, { foundation }: ApprovalDeskProps) {
    super(scope, id);

    this.#foundation = foundation;
    this.requestApproval = this.requestApprovalStep();
    this.review = this.reviewStep();
    this.deliverDecisions = this.deliverDecisionsStep();
    this.sweep();
    foundation.door.openToAll(
      'Review',
      { path: reviewRoute, methods: [HttpMethod.GET, HttpMethod.POST], step: this.review },
      whyNoAuthorizer,
    );
  }

  private requestApprovalStep(): Step {
    const { ground, archive, store, announcements, door } = this.#foundation;
    const step = new Step(this, 'RequestApproval', {
      ground,
      step: 'request-approval',
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: {
        ARCHIVE_BUCKET: archive.bucket.bucketName,
        DESK_BUCKET: store.bucket.bucketName,
        TOPIC_ARN: announcements.topic.topicArn,
        REVIEW_URL: door.url,
      },
    });
    archive.grantFetch(step);
    store.grantLayPending(step);
    store.grantFindPending(step);
    announcements.grantReachPeople(step);
    return step;
  }

  private reviewStep(): Step {
    const { ground, archive, store, seal, door } = this.#foundation;
    const step = new Step(this, 'Review', {
      ground,
      step: 'review',
      memorySize: 512,
      // An HTTP API gives up after 30 seconds: the function must not decide after its caller has left.
      timeout: Duration.seconds(25),
      environment: {
        ARCHIVE_BUCKET: archive.bucket.bucketName,
        DESK_BUCKET: store.bucket.bucketName,
        SEAL_KEY: seal.key.keyArn,
        REVIEW_URL: door.url,
      },
    });
    archive.grantFetch(step);
    archive.grantDeposit(step, 'decision.json');
    store.grantFindPending(step);
    seal.grantSeal(step.grantPrincipal);
    this.grantWakeRuns(step);
    return step;
  }

  /** It can repeat what is on record, and record nothing. */
  private deliverDecisionsStep(): Step {
    const { ground, archive, store } = this.#foundation;
    const step = new Step(this, 'DeliverDecisions', {
      ground,
      step: 'deliver-decisions',
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: { ARCHIVE_BUCKET: archive.bucket.bucketName, DESK_BUCKET: store.bucket.bucketName },
    });
    archive.grantFetch(step);
    store.grantListPending(step);
    store.grantFindPending(step);
    this.grantWakeRuns(step);
    return step;
  }

  private grantWakeRuns(grantee: Step): void {
    const resourceArns = [workflowArn(this, this.#foundation.ground.stage)];
    Grant.addToPrincipal({ grantee, actions: ['states:SendTaskSuccess'], resourceArns });
  }

  /** A person who decided waits for the run to go on. */
  private sweep(): void {
    const rule = new Rule(this, 'Sweep', {
      description: 'Tells runs of decisions that they have not heard of',
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [
        new LambdaFunction(this.deliverDecisions.version, {
          retryAttempts: 2,
          maxEventAge: Duration.minutes(5),
          event: RuleTargetInput.fromObject({ sweep: true }),
        }),
      ],
    });
    const reason = 'What is lost here the next sweep finds, five minutes later.';
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason });
  }
}

const whyNoAuthorizer =
  'The link itself is the credential: 256 random bits, one per approver and plan, stored as a hash, void once answered. ' +
  'The function checks it before it shows or decides anything.';
