import { type Instant, instant } from '../../../core/instant.ts';
import { type CallContext, type Replica, ServiceError } from '../../account/replica.ts';
import { checked } from './definition.ts';
import { Execution, type Surroundings } from './execution.ts';
import { Failed } from './failure.ts';
import type { HistoryEvent } from './history.ts';
import { addressOf, executionArnOf, uuid } from './identifiers.ts';
import { type Json, parseJson, payloadLimitBytes, textOf } from './json.ts';
import type { Machine } from './run.ts';
import * as shapes from './shapes.ts';
import { TaskTokens, type WaitingTask } from './task-tokens.ts';
import type { StatesWorld } from './world.ts';

export interface StateMachine {
  readonly arn: string;
  readonly roleArn: string;
  /** The Amazon States Language document, parsed. */
  readonly definition: unknown;
}

/** An execution's name serves again this long after the execution has ended. */
const nameRetentionMs = 90 * 24 * 60 * 60 * 1_000;

/** AWS Step Functions in this process: Standard workflows in JSONata that invoke Lambda functions. See `states.md`. */
export class StatesReplica implements Replica {
  readonly service = 'states';
  readonly #world: StatesWorld;
  readonly #tokens: TaskTokens;
  readonly #surroundings: Surroundings;
  readonly #machines = new Map<string, Machine>();
  readonly #executions = new Map<string, Execution>();

  constructor(world: StatesWorld) {
    this.#world = world;
    this.#tokens = new TaskTokens(world.random);
    const register = (child: Execution) => this.#executions.set(child.arn, child);
    this.#surroundings = { world, tokens: this.#tokens, register };
  }

  /**
   * Creates a state machine, or gives it a new definition. Executions under way keep the one they started with.
   *
   * @throws {ServiceError} `InvalidDefinition`.
   * @throws {NotReplicated} when the definition needs something that the replica does not do.
   */
  create({ arn, roleArn, definition }: StateMachine): void {
    this.#machines.set(arn, { arn, roleArn, name: addressOf(arn).name, definition: checked(definition) });
  }

  /** Starts an execution for the rehearsal itself: nobody's policy is asked. */
  start(stateMachineArn: string, { name = uuid(this.#world.random), input = {} as Json } = {}): Execution {
    const machine = this.#machines.get(stateMachineArn);
    if (machine === undefined) throw missing('StateMachine', 'State Machine', stateMachineArn);

    const known = this.#executions.get(executionArnOf(addressOf(stateMachineArn), machine.name, name));
    if (known !== undefined && this.#stillHolds(known)) {
      if (known.status === 'RUNNING' && textOf(known.input) === textOf(input)) return known;
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${known.arn}'`);
    }
    const execution = new Execution(this.#surroundings, { machine, name, input });
    this.#executions.set(execution.arn, execution);
    execution.start();
    return execution;
  }

  /** Every execution that was ever started, children too. */
  executions(): readonly Execution[] {
    return [...this.#executions.values()];
  }

  execution(executionArn: string): Execution | undefined {
    return this.#executions.get(executionArn);
  }

  /** Whether executions of a machine, children aside, have not ended. */
  areRunning(stateMachineArn: string): boolean {
    return [...this.#executions.values()].some(
      ({ machine, label, status }) => machine.arn === stateMachineArn && label === undefined && status === 'RUNNING',
    );
  }

  /** Stops an execution, as an operator does. */
  stop(executionArn: string): void {
    this.#executions.get(executionArn)?.abort();
  }

  /** Redrives an execution, as an operator does who may. Throws as the operation does. */
  redrive(executionArn: string): Execution {
    const execution = this.#executions.get(executionArn);
    if (execution === undefined) throw missing('Execution', 'Execution', executionArn);
    execution.redrive();
    return execution;
  }

  call(operation: string, input: never, context: CallContext): unknown {
    switch (operation) {
      case 'StartExecution':
        return this.#startExecution(input, context);
      case 'DescribeExecution':
        return shapes.description(this.#permitted('DescribeExecution', input, context));
      case 'StopExecution':
        return this.#stopExecution(input, context);
      case 'RedriveExecution':
        return this.#redriveExecution(input, context);
      case 'ListStateMachines':
        return this.#listStateMachines(input, context);
      case 'ListExecutions':
        return this.#listExecutions(input, context);
      case 'GetExecutionHistory':
        return this.#getExecutionHistory(input, context);
      case 'SendTaskSuccess':
        return this.#sendTaskSuccess(input, context);
      case 'SendTaskFailure':
        return this.#sendTaskFailure(input, context);
      case 'SendTaskHeartbeat':
        this.#waiting('SendTaskHeartbeat', input, context).heartbeat();
        return {};
      default:
        throw new ServiceError('UnknownOperationException', `the replica of Step Functions does not do ${operation}`);
    }
  }

  #startExecution({ stateMachineArn, name, input = '{}' }: shapes.StartExecutionInput, context: CallContext): unknown {
    context.require('states:StartExecution', stateMachineArn);
    if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name ?? 'given')) {
      throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
    }
    const data = parseJson(input);
    if (data === undefined) {
      throw new ServiceError('InvalidExecutionInput', "Invalid State Machine Execution Input: 'it is not JSON'");
    }
    checkLength('input', input);
    const execution = this.start(stateMachineArn, { input: data, ...(name === undefined ? {} : { name }) });
    return { executionArn: execution.arn, startDate: new Date(execution.startedAt) };
  }

  #stopExecution(input: shapes.StopExecutionInput, context: CallContext): unknown {
    const execution = this.#permitted('StopExecution', input, context);
    execution.abort({ error: input.error, cause: input.cause });
    return { stopDate: new Date(execution.stoppedAt as Instant) };
  }

  #redriveExecution(input: shapes.RedriveExecutionInput, context: CallContext): unknown {
    const execution = this.#permitted('RedriveExecution', input, context);
    return { redriveDate: new Date(execution.redrive(input.clientToken)) };
  }

