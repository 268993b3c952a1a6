import { SendTaskSuccessCommand, type SFNClient, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';

import type { Callbacks } from '../core/approval/approval-ports.ts';
import type { SecretValue } from '../core/secret-value.ts';

/** Wakes executions of the state machine by their task tokens. */
export class SfnCallbacks implements Callbacks {
  readonly #sfn: SFNClient;

  constructor(sfn: SFNClient) {
    this.#sfn = sfn;
  }

  async succeed(taskToken: SecretValue, output: Readonly<Record<string, unknown>>): Promise<'delivered' | 'closed'> {
    try {
      await this.#sfn.send(
        new SendTaskSuccessCommand({ taskToken: taskToken.reveal(), output: JSON.stringify(output) }),
      );
      return 'delivered';
    } catch (error) {
      if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist) return 'closed';
      throw error;
    }
  }
}
