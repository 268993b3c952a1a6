import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

import type { Approver } from '../core/settings.ts';
import { grantKeyUse } from './key-use.ts';

export interface AnnouncementsProps {
  readonly encryptionKey: IKey;
  readonly approvers: readonly Approver[];
}

/**
 * Tells people what waits for them, what happened, and what is wrong.
 *
 * A message that names an approver reaches that approver alone, since the link in it is theirs. One that names nobody
 * reaches everybody.
 */
export class Announcements extends Construct {
  readonly topic: Topic;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, { encryptionKey, approvers }: AnnouncementsProps) {
    super(scope, id);

    this.#encryptionKey = encryptionKey;
    this.topic = new Topic(this, 'Topic', { displayName: 'Keyturn', masterKey: encryptionKey, enforceSSL: true });
    for (const { name, email } of approvers) {
      const approver = new SubscriptionFilter([name, { exists: false }]);
      this.topic.addSubscription(new EmailSubscription(email, { filterPolicy: { approver } }));
    }
    Validations.of(this.topic).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'A link that could not be mailed is worth nothing later. Unanswered, its plan expires and nothing is touched.',
    });
    this.topic.addToResourcePolicy(letAlarmsSpeak(this.topic));
  }

  /** Lets the grantee tell people something. */
  grantAnnounce(grantee: IGrantable): Grant {
    const actions = ['kms:Decrypt', 'kms:GenerateDataKey'] as const;
    grantKeyUse(grantee, { via: 'sns', keyArns: [this.#encryptionKey.keyArn], actions });
    return Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns: [this.topic.topicArn] });
  }
}

const letAlarmsSpeak = (topic: Topic) =>
  new PolicyStatement({
    sid: 'LetAlarmsSpeak',
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: {
      ArnLike: {
        'aws:SourceArn': Stack.of(topic).formatArn({
          service: 'cloudwatch',
          resource: 'alarm',
          resourceName: '*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  });
