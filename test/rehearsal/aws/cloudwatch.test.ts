/*
 * Goal: whoever asks for alarms learns of each exactly what it is, page by page.
 *
 * Method: alarms set by hand, read as the SDK would.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DescribeAlarmsOutput } from '@aws-sdk/client-cloudwatch';
import { CloudWatchReplica } from '../../../rehearsal/aws/cloudwatch.ts';
import { account, Caller, region, Watch } from '../bench.ts';

function bench() {
  const replica = new CloudWatchReplica({ clock: new Watch(), account, region });
  const anybody = new Caller();
  const describeAlarms = (input: object, caller = anybody) =>
    replica.call('DescribeAlarms', input as never, caller) as DescribeAlarmsOutput;
  return { replica, describeAlarms };
}

const names = ({ MetricAlarms = [] }: DescribeAlarmsOutput) => MetricAlarms.map(({ AlarmName }) => AlarmName);

describe('DescribeAlarms', () => {
  it('tells an alarm and its state', () => {
    const { replica, describeAlarms } = bench();
    replica.setAlarm('errors', 'ALARM');
    assert.deepEqual(describeAlarms({ AlarmNames: ['errors', 'absent'] }), {
      MetricAlarms: [
        {
          AlarmName: 'errors',
          AlarmArn: `arn:aws:cloudwatch:${region}:${account}:alarm:errors`,
          StateValue: 'ALARM',
          StateUpdatedTimestamp: new Date('2026-11-18T12:00:00Z'),
        },
      ],
      CompositeAlarms: [],
    });
  });

  it('finds by name, prefix and state', () => {
    const { replica, describeAlarms } = bench();
    replica.setAlarm('a1', 'OK');
    replica.setAlarm('a2', 'ALARM');
    replica.setAlarm('b1', 'ALARM');
    assert.deepEqual(names(describeAlarms({})), ['a1', 'a2', 'b1']);
    assert.deepEqual(names(describeAlarms({ AlarmNamePrefix: 'a', StateValue: 'ALARM' })), ['a2']);
    assert.throws(() => describeAlarms({ AlarmNames: ['a1'], AlarmNamePrefix: 'a' }), {
      name: 'InvalidParameterCombinationException',
    });
  });

  it('tells of composite alarms only when asked, and only who may see all', () => {
    const { replica, describeAlarms } = bench();
    replica.setAlarm('whole', 'ALARM', 'CompositeAlarm');
    assert.deepEqual(describeAlarms({ AlarmNames: ['whole'] }).CompositeAlarms, []);
    const asked = { AlarmTypes: ['CompositeAlarm'] };
    assert.equal(describeAlarms(asked).CompositeAlarms?.[0]?.AlarmName, 'whole');
    assert.throws(() => describeAlarms(asked, new Caller('cloudwatch:DescribeAlarms *')), {
      name: 'AccessDeniedException',
    });
  });

  it('gives 100 on a page at most, 50 if not told otherwise', () => {
    const { replica, describeAlarms } = bench();
    for (let index = 0; index < 101; index += 1) replica.setAlarm(`alarm-${String(index).padStart(3, '0')}`, 'OK');
    assert.equal(names(describeAlarms({})).length, 50);
    const first = describeAlarms({ MaxRecords: 100 });
    const second = describeAlarms({ MaxRecords: 100, NextToken: first.NextToken });
    assert.deepEqual([names(first).length, names(second)], [100, ['alarm-100']]);
    assert.equal('NextToken' in second, false);
    assert.throws(() => describeAlarms({ MaxRecords: 101 }), { name: 'ValidationError' });
    assert.throws(() => describeAlarms({ NextToken: 'nonsense' }), { name: 'InvalidNextToken' });
  });

  it('takes 100 names, and not 101', () => {
    const { describeAlarms } = bench();
    const named = (count: number) => ({ AlarmNames: Array.from({ length: count }, (_, index) => `a${index}`) });
    describeAlarms(named(100));
    assert.throws(() => describeAlarms(named(101)), { name: 'ValidationError' });
  });
});

describe('PutMetricData', () => {
  it('keeps what it is given, by namespace', () => {
    const { replica } = bench();
    const caller = new Caller();
    const MetricData = [{ MetricName: 'Rotated', Value: 1 }];
    replica.call('PutMetricData', { Namespace: 'Keyturn', MetricData } as never, caller);
    assert.deepEqual(replica.metrics('Keyturn'), MetricData);
    assert.deepEqual(caller.asked[0]?.conditions, { 'cloudwatch:namespace': 'Keyturn' });
  });
});
