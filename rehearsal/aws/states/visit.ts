import { toIso } from '../../../core/instant.ts';
import { dataLimitExceeded, Failed } from './failure.ts';
import { functionsAt } from './functions.ts';
import type { Details } from './history.ts';
import { isTooHeavy, type Json, type JsonObject, type TypeName } from './json.ts';
import type { Conclusion, State } from './language.ts';
import { Place } from './progress.ts';
import type { Run, Strand, Variables } from './run.ts';
import { fill, fillAs, QueryFailure } from './template.ts';

/** What a state hands on. */
export interface Exit {
  readonly output: Json;
  readonly assigned: Variables | undefined;
  /** The next state; undefined when this was the last. */
  readonly next: string | undefined;
}

/** What an expression sees beside input, context and variables. */
export interface Sight {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly taskToken?: string;
  readonly item?: JsonObject;
}

/**
 * One visit of one state, from the moment it was entered to the moment it is left. Retries belong to the same visit, and
 * after a redrive it goes on.
 */
export class Visit {
  readonly strand: Strand;
  readonly name: string;
  readonly state: State;
  readonly input: Json;
  readonly place: Place;
  #retries = 0;

  /** @param earlier where this visit was interrupted; without it, the state is entered now. */
  constructor(strand: Strand, name: string, state: State, input: Json, earlier?: Place) {
    this.strand = strand;
    this.name = name;
    this.state = state;
    this.input = input;
    this.place = earlier ?? this.#enter();
  }

  #enter(): Place {
    const { strand, name, state, input, run } = this;
    const at = run.world.time.now();
    const eventId = this.record(`${state.Type}StateEntered`, { name, input });
    run.count('entered', name);
    return new Place({ name, input, variables: strand.variables, at, eventId });
  }

  get run(): Run {
    return this.strand.run;
  }

  /** @throws {Stopped} when what this belongs to was stopped: a stopped state leaves no trace. */
  record(type: string, details?: Details): number {
    this.strand.scope.check();
    return this.run.history.record(this.run.world.time.now(), type, details);
  }

  async retryAfter(milliseconds: number): Promise<void> {
    await this.strand.scope.sleep(this.run.world.time, milliseconds);
    this.place.forget();
    this.#retries += 1;
    this.run.count('retried', this.name);
  }

  evaluate(template: Json, field: string, sight: Sight = {}): Promise<Json> {
    return this.#query(() => fill(template, field, this.#bindings(sight)), template);
  }

  evaluateAs(type: TypeName, template: Json, field: string, sight: Sight = {}): Promise<Json> {
    return this.#query(() => fillAs(type, template, field, this.#bindings(sight)), template);
  }

  /** Evaluates a field that counts something; undefined when the state does not have it. */
  async evaluateCount(template: Json | undefined, field: string): Promise<number | undefined> {
    if (template === undefined) return undefined;
    const value = (await this.evaluateAs('number', template, field)) as number;
    const fault = !Number.isInteger(value)
      ? `The ${field} field cannot be parsed as an integer: ${value}`
      : value < 0 && `The ${field} field must not be negative: ${value}`;
    if (fault) throw this.queryFailed(fault, field);
    return value;
  }

  /** A failure in this state's data, put on record. */
  queryFailed(message: string, field?: string, options?: ErrorOptions): Failed {
    const failed = this.failed('States.QueryEvaluationError', message, options);
    this.record('EvaluationFailed', { ...failed.failure, location: field, state: this.name });
    return failed;
  }

  /** A failure that Step Functions found itself: it names the state, and the event at which it was entered. */
  failed(error: string, message: string, options?: ErrorOptions): Failed {
    const where = `An error occurred while executing the state '${this.name}' (entered at the event id #${this.place.entry.eventId}).`;
    return new Failed(error, `${where} ${message}`, options);
  }

  /**
   * Makes what the state hands on of what happened in it.
   *
   * Variables are assigned when the state is left, so `Output` sees none of those that `Assign` sets beside it.
   */
  async conclude(conclusion: Conclusion, prefix: string, fallback: Json, sight: Sight = {}): Promise<Exit> {
    const { Assign, Output, Next } = conclusion;
    const assigned = Assign && ((await this.evaluate(Assign, `${prefix}Assign`, sight)) as Variables);
    const output = Output === undefined ? fallback : await this.evaluate(Output, `${prefix}Output`, sight);
    if (output !== this.input && isTooHeavy(output)) throw dataLimitExceeded(this.name);
    if (assigned !== undefined && isTooHeavy(assigned)) throw dataLimitExceeded(this.name);
    return { output, assigned, next: Next };
  }

  async #query(ask: () => Promise<Json>, template: Json): Promise<Json> {
    const language = this.state.QueryLanguage ?? this.run.machine.definition.QueryLanguage;
    if (language !== 'JSONata') return template;
    try {
      return await ask();
    } catch (thrown) {
      if (thrown instanceof QueryFailure) throw this.queryFailed(thrown.message, thrown.field, { cause: thrown });
      throw thrown;
    }
  }

  #bindings({ result, errorOutput, taskToken, item }: Sight): Record<string, unknown> {
    const { world } = this.run;
    const context = this.#context(taskToken, item ?? this.strand.item);
    return {
      ...functionsAt(world.time.now(), world.random),
      ...this.strand.variables,
      states: { input: this.input, result, errorOutput, context },
    };
  }

  #context(taskToken: string | undefined, item: JsonObject | undefined): JsonObject {
    const entered = { Name: this.name, EnteredTime: toIso(this.place.entry.at) };
    return {
      ...this.run.facts,
      State: mayRetry(this.state) ? { ...entered, RetryCount: this.#retries } : entered,
      ...(taskToken === undefined ? {} : { Task: { Token: taskToken } }),
      ...(item === undefined ? {} : { Map: { Item: item } }),
    };
  }
}

const mayRetry = ({ Type }: State): boolean => Type === 'Task' || Type === 'Map' || Type === 'Parallel';
