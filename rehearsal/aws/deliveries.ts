import type { Account } from '../account/account.ts';
import type { JsonObject } from '../template/intrinsics.ts';
import type { Rule, Stack } from '../template/stack.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { BusEvent, EventsReplica, Pattern } from './events.ts';
import type { ObjectCreated } from './s3.ts';
import type { StatusChange } from './states/world.ts';

/** Lambda waits so long before it tries again what it was asked to do by and by, in milliseconds. */
const pauses = [60_000, 120_000] as const;

/** EventBridge on the stack's rules: hands events to the functions that they name, and, when it is asked to, its schedules. */
export class Deliveries {
  readonly #time: VirtualTime;
  readonly #account: Account;
  readonly #events: EventsReplica;
  #schedules: readonly Rule[] = [];
  #withdraw: readonly (() => void)[] = [];
  #underWay = 0;
  /** Whether events of AWS itself are lost, as they may be: they are best effort. */
  loseEvents = false;

  constructor(time: VirtualTime, account: Account, events: EventsReplica) {
    this.#time = time;
    this.#account = account;
    this.#events = events;
  }

  /** From now on these are the stack's rules. What is being delivered goes where it was going. */
  deploy({ rules }: Pick<Stack, 'rules'>): void {
    for (const withdraw of this.#withdraw) withdraw();
    this.#schedules = rules.filter(({ scheduleExpression }) => scheduleExpression !== undefined);
    this.#withdraw = rules.flatMap((rule) => {
      if (!rule.isEnabled || rule.pattern === undefined) return [];
      const target = (event: BusEvent) => this.#deliver(rule, event);
      return [this.#events.addRule({ pattern: rule.pattern as Pattern, target })];
    });
  }

  get areUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** What Step Functions tells the default bus of an execution. */
  tell({ status, executionArn, execution, stateMachineArn, at }: StatusChange): void {
    if (this.loseEvents) return;
    this.#events.emit({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      detail: { executionArn, stateMachineArn, name: execution, status },
      resources: [executionArn],
      at,
    });
  }

  /** What S3 tells the default bus of an object that came into a bucket which tells of them. */
  tellOfObject(events: EventsReplica, { bucket, key, size, etag }: ObjectCreated): void {
    if (this.loseEvents) return;
    events.emit({
      source: 'aws.s3',
      detailType: 'Object Created',
      detail: { version: '0', bucket: { name: bucket }, object: { key, size, etag }, reason: 'PutObject' },
      resources: [`arn:aws:s3:::${bucket}`],
    });
  }

  /** Lets every schedule's moment come. Time alone never does: a rehearsal has no use for a night of sweeps. */
  sweep(): void {
    for (const rule of this.#schedules) if (rule.isEnabled) this.#deliver(rule, undefined);
  }

  #deliver(rule: Rule, event: BusEvent | undefined): void {
    for (const target of rule.targets) {
      this.#underWay += 1;
      void this.#invoke(rule, target, event).finally(() => {
        this.#underWay -= 1;
      });
    }
  }

  /** As AWS does it, unasked for an answer: twice again after a failure, and then nobody hears of it. */
  async #invoke({ arn }: Rule, target: JsonObject, event: BusEvent | undefined): Promise<void> {
    if (target['InputTransformer'] !== undefined)
      throw new Error(`a target of ${arn} transforms, which is not rehearsed`);
    const Payload = typeof target['Input'] === 'string' ? target['Input'] : JSON.stringify(event);
    for (const pause of [...pauses, undefined]) {
      const answer = await this.#account
        .call('events.amazonaws.com', 'lambda', 'Invoke', { FunctionName: target['Arn'], Payload, SourceArn: arn })
        .catch(() => ({ FunctionError: 'Refused' }));
      if ((answer as { FunctionError?: string }).FunctionError === undefined || pause === undefined) return;
      await this.#time.sleep(pause);
    }
  }
}
