import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

import type { Network } from '../../adapters/network.ts';
import { newPassword } from '../../adapters/rotators/fresh.ts';
import { alterPassword, createTwin, loggedIn, works } from '../../adapters/rotators/postgres-login.ts';
import type { Random } from '../../core/random.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { type Login, twinOf } from '../../core/selection/credential.ts';
import type { Handler } from '../steps.ts';

export interface RotationFunctionTools {
  readonly secretsManager: SecretsManagerClient;
  readonly network: Network;
  readonly random: Random;
}

interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/**
 * A rotation function for two alternating users of PostgreSQL, which knows nothing of Keyturn: what AWS documents its
 * template to do, in code of our own. See `rotation-function.md`.
 */
export const rotationFunction =
  (tools: RotationFunctionTools): Handler =>
  async (given) => {
    const event = given as RotationEvent;
    if (!(await isPending(tools, event))) return null;
    const step = Object.hasOwn(steps, event.Step) ? steps[event.Step] : undefined;
    if (step === undefined) throw new ValueError('Invalid step parameter');
    await step(tools, event);
    return null;
  };

/** As Python calls it when a value is not what it should be. Like the template's, its messages name what they are about. */
class ValueError extends Error {
  override readonly name = 'ValueError';
}

/**
 * Whether there is anything to do for a version: it has not become AWSCURRENT yet.
 *
 * @throws {ValueError} when the secret's rotation is off, or the version was never announced.
 */
async function isPending(
  { secretsManager }: RotationFunctionTools,
  { SecretId, ClientRequestToken: token }: RotationEvent,
): Promise<boolean> {
  const secret = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
  if (secret.RotationEnabled === false) throw new ValueError(`${SecretId} is not enabled for rotation`);
  const labels = secret.VersionIdsToStages?.[token];
  if (labels === undefined) throw new ValueError(`version ${token} has no stage for rotation of ${SecretId}`);
  if (labels.includes('AWSCURRENT')) return false;
  if (!labels.includes('AWSPENDING')) throw new ValueError(`version ${token} is not AWSPENDING of ${SecretId}`);
  return true;
}

type Step = (tools: RotationFunctionTools, event: RotationEvent) => Promise<void>;

const steps: Readonly<Record<string, Step>> = {
  /** Makes a value of the other user, unless the version has one. */
  async createSecret(tools, event) {
    const current = await read(tools, event, 'AWSCURRENT');
    if ((await read(tools, event, 'AWSPENDING').catch(unlessThere)) !== undefined) return;

    const value = { ...current, username: twinOf(text(current, 'username')), password: newPassword(tools.random) };
    await tools.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: event.SecretId,
        ClientRequestToken: event.ClientRequestToken,
        SecretString: JSON.stringify(value),
        VersionStages: ['AWSPENDING'],
      }),
    );
  },

  /** Has the master change the other user's password, unless it is what it should be already. */
  async setSecret(tools, event) {
    const current = await read(tools, event, 'AWSCURRENT');
    const pending = await read(tools, event, 'AWSPENDING');
    const idle = loginOf(pending);
    if (await works(tools.network, idle)) return;

    if (idle.username !== twinOf(text(current, 'username'))) {
      throw new ValueError(`${idle.username} is not the other user of ${text(current, 'username')}`);
    }
    if (idle.host !== text(current, 'host')) throw new ValueError(`${idle.host} is not the host of AWSCURRENT`);
    if (!(await works(tools.network, loginOf(current)))) {
      throw new ValueError(`cannot log in with AWSCURRENT: ${JSON.stringify(current)}`);
    }

    const master = await valueIn(tools, { SecretId: text(current, 'masterarn') });
    if (text(master, 'host') !== idle.host) throw new ValueError('the master is of another host');
    await loggedIn(tools.network, loginOf(master), async (connection) => {
      const { rows } = await connection.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [idle.username]);
      await connection.query(rows.length === 0 ? createTwin(idle, loginOf(current)) : alterPassword(idle));
    });
  },

  async testSecret(tools, event) {
    const pending = await read(tools, event, 'AWSPENDING');
    if (await works(tools.network, loginOf(pending))) return;
    throw new ValueError(`cannot log in with AWSPENDING: ${JSON.stringify(pending)}`);
  },

  async finishSecret({ secretsManager }, { SecretId, ClientRequestToken: token }) {
    const { VersionIdsToStages: versions = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
    const from = Object.keys(versions).find((id) => versions[id]?.includes('AWSCURRENT'));
    await secretsManager.send(
      new UpdateSecretVersionStageCommand({
        ...{ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token },
        ...(from === undefined ? {} : { RemoveFromVersionId: from }),
      }),
    );
  },
};

type Value = Readonly<Record<string, unknown>>;

const read = (tools: RotationFunctionTools, { SecretId, ClientRequestToken }: RotationEvent, label: string) =>
  valueIn(tools, {
    ...{ SecretId, VersionStage: label },
    ...(label === 'AWSPENDING' ? { VersionId: ClientRequestToken } : {}),
  });

async function valueIn(
  { secretsManager }: RotationFunctionTools,
  which: GetSecretValueCommand['input'],
): Promise<Value> {
  const { SecretString = '' } = await secretsManager.send(new GetSecretValueCommand(which));
  return JSON.parse(SecretString) as Value;
}

function unlessThere(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) throw error;
}

const loginOf = (value: Value): Login => ({
  kind: 'wellFormed',
  shape: 'login',
  host: text(value, 'host'),
  port: Number(value['port'] ?? 5432),
  username: text(value, 'username'),
  password: new SecretValue(text(value, 'password')),
  database: String(value['dbname'] ?? 'postgres'),
  account: '',
});

function text(value: Value, field: string): string {
  const found = value[field];
  if (typeof found !== 'string') throw new ValueError(`${field} is missing from ${JSON.stringify(value)}`);
  return found;
}
