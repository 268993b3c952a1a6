import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretsManagerClient, TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';

import { SecretsManagerExpiryTags } from '../../adapters/secrets-manager-expiry-tags.ts';

const secretsManager = mockClient(SecretsManagerClient);
const tags = new SecretsManagerExpiryTags(new SecretsManagerClient({ region: 'us-east-1' }), 'expiration_date');

describe('the expiry tag in Secrets Manager', () => {
  it('is written alone, under the key that the configuration names', async () => {
    secretsManager.on(TagResourceCommand).resolves({});
    await tags.renew('arn:a', '2027-02-16');

    assert.deepEqual(
      secretsManager.calls().map(({ args }) => args[0].input),
      [{ SecretId: 'arn:a', Tags: [{ Key: 'expiration_date', Value: '2027-02-16' }] }],
    );
  });

  it('is not taken for written when it was refused', async () => {
    secretsManager.on(TagResourceCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await assert.rejects(tags.renew('arn:a', '2027-02-16'), { name: 'AccessDeniedException' });
  });
});
