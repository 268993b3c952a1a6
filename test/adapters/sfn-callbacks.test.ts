import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { SendTaskSuccessCommand, SFNClient, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';

import { SfnCallbacks } from '../../adapters/sfn-callbacks.ts';
import { SecretValue } from '../../core/secret-value.ts';

const sfn = mockClient(SFNClient);
const callbacks = new SfnCallbacks(new SFNClient({ region: 'us-east-1' }));
const succeed = () => callbacks.succeed(new SecretValue('task-token'), { decision: 'approved' });

beforeEach(() => sfn.reset());

describe('a callback to Step Functions', () => {
  it('hands the output to the task of the token', async () => {
    sfn.on(SendTaskSuccessCommand).resolves({});

    assert.equal(await succeed(), 'delivered');
    assert.deepEqual(sfn.commandCalls(SendTaskSuccessCommand)[0]?.args[0].input, {
      taskToken: 'task-token',
      output: '{"decision":"approved"}',
    });
  });

  it('finds the task closed when it was answered before, or its time is up', async () => {
    for (const error of [
      new TaskTimedOut({ message: 'no', $metadata: {} }),
      new TaskDoesNotExist({ message: 'no', $metadata: {} }),
    ]) {
      sfn.on(SendTaskSuccessCommand).rejects(error);
      assert.equal(await succeed(), 'closed');
    }
  });

  it('passes on whatever else goes wrong', async () => {
    sfn.on(SendTaskSuccessCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }));
    await assert.rejects(succeed, { name: 'AccessDeniedException' });
  });
});
