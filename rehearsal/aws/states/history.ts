import type { Instant } from '../../../core/instant.ts';
import { Failed } from './failure.ts';
import { type Json, textOf } from './json.ts';

export type Details = Readonly<Record<string, Json | undefined>>;

interface Entry {
  readonly id: number;
  readonly at: Instant;
  readonly type: string;
  readonly details: Details;
}

/** Step Functions ends an execution whose history reaches this many events; the last is the one that says so. */
const mostEvents = 25_000;

/** What happened in one execution, in order. Event ids count from 1, and error messages quote them. */
export class History {
  readonly #entries: Entry[] = [];

  /** @throws {Failed} `States.Runtime` when there is room for nothing but the event that ends the execution. */
  record(at: Instant, type: string, details: Details = {}): number {
    if (this.#entries.length >= mostEvents - 1) {
      throw new Failed('States.Runtime', `The execution reached the maximum number of history events (${mostEvents}).`);
    }
    return this.end(at, type, details);
  }

  /** Records the event that ends the execution. */
  end(at: Instant, type: string, details: Details): number {
    const id = this.#entries.length + 1;
    this.#entries.push({ id, at, type, details });
    return id;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The events as `GetExecutionHistory` answers them. */
  events(): readonly HistoryEvent[] {
    return this.#entries.map(({ id, at, type, details }) => {
      const event = { id, previousEventId: id - 1, timestamp: new Date(at), type };
      const shown = rendered(details);
      return Object.keys(shown).length === 0 ? event : { ...event, [detailsKeyOf(type)]: shown };
    });
  }
}

/** One event in the SDK's shape: its details are under a key of their own for each type. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly type: string;
  readonly [details: string]: unknown;
}

function detailsKeyOf(type: string): string {
  if (/^[A-Z][a-z]+StateEntered$/.test(type)) return 'stateEnteredEventDetails';
  if (/^[A-Z][a-z]+StateExited$/.test(type)) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

/** What AWS hands out as JSON text. */
const texts = new Set(['input', 'output', 'parameters']);

function rendered(details: Details): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(details)) {
    if (value === undefined) continue;
    if (key === 'assignedVariables') {
      shown[key] = Object.fromEntries(Object.entries(value ?? {}).map(([name, item]) => [name, textOf(item as Json)]));
    } else {
      shown[key] = texts.has(key) ? textOf(value) : value;
    }
  }
  return shown;
}
