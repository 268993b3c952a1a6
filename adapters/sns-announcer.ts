import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

import type { Announcement, Announcer } from '../core/announcer.ts';

/** The attribute that a subscription's filter asks for: what is meant for one approver reaches no other. */
export const approverAttribute = 'approver';

/** SNS refuses a longer subject, and anything but printable ASCII in one. */
const longestSubject = 100;

/** Publishes announcements to the topic that approvers and operators are subscribed to. */
export class SnsAnnouncer implements Announcer {
  readonly #sns: SNSClient;
  readonly #topicArn: string;

  constructor(sns: SNSClient, topicArn: string) {
    this.#sns = sns;
    this.#topicArn = topicArn;
  }

  async announce({ to, subject, text }: Announcement): Promise<void> {
    await this.#sns.send(
      new PublishCommand({
        TopicArn: this.#topicArn,
        Subject: subject.replace(/[^ -~]/g, '?').slice(0, longestSubject),
        Message: text,
        ...(to === undefined
          ? {}
          : { MessageAttributes: { [approverAttribute]: { DataType: 'String', StringValue: to } } }),
      }),
    );
  }
}
