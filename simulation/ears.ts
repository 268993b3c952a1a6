import type { Log } from '../core/ports.ts';
import type { AnyRuntime, Handler } from '../rehearsal/steps.ts';
import type { Overheard } from './eavesdropper.ts';

/** Hears what steps are given, answer, throw and log. */
export class Ears {
  readonly heard: Overheard[] = [];
  /** Task tokens that were handed over. */
  readonly tokens = new Set<string>();

  readonly log: Log = {
    info: (...said) => this.#hear('the log', said),
    warn: (...said) => this.#hear('the log', said),
    error: (...said) => this.#hear('the log', said),
  };

  around(steps: Readonly<Record<string, (runtime: AnyRuntime) => Handler>>) {
    return Object.fromEntries(
      Object.entries(steps).map(([name, wire]) => [name, (runtime: AnyRuntime) => this.#around(name, wire(runtime))]),
    );
  }

  #around(name: string, handler: Handler): Handler {
    return async (event) => {
      const { taskToken } = (event ?? {}) as { taskToken?: unknown };
      if (typeof taskToken === 'string') this.tokens.add(taskToken);
      this.#hear(`what ${name} is given`, event);
      try {
        const answer = await handler(event);
        this.#hear(`what ${name} answers`, answer);
        return answer;
      } catch (error) {
        const { name: kind, message, stack } = error instanceof Error ? error : new Error(String(error));
        this.#hear(`what ${name} throws`, [kind, message, stack]);
        throw error;
      }
    };
  }

  #hear(where: string, what: unknown): void {
    this.heard.push({ where, text: JSON.stringify(what) ?? '' });
  }
}
