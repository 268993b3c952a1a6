import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import { UsageError } from '../command.ts';

/** The bucket of a deployment's living documents, as its own functions are told it. */
export const livingBucket = (lambda: LambdaClient, stage: string): Promise<string> =>
  variableOf(lambda, `keyturn-${stage}-draft-plan`, 'DESK_BUCKET');

/** What a function of a deployment is told in a variable of its environment. */
export async function variableOf(lambda: LambdaClient, FunctionName: string, variable: string): Promise<string> {
  const { Environment } = await lambda
    .send(new GetFunctionConfigurationCommand({ FunctionName }))
    .catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
      throw new UsageError(`there is no function ${FunctionName} here; check stage, account and Region`);
    });
  const value = Environment?.Variables?.[variable];
  if (value === undefined) throw new UsageError(`function ${FunctionName} has no ${variable}; deploy it anew`);
  return value;
}
