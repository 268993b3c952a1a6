import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { botToken, clientSecret, SecretsManagerOwnSecret } from '../../adapters/secrets-manager-own-secret.ts';

const secretsManager = mockClient(SecretsManagerClient);
const client = new SecretsManagerClient({ region: 'us-east-1' });
const token = new SecretsManagerOwnSecret(client, 'arn:token', botToken);
const secret = new SecretsManagerOwnSecret(client, 'arn:client', clientSecret);

beforeEach(() => {
  secretsManager.reset();
});

describe('a token', () => {
  it('is read from the current version of its secret', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: 'xoxb-1234-abcd\n' });
    assert.equal((await token.read()).reveal(), 'xoxb-1234-abcd');
    assert.deepEqual(secretsManager.commandCalls(GetSecretValueCommand)[0]?.args[0].input, { SecretId: 'arn:token' });
  });

  for (const text of ['', '{"token":"xoxb-CANARY"}', 'CANARY', 'xoxb-CANARY\nx: y', 'xoxb CANARY']) {
    it(`is not ${JSON.stringify(text)}, and the error does not quote it (S12)`, async () => {
      secretsManager.on(GetSecretValueCommand).resolves({ SecretString: text });
      const error = await token.read().catch((thrown: unknown) => thrown);
      assert.match(
        inspect(error),
        /OwnSecretMalformedError: arn:token does not hold a bot token; store it as plain text/,
      );
      assert.doesNotMatch(inspect(error), /CANARY/);
    });
  }

  it('that may not be read is an error by AWS’s name', async () => {
    secretsManager.on(GetSecretValueCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await assert.rejects(token.read(), { name: 'AccessDeniedException' });
  });
});

describe('a client secret', () => {
  it('is whatever text a provider gave, without what surrounds it', async () => {
    for (const text of ['s3cret with spaces & signs', 'x'.repeat(1_000)]) {
      secretsManager.on(GetSecretValueCommand).resolves({ SecretString: `${text}\n` });
      assert.equal((await secret.read()).reveal(), text);
    }
  });

  for (const text of ['', '{"secret":"CANARY"}', 'CANARY\nCANARY', 'CANARY'.padEnd(1_001, 'x')]) {
    it(`is not ${JSON.stringify(text.slice(0, 20))} of ${text.length}, and the error does not quote it (S12)`, async () => {
      secretsManager.on(GetSecretValueCommand).resolves({ SecretString: text });
      const error = await secret.read().catch((thrown: unknown) => thrown);
      assert.match(inspect(error), /OwnSecretMalformedError: arn:client does not hold a client secret; store it as/);
      assert.doesNotMatch(inspect(error), /CANARY/);
    });
  }
});
