import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { instant } from '../core/instant.ts';
import { Account } from '../rehearsal/account/account.ts';
import { clientsOf } from '../rehearsal/account/seam.ts';
import { SecretsManagerReplica } from '../rehearsal/aws/secrets-manager.ts';
import { seeded } from '../rehearsal/seed.ts';
import { VirtualTime } from '../rehearsal/virtual-time.ts';
import { timed } from './rehearsal.ts';

const name = 'prod/low/orders';
const place = { account: '111122223333', region: 'us-east-1' };

export interface CallCosts {
  /** Microseconds of one call that the replica answers, policies and quotas included. */
  readonly replica: number;
  /** The same answer through all of the SDK, but for the network: serialised, signed, sent, parsed. */
  readonly wholeSdk: number;
}

/** Both in one run, each warmed up first, the best of five. */
export async function callCosts(): Promise<CallCosts> {
  const replica = rehearsedClient();
  const wholeSdk = cannedClient();
  return { replica: await microsecondsACall(replica), wholeSdk: await microsecondsACall(wholeSdk) };
}

async function microsecondsACall(client: SecretsManagerClient): Promise<number> {
  const calls = 2_000;
  const rounds: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const [seconds] = await timed(async () => {
      for (let call = 0; call < calls; call += 1) await client.send(new DescribeSecretCommand({ SecretId: name }));
    });
    rounds.push((seconds * 1_000_000) / calls);
  }
  return Math.min(...rounds.slice(1));
}

function rehearsedClient(): SecretsManagerClient {
  const time = new VirtualTime(instant(0));
  const account = new Account({ ...place, roles: [], functions: [], resourcePolicies: new Map() }, time);
  const replica = new SecretsManagerReplica({ ...place, clock: time, random: seeded(1) });
  replica.seed({ ARN: arn, Name: name, SecretVersionsToStages: { one: ['AWSCURRENT'] } });
  account.register(replica);
  account.authorisation.admit('bench', 'administrator');
  return clientsOf(account, 'bench').secretsManager;
}

const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;

function cannedClient(): SecretsManagerClient {
  const body = JSON.stringify({ ARN: arn, Name: name, VersionIdsToStages: { one: ['AWSCURRENT'] } });
  const handle = async () => ({
    response: {
      statusCode: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: new TextEncoder().encode(body),
    },
  });
  return new SecretsManagerClient({
    region: place.region,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: { handle } as never,
  });
}
