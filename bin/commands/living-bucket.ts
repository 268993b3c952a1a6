import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import { UsageError } from '../command.ts';

/** The bucket of a deployment's living documents, as its own functions are told it. */
export async function livingBucket(lambda: LambdaClient, stage: string): Promise<string> {
  const FunctionName = `keyturn-${stage}-draft-plan`;
  const { Environment } = await lambda
    .send(new GetFunctionConfigurationCommand({ FunctionName }))
    .catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
      throw new UsageError(`there is no function ${FunctionName} here; check stage, account and Region`);
    });
  const bucket = Environment?.Variables?.['DESK_BUCKET'];
  if (bucket === undefined) throw new UsageError(`function ${FunctionName} does not say its bucket; deploy it anew`);
  return bucket;
}
