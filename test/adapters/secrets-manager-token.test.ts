import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { SecretsManagerToken } from '../../adapters/secrets-manager-token.ts';

const secretsManager = mockClient(SecretsManagerClient);
const token = new SecretsManagerToken(new SecretsManagerClient({ region: 'us-east-1' }), 'arn:token');

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
      assert.match(inspect(error), /TokenMalformedError: arn:token does not hold a bot token; store it as plain text/);
      assert.doesNotMatch(inspect(error), /CANARY/);
    });
  }

  it('that may not be read is an error by AWS’s name', async () => {
    secretsManager.on(GetSecretValueCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await assert.rejects(token.read(), { name: 'AccessDeniedException' });
  });
});
