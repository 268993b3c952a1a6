import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';

import { instant } from '../core/instant.ts';
import type { ExecutionFacts, Executions } from '../core/living-ports.ts';
import type { Run } from '../core/plan.ts';

/** Looks at the executions of one state machine. Asks for none of their data, so it needs no key. */
export class SfnExecutions implements Executions {
  readonly #sfn: SFNClient;
  readonly #prefix: string;

  /** @param prefix what the ARNs of the machine's executions begin with, up to the colon before the name. */
  constructor(sfn: SFNClient, prefix: string) {
    this.#sfn = sfn;
    this.#prefix = prefix;
  }

  async find(run: Run): Promise<ExecutionFacts | undefined> {
    try {
      const { status, startDate, stopDate } = await this.#sfn.send(
        new DescribeExecutionCommand({ executionArn: `${this.#prefix}${run}`, includedData: 'METADATA_ONLY' }),
      );
      if (status === undefined || startDate === undefined)
        throw new Error(`execution of ${run} has no status or start`);
      return {
        status,
        startedAt: instant(startDate.getTime()),
        stoppedAt: stopDate && instant(stopDate.getTime()),
      };
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  }
}
