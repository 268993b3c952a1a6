import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionStatus,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';

import { type Instant, instant } from '../core/instant.ts';
import type { ExecutionFacts, Executions } from '../core/living-ports.ts';
import type { Run } from '../core/plan.ts';

/** Looks at the executions of the state machines that conduct runs. Asks for none of their data, so it needs no key. */
export class SfnExecutions implements Executions {
  readonly #sfn: SFNClient;
  readonly #prefixes: readonly string[];

  /** @param prefixes what the ARNs of the machines' executions begin with, up to the colon before the name; a comma between. */
  constructor(sfn: SFNClient, prefixes: string) {
    this.#sfn = sfn;
    this.#prefixes = prefixes.split(',');
  }

  async find(run: Run): Promise<ExecutionFacts | undefined> {
    for (const prefix of this.#prefixes) {
      const facts = await this.#look(run, prefix);
      if (facts !== undefined) return facts;
    }
    return undefined;
  }

  async died(since: Instant): Promise<readonly Run[]> {
    const runs: Run[] = [];
    for (const prefix of this.#prefixes) {
      const stateMachineArn = prefix.replace(':execution:', ':stateMachine:').replace(/:$/, '');
      for (const statusFilter of [ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.ABORTED]) {
        const pages = paginateListExecutions({ client: this.#sfn, pageSize: 100 }, { stateMachineArn, statusFilter });
        for await (const { executions = [] } of pages) {
          const late = executions.filter(({ stopDate }) => stopDate !== undefined && stopDate.getTime() >= since);
          runs.push(...late.flatMap(({ name }) => (name === undefined ? [] : [name as Run])));
        }
      }
    }
    return runs;
  }

  async #look(run: Run, prefix: string): Promise<ExecutionFacts | undefined> {
    try {
      const { status, startDate, stopDate } = await this.#sfn.send(
        new DescribeExecutionCommand({ executionArn: `${prefix}${run}`, includedData: 'METADATA_ONLY' }),
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
