import { type CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';

import type { AlarmBoard } from '../core/ports.ts';

/** Reads the states of CloudWatch alarms. A name without an alarm counts as ringing: nothing watches there. */
export class CloudWatchAlarms implements AlarmBoard {
  readonly #cloudWatch: CloudWatchClient;

  constructor(cloudWatch: CloudWatchClient) {
    this.#cloudWatch = cloudWatch;
  }

  async ringing(names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return [];

    const quiet = new Set<string>();
    const pages = paginateDescribeAlarms({ client: this.#cloudWatch }, { AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const { AlarmName = '', StateValue } of [...MetricAlarms, ...CompositeAlarms]) {
        if (StateValue === 'OK') quiet.add(AlarmName);
      }
    }
    return names.filter((name) => !quiet.has(name));
  }
}
