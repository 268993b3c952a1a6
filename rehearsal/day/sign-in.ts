import { nameAtProvider } from '../../core/approval/sign-in.ts';
import type { Cloud } from '../cloud.ts';
import type { Door } from '../door/door.ts';
import type { Estate } from '../targets/estate.ts';
import { ReplicaProvider } from '../targets/identity-provider.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** What the rehearsed desk proves itself with. It opens nothing but the rehearsed provider. */
const clientSecret = 'rehearsal-client-secret-0000000000';

/**
 * Sets up what the operator of a deployment sets up before approvers can sign in: an application at the provider, whose
 * secret is where the settings say, and an account for each approver. The provider is a replica behind the door.
 */
export async function openSignIn(
  { settings: { signIn, approvers }, secretsManager }: Cloud,
  { estate, door, time }: { readonly estate: Estate; readonly door: Door; readonly time: VirtualTime },
): Promise<void> {
  if (signIn === undefined) return;

  const { issuer, clientId, clientSecretArn: arn, claim } = signIn;
  const secret = arn === undefined ? {} : { secret: clientSecret };
  const { target } = new ReplicaProvider({
    issuer,
    client: { id: clientId, redirectUri: `${door.url}/signed-in`, ...secret },
    people: approvers.map((approver) => ({
      name: approver.name,
      claims: { [claim]: nameAtProvider(approver), ...(claim === 'email' ? { email_verified: true } : {}) },
    })),
    clock: time,
  });
  if (arn !== undefined) {
    const name = (arn.split(':secret:')[1] ?? '').replace(/-[A-Za-z0-9]{6}$/, '');
    const entry = { ARN: arn, Name: name, SecretVersionsToStages: { secret: ['AWSCURRENT'] } };
    secretsManager.seed(entry, { secret: { value: clientSecret } });
  }
  await estate.open(new URL(issuer).host, target);
  door.standFor(new URL(issuer).origin, target);
}
