import type { SFNClient } from '@aws-sdk/client-sfn';

import { canonicalJson } from '../core/canonical.ts';
import type { Runs } from '../core/living-ports.ts';
import type { Run } from '../core/plan.ts';
import type { Start, StartableMode } from '../core/start.ts';
import { startOnce } from './sfn-start.ts';

/** Starts executions of the machine that a run's mode is for. */
export class SfnRuns implements Runs {
  readonly #sfn: SFNClient;
  readonly #machines: Readonly<Record<StartableMode, string>>;

  constructor(sfn: SFNClient, machines: Readonly<Record<StartableMode, string>>) {
    this.#sfn = sfn;
    this.#machines = machines;
  }

  start(run: Run, start: Start): Promise<'underWay' | 'ended'> {
    const stateMachineArn = this.#machines[start.mode];
    return startOnce(this.#sfn, { stateMachineArn, name: run, input: canonicalJson(start) });
  }
}
