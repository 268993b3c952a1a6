/*
 * Goal: an announcement reaches whom it is meant for, and nobody else.
 *
 * Method: topics with subscribers whose inboxes are read afterwards.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SnsReplica } from '../../../rehearsal/aws/sns.ts';
import { account, Caller, region, Watch } from '../bench.ts';

function bench(options: { kmsKeyArn?: string } = {}) {
  const replica = new SnsReplica({ clock: new Watch(), account, region });
  const TopicArn = replica.createTopic('desk', options);
  const anybody = new Caller();
  const publish = (input: object, caller = anybody) =>
    replica.call('Publish', { TopicArn, Message: 'hello', ...input } as never, caller);
  return { replica, TopicArn, publish };
}

const to = (name: string) => ({ MessageAttributes: { approver: { DataType: 'String', StringValue: name } } });

describe('a message', () => {
  it('reaches every subscriber that does not filter', () => {
    const { replica, TopicArn, publish } = bench();
    replica.subscribe(TopicArn, { protocol: 'email', endpoint: 'requester' });
    replica.subscribe(TopicArn, { protocol: 'email', endpoint: 'first-approver' });
    const answer = publish({ Subject: 'A plan waits' });
    const delivery = {
      topicArn: TopicArn,
      messageId: '00000000-0000-4000-8000-000000000001',
      at: Date.UTC(2026, 10, 18, 12),
      subject: 'A plan waits',
      message: 'hello',
      attributes: {},
    };
    assert.deepEqual(answer, { MessageId: delivery.messageId });
    assert.deepEqual([replica.inbox('requester'), replica.inbox('first-approver')], [[delivery], [delivery]]);
  });

  it('passes a filter by one of its values, exactly, and not without the attribute', () => {
    const { replica, TopicArn, publish } = bench();
    const filterPolicy = { approver: ['requester', 'requester2'] };
    replica.subscribe(TopicArn, { protocol: 'email', endpoint: 'requester', filterPolicy });
    for (const name of ['requester', 'requester2', 'ad', 'REQUESTER', 'first-approver'])
      publish({ Message: name, ...to(name) });
    publish({ Message: 'to all' });
    assert.deepEqual(
      replica.inbox('requester').map(({ message }) => message),
      ['requester', 'requester2'],
    );
  });

  it('passes a filter that wants the attribute absent', () => {
    const { replica, TopicArn, publish } = bench();
    const filterPolicy = { approver: [{ exists: false }] };
    replica.subscribe(TopicArn, { protocol: 'email', endpoint: 'operators', filterPolicy });
    publish({ Message: 'to all' });
    publish({ Message: 'to requester', ...to('requester') });
    assert.deepEqual(
      replica.inbox('operators').map(({ message }) => message),
      ['to all'],
    );
  });

  it('passes a filter by any element of a list', () => {
    const { replica, TopicArn, publish } = bench();
    replica.subscribe(TopicArn, {
      protocol: 'email',
      endpoint: 'requester',
      filterPolicy: { approver: ['requester'] },
    });
    const StringValue = '["first-approver","requester"]';
    publish({ MessageAttributes: { approver: { DataType: 'String.Array', StringValue } } });
    assert.equal(replica.inbox('requester').length, 1);
  });

  it('has 262,144 bytes with its attributes, and not one more', () => {
    const { publish } = bench();
    publish({ Message: 'x'.repeat(262_144) });
    assert.throws(() => publish({ Message: 'x'.repeat(262_145) }), { name: 'InvalidParameterException' });
    assert.throws(() => publish({ Message: 'x'.repeat(262_144), ...to('requester') }), {
      name: 'InvalidParameterException',
    });
  });

  it('has a subject of 100 printable ASCII characters at most', () => {
    const { publish } = bench();
    publish({ Subject: 'x'.repeat(100) });
    for (const Subject of ['x'.repeat(101), '', 'two\nlines', 'é']) {
      assert.throws(() => publish({ Subject }), { name: 'InvalidParameterException' });
    }
  });

  it('is not empty, and neither are its attributes', () => {
    const { publish } = bench();
    assert.throws(() => publish({ Message: '' }), { name: 'InvalidParameterException' });
    assert.throws(() => publish(to('')), { name: 'InvalidParameterValueException' });
  });

  it('for a topic that does not exist is refused', () => {
    const { publish, TopicArn } = bench();
    assert.throws(() => publish({ TopicArn: `${TopicArn}2` }), { name: 'NotFoundException', statusCode: 404 });
  });
});

describe('permission', () => {
  it('to publish is asked for on the topic, and its denial has the name that SNS gives it', () => {
    const { publish, TopicArn, replica } = bench();
    replica.subscribe(TopicArn, { protocol: 'email', endpoint: 'requester' });
    const denied = new Caller('sns:Publish');
    assert.throws(() => publish({}, denied), { name: 'AuthorizationErrorException', statusCode: 403 });
    assert.deepEqual(denied.asked, [{ action: 'sns:Publish', resource: TopicArn, conditions: {} }]);
    assert.equal(replica.inbox('requester').length, 0);
  });

  it('to use the key is needed, too, where the topic has one', () => {
    const kmsKeyArn = `arn:aws:kms:${region}:${account}:key/k1`;
    const { publish } = bench({ kmsKeyArn });
    publish({});
    for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
      assert.throws(() => publish({}, new Caller(action)), { name: 'KMSAccessDeniedException' });
    }
  });
});
