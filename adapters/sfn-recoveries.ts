import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

import type { Recoveries } from '../core/living-ports.ts';
import type { Run } from '../core/plan.ts';

/** Starts executions of the recovery machine. Step Functions itself lets one name be one execution. */
export class SfnRecoveries implements Recoveries {
  readonly #sfn: SFNClient;
  readonly #stateMachineArn: string;

  constructor(sfn: SFNClient, stateMachineArn: string) {
    this.#sfn = sfn;
    this.#stateMachineArn = stateMachineArn;
  }

  /** One that is under way, with the same input, is answered as if it had just been started. */
  async start(name: string, run: Run): Promise<'underWay' | 'ended'> {
    try {
      const input = JSON.stringify({ run });
      await this.#sfn.send(new StartExecutionCommand({ stateMachineArn: this.#stateMachineArn, name, input }));
      return 'underWay';
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'ended';
      throw error;
    }
  }
}
