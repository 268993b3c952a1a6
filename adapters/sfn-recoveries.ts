import type { SFNClient } from '@aws-sdk/client-sfn';

import type { Recoveries } from '../core/living-ports.ts';
import type { Run } from '../core/plan.ts';
import { startOnce } from './sfn-start.ts';

/** Starts executions of the recovery machine. */
export class SfnRecoveries implements Recoveries {
  readonly #sfn: SFNClient;
  readonly #stateMachineArn: string;

  constructor(sfn: SFNClient, stateMachineArn: string) {
    this.#sfn = sfn;
    this.#stateMachineArn = stateMachineArn;
  }

  start(name: string, run: Run): Promise<'underWay' | 'ended'> {
    return startOnce(this.#sfn, { stateMachineArn: this.#stateMachineArn, name, input: JSON.stringify({ run }) });
  }
}
