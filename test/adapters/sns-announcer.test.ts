import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';

import { SnsAnnouncer } from '../../adapters/sns-announcer.ts';

const sns = mockClient(SNSClient);
const announcer = new SnsAnnouncer(new SNSClient({ region: 'us-east-1' }), 'arn:topic');
const published = () => sns.commandCalls(PublishCommand)[0]?.args[0].input;

beforeEach(() => {
  sns.reset();
});

describe('an announcement over SNS', () => {
  it('carries the approver that it is for, so that it reaches no other', async () => {
    await announcer.announce({ to: 'grace', subject: 'Rotate?', text: 'See the plan.' });
    assert.deepEqual(published(), {
      TopicArn: 'arn:topic',
      Subject: 'Rotate?',
      Message: 'See the plan.',
      MessageAttributes: { approver: { DataType: 'String', StringValue: 'grace' } },
    });
  });

  it('is for everybody when it is for nobody in particular', async () => {
    await announcer.announce({ to: undefined, subject: 'Done', text: 'Completed.' });
    assert.deepEqual(published(), { TopicArn: 'arn:topic', Subject: 'Done', Message: 'Completed.' });
  });

  it('has a subject that SNS accepts, whatever it is given', async () => {
    await announcer.announce({ to: undefined, subject: `Große\r\nBcc: all ${'x'.repeat(200)}`, text: 'text' });
    assert.equal(published()?.Subject, `Gro?e??Bcc: all ${'x'.repeat(84)}`);
  });
});
