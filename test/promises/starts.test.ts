/*
 * Goal: S1 who asked for a run is whom AWS says, and not for anybody to write.
 *
 * Method: the deployed start-run and the deployed machine in the rehearsed account, under their own policies. Runs are
 * started as the scheduler does, at the door with signed requests, and, by an administrator, past start-run.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Door } from '../../rehearsal/door/door.ts';
import { invoked, sessionOf, signedFetch } from '../rehearsal/account/signing.ts';
import { synthesised } from '../rehearsal/day/played.ts';
import { Deployed } from './deployed.ts';

const assembly = synthesised();
const scheduler = 'schedules';
const administrator = 'arn:aws:iam::111122223333:role/administrator';
const engineer = 'arn:aws:iam::111122223333:role/Engineer';

/** The deployment before its first run, with an administrator and an engineer in its account. */
async function account() {
  const deployed = new Deployed(assembly, []);
  const { authorisation } = deployed.cloud.account;
  authorisation.admit(administrator, 'administrator');
  const [api] = deployed.stack.httpApis;
  if (api === undefined) throw new Error('the stack has no API');
  const resource = (way: string) => `arn:aws:execute-api:us-east-1:111122223333:${api.id}/$default/${way}`;
  const maySay = (...ways: string[]) =>
    authorisation.admit(engineer, [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: ways.map(resource) }]);
  return { deployed, api, maySay };
}

/** Lets a run go on until it has ended, and says how. */
async function ending({ cloud, time }: Deployed, run: string) {
  return time.run(
    (async () => {
      const executionArn = `${cloud.machine.arn.replace(':stateMachine:', ':execution:')}:${run}`;
      const look = () => cloud.account.call(administrator, 'states', 'DescribeExecution', { executionArn });
      let seen = (await look()) as { status: string; output?: string };
      while (seen.status === 'RUNNING') {
        await time.sleep(60_000);
        seen = (await look()) as { status: string; output?: string };
      }
      const { outcome, reasons } = JSON.parse(seen.output ?? '{}');
      return [outcome, reasons];
    })(),
  );
}

describe('S1 a run', () => {
  it('S1 is started by the scheduler through start-run, once for each moment, and on record as its', async () => {
    const { deployed } = await account();
    const { cloud, stack, roles } = deployed;
    const [audit] = stack.schedules;
    const event = audit?.target.input.replace('<aws.scheduler.scheduled-time>', '2026-11-18T19:15:00Z') ?? '';
    const handed = () => invoked(cloud.account, roles.get(scheduler) ?? '', audit?.target.arn ?? '', JSON.parse(event));

    const run = 'scheduled-audit-2026-11-18-1915';
    assert.deepEqual(await handed(), { run, begun: 'underWay' });
    assert.deepEqual(await handed(), { run, begun: 'underWay' });
    const record = JSON.parse(cloud.s3.text(cloud.archiveBucket, `runs/${run}/start.json`) ?? '{}');
    assert.deepEqual([record.mode, record.requestedBy], ['audit', 'schedule:audit']);
    assert.notDeepEqual(await ending(deployed, run), ['refused', ['startUnknown']]);
  });

  it('S1 that an administrator starts past start-run, in the name of a schedule, ends before people are asked', async () => {
    const { deployed } = await account();
    const { cloud } = deployed;
    const input = JSON.stringify({ mode: 'rotate', requestedBy: 'schedule:rotation', why: 'rotation on schedule' });
    const start = { stateMachineArn: cloud.machine.arn, name: 'forged', input };
    await cloud.account.call(administrator, 'states', 'StartExecution', start);
    assert.deepEqual(await ending(deployed, 'forged'), ['refused', ['startUnknown']]);

    const record = { Bucket: cloud.archiveBucket, Key: 'runs/forged-2/start.json', Body: input, IfNoneMatch: '*' };
    await assert.rejects(cloud.account.call(administrator, 's3', 'PutObject', record), { name: 'AccessDenied' });
  });

  it('S1 is asked for by whom IAM authenticated at the door, if they may', async () => {
    const { deployed, api, maySay } = await account();
    const { cloud } = deployed;
    const door = await Door.open();
    try {
      door.leadTo(cloud.account, api, 'us-east-1:111122223333');
      const requester = sessionOf(engineer, 'requester@example.com');
      door.giveKey(requester.accessKeyId, requester);
      const body = JSON.stringify({ mode: 'audit', why: 'a look', token: 'token-0001' });
      const ask = () => signedFetch(requester, { url: `${door.url}/runs`, method: 'POST', body });

      maySay('GET/runs/*');
      assert.deepEqual([(await ask()).status, cloud.s3.text(cloud.archiveBucket, 'runs/')], [403, undefined]);

      maySay('POST/runs');
      const answered = await ask();
      const { run, requestedBy } = (await answered.json()) as { run: string; requestedBy: string };
      assert.deepEqual(
        [answered.status, requestedBy],
        [201, 'arn:aws:sts::111122223333:assumed-role/Engineer/requester@example.com'],
      );
      const record = JSON.parse(cloud.s3.text(cloud.archiveBucket, `runs/${run}/start.json`) ?? '{}');
      assert.equal(record.requestedBy, requestedBy);
    } finally {
      await door.close();
    }
  });
});
