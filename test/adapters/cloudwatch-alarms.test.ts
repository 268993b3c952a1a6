import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';

import { CloudWatchAlarms } from '../../adapters/cloudwatch-alarms.ts';

const cloudWatch = mockClient(CloudWatchClient);
const alarms = new CloudWatchAlarms(new CloudWatchClient({ region: 'us-east-1' }));

beforeEach(() => cloudWatch.reset());

describe('the alarms in CloudWatch', () => {
  it('are asked for by name, of both kinds, on all pages', async () => {
    const pages = [
      { MetricAlarms: [{ AlarmName: 'errors', StateValue: 'OK' as const }], NextToken: 'two' },
      { CompositeAlarms: [{ AlarmName: 'checkout', StateValue: 'OK' as const }] },
    ];
    const asked: unknown[] = [];
    // The paginator asks with one object, which it changes: what was asked is copied at once.
    cloudWatch.on(DescribeAlarmsCommand).callsFake((input) => {
      asked.push(JSON.parse(JSON.stringify(input)));
      return pages[asked.length - 1];
    });

    assert.deepEqual(await alarms.ringing(['errors', 'checkout']), []);
    const named = { AlarmNames: ['errors', 'checkout'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
    assert.deepEqual(asked, [named, { ...named, NextToken: 'two' }]);
  });

  it('ring in alarm, when they know nothing, and when there is no such alarm', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { AlarmName: 'quiet', StateValue: 'OK' },
        { AlarmName: 'loud', StateValue: 'ALARM' },
        { AlarmName: 'blind', StateValue: 'INSUFFICIENT_DATA' },
        { AlarmName: 'odd' },
      ],
    });
    const names = ['gone', 'loud', 'quiet', 'blind', 'odd'];
    assert.deepEqual(await alarms.ringing(names), ['gone', 'loud', 'blind', 'odd']);
  });

  it('are asked for a hundred at a time', async () => {
    cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }) => ({
      MetricAlarms: AlarmNames.map((AlarmName: string) => ({ AlarmName, StateValue: 'OK' })),
    }));
    const names = Array.from({ length: 101 }, (_, index) => `alarm-${index}`);

    assert.deepEqual(await alarms.ringing(names), []);
    const asked = cloudWatch.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input.AlarmNames?.length);
    assert.deepEqual(asked, [100, 1]);
  });

  it('are not asked for when none is named: without a name, AWS would return them all', async () => {
    assert.deepEqual(await alarms.ringing([]), []);
    assert.equal(cloudWatch.calls().length, 0);
  });

  it('are not quiet when they cannot be read', async () => {
    cloudWatch.on(DescribeAlarmsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    await assert.rejects(alarms.ringing(['errors']), { name: 'AccessDenied' });
  });
});
