import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

import type { PublicChannel } from '../core/notices/channel.ts';
import { type Notice, noticeText } from '../core/notices/notice.ts';

/** SNS refuses a longer subject, and anything but printable ASCII in one. */
const longestSubject = 100;

/** A subscription tells by this attribute what is about a run from what is about the deployment, such as an alarm. */
const aboutRun = { about: { DataType: 'String', StringValue: 'run' } };

/** Publishes to the topic that operators are subscribed to. */
export class SnsTopic implements PublicChannel {
  readonly name = 'sns';
  readonly #sns: SNSClient;
  readonly #topicArn: string;

  constructor(sns: SNSClient, topicArn: string) {
    this.#sns = sns;
    this.#topicArn = topicArn;
  }

  async post(notice: Notice): Promise<void> {
    await this.#sns.send(
      new PublishCommand({
        TopicArn: this.#topicArn,
        Subject: notice.subject.replace(/[^ -~]/g, '?').slice(0, longestSubject),
        Message: noticeText(notice),
        MessageAttributes: aboutRun,
      }),
    );
  }
}
