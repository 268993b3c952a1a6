import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';

import { SnsTopic } from '../../adapters/sns-topic.ts';
import { hostile, notice } from './notices.ts';

const sns = mockClient(SNSClient);
const topic = new SnsTopic(new SNSClient({ region: 'us-east-1' }), 'arn:topic');
const published = () => sns.commandCalls(PublishCommand)[0]?.args[0].input;

beforeEach(() => {
  sns.reset();
});

describe('a notice over SNS', () => {
  it('is plain text, and says that it is about a run', async () => {
    await topic.post(notice);
    assert.deepEqual(published(), {
      TopicArn: 'arn:topic',
      Subject: 'Keyturn prod: rotate 2 secrets?',
      Message:
        'Rotate 2 of 5 secrets in 1 wave.\n\nWhy: They are due\n\nWaves:\n  Wave 1: 2 secrets, low\n\nRun: run-1',
      MessageAttributes: { about: { DataType: 'String', StringValue: 'run' } },
    });
  });

  it('has a subject that SNS accepts, whatever it is given', async () => {
    await topic.post({ ...hostile, subject: `${hostile.subject}${'x'.repeat(200)}` });
    assert.match(published()?.Subject ?? '', /^Gro\?e\?\?Bcc: [ -~]{0,91}$/);
    assert.equal(published()?.Subject?.length, 100);
  });

  it('fails when SNS does not take it', async () => {
    sns.on(PublishCommand).rejects(Object.assign(new Error('no'), { name: 'AuthorizationErrorException' }));
    await assert.rejects(topic.post(notice), { name: 'AuthorizationErrorException' });
  });
});
