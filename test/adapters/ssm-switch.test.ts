import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

import { SsmSwitch } from '../../adapters/ssm-switch.ts';

const ssm = mockClient(SSMClient);
const killSwitch = new SsmSwitch(new SSMClient({ region: 'us-east-1' }), '/keyturn/prod/switch');

beforeEach(() => ssm.reset());

describe('the kill switch in Parameter Store', () => {
  it('is the text of the parameter, as it is', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: ' {"go":true}\n' } });

    assert.equal(await killSwitch.read(), ' {"go":true}\n');
    assert.deepEqual(ssm.commandCalls(GetParameterCommand)[0]?.args[0].input, { Name: '/keyturn/prod/switch' });
  });

  it('is absent when it is not there, or has no text', async () => {
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'no', $metadata: {} }));
    assert.equal(await killSwitch.read(), undefined);
    ssm.on(GetParameterCommand).resolves({});
    assert.equal(await killSwitch.read(), undefined);
    ssm.on(GetParameterCommand).resolves({ Parameter: {} });
    assert.equal(await killSwitch.read(), undefined);
  });

  it('is absent when it cannot be read, for whatever reason (S8)', async () => {
    for (const name of ['AccessDeniedException', 'InternalServerError', 'ThrottlingException', 'TimeoutError']) {
      ssm.on(GetParameterCommand).rejects(Object.assign(new Error(name), { name }));
      assert.equal(await killSwitch.read(), undefined, name);
    }
  });
});
