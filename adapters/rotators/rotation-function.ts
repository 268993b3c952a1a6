import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import { rotationFunctionSeconds } from '../../core/deadlines.ts';
import type { Clock, Log, Rotator } from '../../core/ports.ts';
import type { Random } from '../../core/random.ts';
import { functionFor } from '../../core/selection/native-rotation.ts';
import { otherLogin, type PairSettings, readPair } from './login-pair.ts';

type FunctionSettings = PairSettings & { readonly kind: 'rotation-function' };

/** What a rotation function is asked for. The fourth step of its contract, `finishSecret`, never is: labels are ours. */
type FunctionStep = 'createSecret' | 'setSecret' | 'testSecret';

/** A rotation function did not do a step. Retryable: each of its steps may be asked for again. */
export class RotationFunctionError extends Error {
  override readonly name = 'RotationFunctionError';
}

/**
 * Has a rotation function of Secrets Manager's change the idle login of a pair.
 *
 * The new value is ours, and is kept before the function hears of it: the function's guards want a version that is
 * AWSPENDING already, and only Secrets Manager itself can make one without a value. So `createSecret` finds a value there
 * and leaves it; should it put another, Secrets Manager refuses that.
 */
export const rotationFunction = (
  settings: FunctionSettings,
  tier: string,
  arn: string,
  tools: { readonly lambda: LambdaClient; readonly clock: Clock; readonly log: Log; readonly random: Random },
): Rotator => {
  const askFor = (step: FunctionStep, token: string) => invoke(tools, functionFor(settings, tier), arn, step, token);

  return {
    async create({ old }) {
      return otherLogin(settings, tier, old, tools.random);
    },

    async set({ token, old, fresh }) {
      readPair(settings, tier, { old, fresh });
      const began = tools.clock.now();
      await askFor('createSecret', token);
      if (tools.clock.now() - began > rotationFunctionSeconds.begin * 1_000) {
        throw new RotationFunctionError('createSecret took so long that setSecret might not end in time');
      }
      await askFor('setSecret', token);
    },

    test: (token) => askFor('testSecret', token),

    async revert() {},
  };
};

/** Says nothing of what the function answers but the kind of its error: messages of such functions quote what they hold. */
async function invoke(
  { lambda, log }: { readonly lambda: LambdaClient; readonly log: Log },
  functionArn: string | undefined,
  secret: string,
  step: FunctionStep,
  token: string,
): Promise<void> {
  if (functionArn === undefined) throw new RotationFunctionError('no function is configured for this tier');
  const event = { Step: step, SecretId: secret, ClientRequestToken: token };
  const error = await lambda
    .send(new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) }))
    .then(
      ({ FunctionError, Payload }) => (FunctionError === undefined ? undefined : kindOf(Payload)),
      (thrown: unknown) => (thrown instanceof Error ? thrown.name : 'unknown'),
    );
  if (error === undefined) return;

  log.warn('a rotation function did not do a step', { secret, function: functionArn, step, error });
  throw new RotationFunctionError(`${functionArn} did not do ${step}: ${error}`);
}

/** The name of an exception's class, as Lambda reports it. What does not look like one is not passed on. */
function kindOf(payload: Uint8Array | undefined): string {
  try {
    const { errorType } = JSON.parse(Buffer.from(payload ?? '').toString('utf8')) as { readonly errorType?: unknown };
    return typeof errorType === 'string' && classOfError.test(errorType) ? errorType : 'unknown';
  } catch {
    return 'unknown';
  }
}

const classOfError = /^(?=.{1,64}$)[A-Za-z0-9_.]*(Error|Exception|Timedout)$/;
