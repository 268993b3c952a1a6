import type { Instant } from '../../../core/instant.ts';
import type { Batch } from './batches.ts';
import type { Json } from './json.ts';
import type { ChildExecution, Variables } from './run.ts';

/** How far a line of states has come. It outlives whoever walks there, so that a redrive goes on where it ended. */
export class Progress {
  /** The state that was entered last. */
  place: Place | undefined;
  /** What the line came to, once it has. */
  output: { readonly value: Json } | undefined;
}

/** How a state was entered. */
export interface Entry {
  readonly name: string;
  readonly input: Json;
  readonly variables: Variables;
  readonly at: Instant;
  readonly eventId: number;
}

/** A state that was entered, and what was begun in it. */
export class Place {
  readonly entry: Entry;
  /** The items of an inline map. */
  items: readonly Json[] | undefined;
  mapRun: MapRun | undefined;
  readonly #inner = new Map<number, Progress>();

  constructor(entry: Entry) {
    this.entry = entry;
  }

  /** Whether branches or iterations of it were begun. */
  get isBegun(): boolean {
    return this.#inner.size > 0;
  }

  /** The progress of a branch or an iteration. */
  inner(index: number): Progress {
    const known = this.#inner.get(index) ?? new Progress();
    this.#inner.set(index, known);
    return known;
  }

  /** What was begun counts no more: the state is tried anew, all of it. */
  forget(): void {
    this.items = undefined;
    this.mapRun = undefined;
    this.#inner.clear();
  }
}

/** What one Distributed Map works through. */
export interface MapRun {
  readonly arn: string;
  redrives: number;
  /** Undefined until its items could be read: once children were to be started, nothing is read again. */
  batches: readonly Batch[] | undefined;
  /** By the batch that each works on. */
  readonly children: ChildExecution[];
}
