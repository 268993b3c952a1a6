import { CfnOutput, Duration, Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Match, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { requestApprovalSeconds, reviewSeconds } from '../core/deadlines.ts';
import type { Settings } from '../core/settings.ts';
import { grantOwnSecret } from './channel-grants.ts';
import type { Foundation } from './foundation.ts';
import { runMachineArns } from './names.ts';
import { Seal } from './seal.ts';
import { Step } from './step.ts';

export interface ApprovalDeskProps {
  readonly foundation: Foundation;
  readonly settings: Pick<Settings, 'signIn' | 'secretKeyArns'>;
}

/** The run and the link stand in the path, so the path is never written down: the route that it matched is. */
const reviewRoute = '/review/{run}/{link}';

/** Where approvers answer whom IAM authenticates. */
const iamRoute = '/runs/{run}/approval';

/** Where approvers sign in, if they must, and where the provider sends them back to. */
const signInRoute = '/sign-in/{run}/{link}';
const returnRoute = '/signed-in';

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
  readonly #settings: ApprovalDeskProps['settings'];

  constructor(scope: Construct, id: string, { foundation, settings }: ApprovalDeskProps) {
    super(scope, id);

    this.#foundation = foundation;
    this.#settings = settings;
    this.requestApproval = this.requestApprovalStep();
    this.review = this.reviewStep();
    this.deliverDecisions = this.deliverDecisionsStep();
    this.sweep();
    this.tellOfAnswers();
    foundation.door.openToAll(
      'Review',
      { path: reviewRoute, methods: [HttpMethod.GET, HttpMethod.POST], step: this.review },
      whyNoAuthorizer,
    );
    foundation.door.openToIam('Approval', {
      path: iamRoute,
      methods: [HttpMethod.GET, HttpMethod.POST],
      step: this.review,
    });
    if (settings.signIn !== undefined) this.letSignIn();
  }

  private requestApprovalStep(): Step {
    const { ground, archive, store, announcements, door } = this.#foundation;
    const step = new Step(this, 'RequestApproval', {
      ground,
      step: 'request-approval',
      memorySize: 256,
      timeout: Duration.seconds(requestApprovalSeconds),
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
    const { signIn } = this.#settings;
    // A key of its own, so that no cookie is ever worth anything as a seal over a decision.
    const cookies =
      signIn && new Seal(this, 'CookieSeal', { description: "Seals what Keyturn's approval desk lets browsers keep" });
    const step = new Step(this, 'Review', {
      ground,
      step: 'review',
      memorySize: 512,
      // An HTTP API gives up after 30 seconds: the function must not decide after its caller has left.
      timeout: Duration.seconds(reviewSeconds),
      environment: {
        ARCHIVE_BUCKET: archive.bucket.bucketName,
        DESK_BUCKET: store.bucket.bucketName,
        SEAL_KEY: seal.key.keyArn,
        REVIEW_URL: door.url,
        ...(cookies && { COOKIE_KEY: cookies.key.keyArn }),
      },
    });
    cookies?.grantSeal(step.grantPrincipal);
    cookies?.grantCheck(step.grantPrincipal);
    if (signIn?.clientSecretArn !== undefined) grantOwnSecret(step, signIn.clientSecretArn, this.#settings);
    archive.grantFetch(step);
    archive.grantDeposit(step, 'answers/*.json', 'decision.json', 'decisions/*.json');
    store.grantFindPending(step);
    seal.grantSeal(step.grantPrincipal);
    this.grantWakeRuns(step);
    return step;
  }

  /** It can repeat what is on record, and record what the answers there come to; it can answer and seal nothing. */
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
    archive.grantDeposit(step, 'decision.json', 'decisions/*.json');
    store.grantListPending(step);
    store.grantFindPending(step);
    this.grantWakeRuns(step);
    return step;
  }

  private grantWakeRuns(grantee: Step): void {
    const resourceArns = runMachineArns(this, this.#foundation.ground.stage);
    Grant.addToPrincipal({ grantee, actions: ['states:SendTaskSuccess'], resourceArns });
  }

  /** A person who decided waits for the run to go on. */
  private sweep(): void {
    const rule = new Rule(this, 'Sweep', {
      description: 'Completes decisions that were left, and tells runs of those that they have not heard of',
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

  /**
   * Whoever takes answers reaches no people, so another step tells those who must still approve. S3 says when an answer has
   * come in: nobody else can say so in its name.
   */
  private tellOfAnswers(): void {
    const { archive } = this.#foundation;
    const rule = new Rule(this, 'Answered', {
      description: 'Tells the others that an approver has answered, and that more must',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [archive.bucket.bucketName] },
          object: { key: Match.wildcard('runs/*/answers/*') },
        },
      },
      targets: [
        new LambdaFunction(this.requestApproval.version, { retryAttempts: 2, maxEventAge: Duration.minutes(15) }),
      ],
    });
    const reason = 'What is lost here the reminder says: who approved, and how many more must.';
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason });
  }

  private letSignIn(): void {
    const { door } = this.#foundation;
    const methods = [HttpMethod.GET];
    door.openToAll('SignIn', { path: signInRoute, methods, step: this.review }, whyNoAuthorizer);
    door.openToAll('SignedIn', { path: returnRoute, methods, step: this.review }, whyNoAuthorizer);
    new CfnOutput(this, 'SignInRedirect', {
      description: 'The redirect URI to register at the identity provider',
      value: `${door.url}${returnRoute}`,
    });
  }
}

const whyNoAuthorizer =
  'The link itself is the credential: 256 random bits, one per approver and plan, stored as a hash, void once answered. ' +
  'The function checks it before it shows or decides anything.';