  /** IAM knows no resource for it. */
  #listStateMachines(input: shapes.Paged, context: CallContext): unknown {
    context.require('states:ListStateMachines', '*');
    const { items, nextToken } = shapes.pageOf([...this.#machines.values()], input);
    const stateMachines = items.map(({ arn, name }) => ({ stateMachineArn: arn, name, type: 'STANDARD' }));
    return { stateMachines, nextToken };
  }

  #listExecutions(input: shapes.ListExecutionsInput, context: CallContext): unknown {
    context.require('states:ListExecutions', input.stateMachineArn);
    const executions = [...this.#executions.values()]
      .filter(({ machine, label }) => machine.arn === input.stateMachineArn && label === undefined)
      .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
      .reverse();
    const { items, nextToken } = shapes.pageOf(executions, input);
    return { executions: items.map(shapes.summary), nextToken };
  }

  #getExecutionHistory(input: shapes.GetExecutionHistoryInput, context: CallContext): unknown {
    const recorded = this.#permitted('GetExecutionHistory', input, context).history.events();
    const ordered = input.reverseOrder === true ? recorded.toReversed() : recorded;
    const { items, nextToken } = shapes.pageOf<HistoryEvent>(ordered, input);
    return { events: items, nextToken };
  }

  #sendTaskSuccess(input: shapes.SendTaskSuccessInput, context: CallContext): unknown {
    const task = this.#waiting('SendTaskSuccess', input, context);
    const output = parseJson(input.output);
    if (output === undefined) throw new ServiceError('InvalidOutput', "Invalid Output: 'it is not JSON'");
    checkLength('output', input.output);
    task.succeed(output);
    return {};
  }

  #sendTaskFailure(input: shapes.SendTaskFailureInput, context: CallContext): unknown {
    this.#waiting('SendTaskFailure', input, context).fail(new Failed(input.error, input.cause));
    return {};
  }

  /** IAM is asked about the state machine, although the Service Authorization Reference names no resource. */
  #waiting(action: string, { taskToken }: shapes.TaskTokenInput, context: CallContext): WaitingTask {
    context.require(`states:${action}`, this.#tokens.stateMachineOf(taskToken));
    return this.#tokens.find(taskToken);
  }

  #permitted(action: string, { executionArn }: shapes.ExecutionInput, context: CallContext): Execution {
    context.require(`states:${action}`, executionArn);
    const execution = this.#executions.get(executionArn);
    if (execution === undefined) throw missing('Execution', 'Execution', executionArn);
    return execution;
  }

  #stillHolds({ stoppedAt }: Execution): boolean {
    return stoppedAt === undefined || this.#world.time.now() < instant(stoppedAt + nameRetentionMs);
  }
}

const missing = (error: string, what: string, arn: string) =>
  new ServiceError(`${error}DoesNotExist`, `${what} Does Not Exist: '${arn}'`);

function checkLength(member: string, text: string): void {
  if (Buffer.byteLength(text) <= payloadLimitBytes) return;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ` +
      `Member must have length less than or equal to ${payloadLimitBytes}`,
  );
}
