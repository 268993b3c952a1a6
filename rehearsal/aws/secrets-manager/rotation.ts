import type { CancelRotateSecretRequest, RotateSecretRequest } from '@aws-sdk/client-secrets-manager';
import { instant } from '../../../core/instant.ts';
import type { CallContext } from '../../account/replica.ts';
import { readToken } from './input.ts';
import { refusals } from './refusals.ts';
import { current, pending, type Secret } from './secret.ts';
import type { SecretStore } from './secret-store.ts';
import { named } from './views.ts';

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** A Lambda function for native rotation, run to its end within the call. */
export type RotationFunction = (event: {
  readonly Step: (typeof steps)[number];
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}) => void;

/** What switches native rotation on and off, and runs it. */
export const rotation = (store: SecretStore, functionAt: (arn: string) => RotationFunction | undefined) => ({
  RotateSecret(request: RotateSecretRequest, caller: CallContext) {
    const token = readToken(request.ClientRequestToken);
    const { SecretId, RotationLambdaARN, RotationRules, RotateImmediately = true } = request;
    const secret = store.admitOwner('RotateSecret', SecretId, caller, {
      'secretsmanager:RotateImmediately': String(RotateImmediately),
      'secretsmanager:ModifyRotationRules': String(RotationRules !== undefined),
      ...(RotationLambdaARN !== undefined && { 'secretsmanager:RotationLambdaARN': RotationLambdaARN }),
    });
    const functionArn = RotationLambdaARN ?? secret.rotation?.functionArn;
    if (functionArn === undefined) throw refusals.noRotationFunction();
    const run = functionAt(functionArn);
    if (run === undefined) throw refusals.unreachableFunction();
    if (secret.versions.has(token)) return { ...named(secret), VersionId: token };
    if (isInFlight(secret)) throw refusals.rotationInFlight();

    const before = secret.rotation;
    const everyDays = RotationRules === undefined ? before?.everyDays : RotationRules.AutomaticallyAfterDays;
    secret.rotation = {
      enabled: true,
      functionArn,
      everyDays,
      rules: RotationRules ?? before?.rules,
      lastAt: before?.lastAt,
      nextAt: everyDays === undefined ? undefined : instant(store.now() + everyDays * 86_400_000),
    };
    if (RotateImmediately) rotate(secret, token, run, store);
    store.wrote('RotateSecret', secret, caller);
    return { ...named(secret), ...(RotateImmediately && { VersionId: token }) };
  },

  CancelRotateSecret({ SecretId }: CancelRotateSecretRequest, caller: CallContext) {
    const secret = store.admitOwner('CancelRotateSecret', SecretId, caller);
    if (!secret.rotation?.enabled) throw refusals.rotationNeverConfigured();
    const unfinished = isInFlight(secret) ? secret.labels.get(pending) : undefined;
    secret.rotation.enabled = false;
    secret.rotating = undefined;
    store.wrote('CancelRotateSecret', secret, caller);
    return { ...named(secret), ...(unfinished !== undefined && { VersionId: unfinished }) };
  },
});

/** AWS takes an AWSPENDING that is not where AWSCURRENT is for a rotation under way. */
const isInFlight = ({ labels }: Secret) => labels.has(pending) && labels.get(pending) !== labels.get(current);

function rotate(secret: Secret, token: string, run: RotationFunction, store: SecretStore): void {
  secret.announce(token, store.now());
  try {
    for (const Step of steps) run({ Step, SecretId: secret.arn, ClientRequestToken: token });
  } catch {
    return; // AWS retries later; what the function left behind stays as it is, and so does AWSPENDING.
  }
  if (secret.rotation !== undefined && secret.labels.get(current) === token) secret.rotation.lastAt = store.now();
}
