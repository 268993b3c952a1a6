import { type SecretsManagerOptions, SecretsManagerReplica } from '../../../rehearsal/aws/secrets-manager.ts';
import { account, Caller, region, Watch } from '../bench.ts';

export const prefix = `arn:aws:secretsmanager:${region}:${account}:secret:`;
export const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32)) as [string, string, string, string];

/** An account with one secret, `db`, whose version `a` is current. */
export function bench(options: Partial<SecretsManagerOptions> = {}) {
  const watch = new Watch();
  const replica = new SecretsManagerReplica({ clock: watch, random: () => 0.5, account, region, ...options });
  const anybody = new Caller();
  const call = <T = object>(operation: string, input: object, caller = anybody) =>
    replica.call(operation, input as never, caller) as T;
  call('CreateSecret', { Name: 'db', SecretString: 'one', ClientRequestToken: a });
  return { watch, replica, call };
}

export const stage = (id: string, value: string, ...labels: string[]) => ({
  SecretId: 'db',
  ClientRequestToken: id,
  SecretString: value,
  ...(labels.length > 0 && { VersionStages: labels }),
});

export const move = (from: string | undefined, to: string | undefined, label = 'AWSCURRENT') => ({
  SecretId: 'db',
  VersionStage: label,
  ...(from !== undefined && { RemoveFromVersionId: from }),
  ...(to !== undefined && { MoveToVersionId: to }),
});
