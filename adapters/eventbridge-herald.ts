import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

import type { Herald } from '../core/ports.ts';

/** Puts what happened to a run on an event bus, for whoever has a rule for it. */
export class EventBridgeHerald implements Herald {
  readonly #eventBridge: EventBridgeClient;
  readonly #bus: string;

  constructor(eventBridge: EventBridgeClient, bus: string) {
    this.#eventBridge = eventBridge;
    this.#bus = bus;
  }

  async tell(what: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
    const { FailedEntryCount = 0, Entries = [] } = await this.#eventBridge.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: this.#bus, Source: 'keyturn', DetailType: what, Detail: JSON.stringify(detail) }],
      }),
    );
    if (FailedEntryCount > 0) throw new Error(`event bus ${this.#bus} refused '${what}': ${Entries[0]?.ErrorCode}`);
  }
}
