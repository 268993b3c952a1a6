import { type CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';

import type { AlarmBoard } from '../core/ports.ts';

/** DescribeAlarms takes no more names at a time. */
const namesPerCall = 100;

/** Reads the states of CloudWatch alarms. Any that is not OK counts as ringing, also one that is not there at all. */
export class CloudWatchAlarms implements AlarmBoard {
  readonly #cloudWatch: CloudWatchClient;

  constructor(cloudWatch: CloudWatchClient) {
    this.#cloudWatch = cloudWatch;
  }

  async ringing(names: readonly string[]): Promise<readonly string[]> {
    const quiet = new Set<string>();
    for (let from = 0; from < names.length; from += namesPerCall) {
      for await (const name of this.#quietOf(names.slice(from, from + namesPerCall))) quiet.add(name);
    }
    return names.filter((name) => !quiet.has(name));
  }

  async *#quietOf(names: readonly string[]): AsyncGenerator<string> {
    const pages = paginateDescribeAlarms(
      { client: this.#cloudWatch },
      { AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
    );
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const { AlarmName = '', StateValue } of [...MetricAlarms, ...CompositeAlarms]) {
        if (StateValue === 'OK') yield AlarmName;
      }
    }
  }
}
