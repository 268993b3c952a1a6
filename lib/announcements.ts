import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

import type { Settings } from '../core/settings.ts';
import { grantMail, grantOwnSecret } from './channel-grants.ts';
import { grantKeyUse } from './key-use.ts';

export interface AnnouncementsProps {
  readonly encryptionKey: IKey;
  readonly settings: Pick<Settings, 'approvers' | 'channels' | 'secretKeyArns'>;
}

/**
 * Tells people what waits for them, what happened, and what is wrong.
 *
 * The topic is for everybody, so no link that decides ever goes over it: that is for mail and Slack, where they are set up.
 * Approvers follow the topic. Where they get mail, what is about a run reaches them by that alone.
 */
export class Announcements extends Construct {
  readonly topic: Topic;
  readonly #encryptionKey: IKey;
  readonly #settings: AnnouncementsProps['settings'];

  constructor(scope: Construct, id: string, { encryptionKey, settings }: AnnouncementsProps) {
    super(scope, id);

    this.#encryptionKey = encryptionKey;
    this.#settings = settings;
    this.topic = new Topic(this, 'Topic', { displayName: 'Keyturn', masterKey: encryptionKey, enforceSSL: true });
    const filter = settings.channels.email === undefined ? {} : { filterPolicy: { about: nothingAboutRuns } };
    for (const { email } of settings.approvers) this.topic.addSubscription(new EmailSubscription(email, filter));
    Validations.of(this.topic).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason: 'What could not be told is worth nothing later. Unanswered, a plan expires and nothing is touched.',
    });
    this.topic.addToResourcePolicy(letAlarmsSpeak(this.topic));
  }

  /** Lets the grantee write to approvers by every way that is set up, and tell everybody. */
  grantReachPeople(grantee: IGrantable): void {
    const { approvers, channels } = this.#settings;
    this.grantAnnounce(grantee);
    if (channels.email !== undefined) grantMail(grantee, this, channels.email, approvers);
    if (channels.slack !== undefined) grantOwnSecret(grantee, channels.slack.tokenSecretArn, this.#settings);
  }

  /** Lets the grantee tell everybody something. */
  grantAnnounce(grantee: IGrantable): Grant {
    const actions = ['kms:Decrypt', 'kms:GenerateDataKey'] as const;
    grantKeyUse(grantee, { via: 'sns', keyArns: [this.#encryptionKey.keyArn], actions });
    return Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns: [this.topic.topicArn] });
  }
}

/** Messages about runs say so in an attribute. Others, such as an alarm's, do not have it. */
const nothingAboutRuns = new SubscriptionFilter([{ exists: false }]);

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
