/*
 * Goal: events reach the rules that ask for them, and an entry that is refused takes no other down with it.
 *
 * Method: entries as the SDK would put them, rules whose targets write down what they get.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PutEventsResponse } from '@aws-sdk/client-eventbridge';
import { type BusEvent, EventsReplica, type Pattern } from '../../../rehearsal/aws/events.ts';
import { account, Caller, region, Watch } from '../bench.ts';

function bench() {
  const replica = new EventsReplica({ clock: new Watch(), account, region });
  const anybody = new Caller();
  const put = (Entries: object[], caller = anybody) =>
    replica.call('PutEvents', { Entries } as never, caller) as PutEventsResponse;
  return { replica, put };
}

const entry = { Source: 'keyturn', DetailType: 'Run closed', Detail: '{"run":"r1"}' };

const event: BusEvent = {
  version: '0',
  id: '00000000-0000-4000-8000-000000000001',
  'detail-type': 'Run closed',
  source: 'keyturn',
  account,
  time: '2026-11-18T12:00:00Z',
  region,
  resources: [],
  detail: { run: 'r1' },
};

describe('PutEvents', () => {
  it('puts an event on its bus', () => {
    const { replica, put } = bench();
    assert.deepEqual(put([entry]), { FailedEntryCount: 0, Entries: [{ EventId: event.id }] });
    assert.deepEqual(replica.events(), [event]);
  });

  it('tells buses apart, by name or by ARN', () => {
    const { replica, put } = bench();
    replica.createBus('ops');
    put([
      { ...entry, EventBusName: 'ops' },
      { ...entry, EventBusName: `arn:aws:events:${region}:${account}:event-bus/ops` },
    ]);
    assert.deepEqual([replica.events('ops').length, replica.events().length], [2, 0]);
  });

  it('loses an event for a bus that does not exist, and says nothing', () => {
    assert.equal(bench().put([{ ...entry, EventBusName: 'absent' }]).FailedEntryCount, 0);
  });

  it('refuses each faulty entry for itself', () => {
    const { replica, put } = bench();
    const { FailedEntryCount, Entries } = put([
      { ...entry, Source: undefined },
      { ...entry, DetailType: undefined },
      { ...entry, Detail: undefined },
      { ...entry, Detail: '[]' },
      { ...entry, Detail: '{' },
      { ...entry, Source: 'aws.states' },
      entry,
    ]);
    assert.equal(FailedEntryCount, 6);
    assert.deepEqual(
      Entries?.map(({ ErrorCode }) => ErrorCode),
      [
        'InvalidArgument',
        'InvalidArgument',
        'InvalidArgument',
        'MalformedDetail',
        'MalformedDetail',
        'NotAuthorizedForSourceException',
        undefined,
      ],
    );
    assert.equal(replica.events().length, 1);
  });

  it('takes 10 entries, and not 11', () => {
    const { put } = bench();
    put(Array.from({ length: 10 }, () => entry));
    const eleven = Array.from({ length: 11 }, () => entry);
    assert.throws(() => put(eleven), { name: 'ValidationException' });
    assert.throws(() => put([]), { name: 'ValidationException' });
  });

  it('takes less than 1 MB in all', () => {
    const { put } = bench();
    const overhead = 'keyturn'.length + 'Run closed'.length + '{"x":""}'.length;
    const sized = (bytes: number) => ({ ...entry, Detail: `{"x":"${'x'.repeat(bytes - overhead)}"}` });
    put([sized(524_288), sized(524_287)]);
    assert.throws(() => put([sized(524_288), sized(524_288)]), { name: 'ValidationException' });
  });

  it('asks for permission on the bus, with source and type', () => {
    const { replica, put } = bench();
    const denied = new Caller('events:PutEvents');
    assert.throws(() => put([entry], denied), { name: 'AccessDeniedException' });
    assert.deepEqual(denied.asked, [
      {
        action: 'events:PutEvents',
        resource: `arn:aws:events:${region}:${account}:event-bus/default`,
        conditions: {
          'events:eventBusInvocation': 'false',
          'events:source': 'keyturn',
          'events:detail-type': 'Run closed',
        },
      },
    ]);
    assert.equal(replica.events().length, 0);
  });
});

describe('a rule', () => {
  const caught = (pattern: Pattern, bus?: string) => {
    const { replica } = bench();
    const got: BusEvent[] = [];
    replica.addRule({ pattern, target: (one) => got.push(one), ...(bus !== undefined && { bus }) });
    for (const status of ['SUCCEEDED', 'FAILED', 'TIMED_OUT']) {
      const detail = { status, stateMachineArn: 'machine' };
      replica.emit({ source: 'aws.states', detailType: 'Step Functions Execution Status Change', detail });
    }
    return got.map(({ detail }) => detail['status']);
  };

  it('gets what matches every field by one of its values', () => {
    assert.deepEqual(caught({ source: ['aws.states'], detail: { status: ['FAILED', 'TIMED_OUT'] } }), [
      'FAILED',
      'TIMED_OUT',
    ]);
    assert.deepEqual(caught({ source: ['aws.states'], detail: { stateMachineArn: ['other'] } }), []);
    assert.deepEqual(caught({ source: ['keyturn'] }), []);
    assert.deepEqual(caught({ detail: { absent: ['x'] } }), []);
  });

  it('gets nothing any more once it is taken away', () => {
    const { replica } = bench();
    const got: BusEvent[] = [];
    const withdraw = replica.addRule({ pattern: { source: ['aws.states'] }, target: (one) => got.push(one) });
    const happening = { source: 'aws.states', detailType: 'Step Functions Execution Status Change', detail: {} };
    replica.emit(happening);
    withdraw();
    replica.emit(happening);
    assert.equal(got.length, 1);
  });

  it('gets nothing from another bus', () => {
    assert.deepEqual(caught({ source: ['aws.states'] }, 'ops'), []);
  });

  it('gets texts that fit a wildcard, whole, and nothing that is no text', () => {
    assert.deepEqual(caught({ detail: { status: [{ wildcard: '*ED' }] } }), ['SUCCEEDED', 'FAILED']);
    assert.deepEqual(caught({ detail: { status: [{ wildcard: 'TIMED' }] } }), []);
    assert.deepEqual(caught({ detail: { absent: [{ wildcard: '*' }] } }), []);
  });

  for (const wanted of [{ prefix: 'aws.' }, { wildcard: 'a\\*' }, { wildcard: 'a', 'equals-ignore-case': 'a' }]) {
    it(`that asks for more than values and wildcards is refused (${JSON.stringify(wanted)})`, () => {
      const pattern = { source: [wanted] } as unknown as Pattern;
      assert.throws(() => bench().replica.addRule({ pattern, target: () => {} }), /not replicated/);
    });
  }
});
