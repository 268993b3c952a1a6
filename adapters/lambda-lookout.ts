import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import type { Batch } from '../core/plan.ts';
import type { Lookout, Sighting } from '../core/verdict/probe.ts';

/** Has the probe-batch of the batch's own tier look. */
export class LambdaLookout implements Lookout {
  readonly #lambda: LambdaClient;
  readonly #functions: Readonly<Record<string, string>>;

  /** `functions` are ARNs by tier. */
  constructor(lambda: LambdaClient, functions: Readonly<Record<string, string>>) {
    this.#lambda = lambda;
    this.#functions = functions;
  }

  async look(batch: Batch): Promise<readonly Sighting[]> {
    const FunctionName = this.#functions[batch.tier];
    if (FunctionName === undefined) throw new Error(`no function looks at tier ${batch.tier}; deploy it anew`);
    const Payload = Buffer.from(JSON.stringify({ phase: 'drift', batch }));
    const answer = await this.#lambda.send(new InvokeCommand({ FunctionName, Payload }));
    if (answer.FunctionError !== undefined) {
      throw new Error(`probe-batch of tier ${batch.tier} ended ${answer.FunctionError}; see its log`);
    }
    return (JSON.parse(Buffer.from(answer.Payload ?? '').toString('utf8')) as { sightings: Sighting[] }).sightings;
  }
}
