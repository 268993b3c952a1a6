import type {
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricDatum,
  PutMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import type { Instant } from '../../core/instant.ts';
import type { Clock } from '../../core/ports.ts';
import { type CallContext, type Replica, ServiceError } from '../account/replica.ts';

export interface CloudWatchOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly account: string;
  readonly region: string;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface Alarm {
  readonly name: string;
  readonly type: 'MetricAlarm' | 'CompositeAlarm';
  readonly state: AlarmState;
  readonly since: Instant;
}

const maxNames = 100;
const maxRecords = 100;

/** CloudWatch in this process, for alarms. What it does, and where it departs from AWS, stands in cloudwatch.md. */
export class CloudWatchReplica implements Replica {
  readonly service = 'cloudwatch';
  readonly #options: CloudWatchOptions;
  readonly #alarms = new Map<string, Alarm>();
  readonly #metrics = new Map<string, MetricDatum[]>();

  constructor(options: CloudWatchOptions) {
    this.#options = options;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    if (operation === 'DescribeAlarms') return this.#describe(input, context);
    if (operation === 'PutMetricData') return this.#put(input, context);
    throw new ServiceError('InvalidAction', `${operation} is not replicated`);
  }

  /** Makes the alarm if there is none, and puts it in this state. */
  setAlarm(name: string, state: AlarmState, type: Alarm['type'] = 'MetricAlarm'): void {
    this.#alarms.set(name, { name, type, state, since: this.#options.clock.now() });
  }

  removeAlarm(name: string): void {
    this.#alarms.delete(name);
  }

  /** What was put into a namespace, oldest first. */
  metrics(namespace: string): readonly MetricDatum[] {
    return this.#metrics.get(namespace) ?? [];
  }

  #describe(input: DescribeAlarmsInput, caller: CallContext): DescribeAlarmsOutput {
    const { AlarmNames, AlarmNamePrefix, AlarmTypes = ['MetricAlarm'], StateValue, MaxRecords = 50, NextToken } = input;
    if (AlarmNames !== undefined && AlarmNamePrefix !== undefined) {
      const message = 'AlarmNames and AlarmNamePrefix cannot be used together';
      throw new ServiceError('InvalidParameterCombinationException', message);
    }
    checkRange('alarmNames', AlarmNames?.length ?? 0, 0, maxNames);
    checkRange('maxRecords', MaxRecords, 1, maxRecords);
    const start = NextToken === undefined ? 0 : readToken(NextToken);
    const composite = AlarmTypes.includes('CompositeAlarm');
    caller.require('cloudwatch:DescribeAlarms', composite ? '*' : this.#arn('*'));

    const found = [...this.#alarms.values()]
      .filter(({ type }) => AlarmTypes.includes(type))
      .filter(({ name }) => AlarmNames === undefined || AlarmNames.includes(name))
      .filter(({ name }) => name.startsWith(AlarmNamePrefix ?? ''))
      .filter(({ state }) => StateValue === undefined || state === StateValue)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const end = start + MaxRecords;
    const page = found.slice(start, end);
    return {
      MetricAlarms: page.filter(({ type }) => type === 'MetricAlarm').map((alarm) => this.#shown(alarm)),
      CompositeAlarms: page.filter(({ type }) => type === 'CompositeAlarm').map((alarm) => this.#shown(alarm)),
      ...(end < found.length && { NextToken: `alarm-${end}` }),
    };
  }

  #put({ Namespace = '', MetricData = [] }: PutMetricDataInput, caller: CallContext): object {
    caller.require('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': Namespace });
    this.#metrics.set(Namespace, [...this.metrics(Namespace), ...MetricData]);
    return {};
  }

  #shown({ name, state, since }: Alarm) {
    return {
      AlarmName: name,
      AlarmArn: this.#arn(name),
      StateValue: state,
      StateUpdatedTimestamp: new Date(since),
    };
  }

  #arn(name: string): string {
    const { region, account } = this.#options;
    return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  }
}

function checkRange(field: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  const bound = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  const message = `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must be ${bound}`;
  throw new ServiceError('ValidationError', message);
}

function readToken(token: string): number {
  const position = /^alarm-(\d+)$/.exec(token)?.[1];
  if (position === undefined) throw new ServiceError('InvalidNextToken', 'The next token specified is invalid.');
  return Number(position);
}
