import type { RotatorSettings } from '../core/settings.ts';
import type { Statement } from './account/policy.ts';
import { clientsOf } from './account/seam.ts';
import { rotationFunction } from './aws/rotation-function.ts';
import type { Cloud } from './cloud.ts';
import { randomFrom, seeded } from './seed.ts';
import type { Handler } from './steps.ts';
import type { Estate } from './targets/estate.ts';

type FunctionSettings = RotatorSettings & { readonly kind: 'rotation-function' };

/**
 * Deploys the rotation functions that the settings plug in, which are there before Keyturn is. Each may reach the secrets
 * that name it and its tier's master, and nothing else.
 *
 * @param changed makes another function of one, for a day on which it goes wrong.
 */
export function deployFunctions(
  cloud: Cloud,
  { network }: Pick<Estate, 'network'>,
  changed: (handler: Handler) => Handler = (is) => is,
): void {
  const plugged = Object.values(cloud.settings.rotators).filter((one) => one.kind === 'rotation-function');
  for (const rotator of plugged) {
    for (const [tier, arn] of Object.entries(rotator.functions)) {
      const name = arn.split(':')[6] ?? arn;
      const role = `arn:aws:iam::111122223333:role/${name}`;
      cloud.account.authorisation.admit(role, rightsOf(rotator, tier, arn));
      const { secretsManager } = clientsOf(cloud.account, role);
      const handler = rotationFunction({ secretsManager, network, random: randomFrom(seeded(1)) });
      cloud.lambda.register([arn], { name, timeoutSeconds: 30, environment: {}, handler: changed(handler) });
    }
  }
}

const operations = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'];

const rightsOf = ({ masters }: FunctionSettings, tier: string, arn: string): readonly Statement[] => [
  {
    Sid: 'RotateWhatNamesIt',
    Effect: 'Allow',
    Action: operations.map((operation) => `secretsmanager:${operation}`),
    Resource: '*',
    Condition: { StringEquals: { 'secretsmanager:resource/AllowRotationLambdaArn': arn } },
  },
  {
    Sid: 'ReadMaster',
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: masters[tier] ?? '',
  },
];
