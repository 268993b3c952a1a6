import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';

import { EventBridgeHerald } from '../../adapters/eventbridge-herald.ts';

const eventBridge = mockClient(EventBridgeClient);
const herald = new EventBridgeHerald(new EventBridgeClient({ region: 'us-east-1' }), 'default');

beforeEach(() => eventBridge.reset());

describe('the herald on EventBridge', () => {
  it('puts one event on its bus, in the name of this project', async () => {
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    await herald.tell('Run completed', { run: 'run-1', rotated: 38 });

    assert.deepEqual(
      eventBridge.commandCalls(PutEventsCommand).map(({ args }) => args[0].input),
      [
        {
          Entries: [
            {
              EventBusName: 'default',
              Source: 'keyturn',
              DetailType: 'Run completed',
              Detail: '{"run":"run-1","rotated":38}',
            },
          ],
        },
      ],
    );
  });

  it('does not take an event for told that the bus refused, although the call itself worked', async () => {
    eventBridge
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }] });
    await assert.rejects(herald.tell('Run completed', { run: 'run-1' }), {
      message: "event bus default refused 'Run completed': InternalFailure",
    });
  });

  it('passes on whatever else goes wrong', async () => {
    eventBridge.on(PutEventsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await assert.rejects(herald.tell('Run completed', {}), { name: 'AccessDeniedException' });
  });
});
