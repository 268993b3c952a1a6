/*
 * Goal: keyturn start asks at the door as whom AWS says, once, and says clearly what came of it.
 *
 * Method: the command against a door on loopback that checks signatures, before the deployed step over ports in memory.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { LambdaClient } from '@aws-sdk/client-lambda';

import { commandLine } from '../../bin/command-line.ts';
import { retire } from '../../bin/commands/retire.ts';
import { start } from '../../bin/commands/start.ts';
import { Door } from '../../rehearsal/door/door.ts';
import { StartWorld } from '../lambdas/start-world.ts';
import { accountOf, apiOf, sessionOf } from '../rehearsal/account/signing.ts';

const requester = sessionOf('arn:aws:iam::111122223333:role/Engineer', 'requester@example.com');
const mallory = sessionOf('arn:aws:iam::111122223333:role/Visitor', 'mallory');

describe('keyturn start', () => {
  let door: Door;
  let world: StartWorld;

  before(async () => {
    door = await Door.open();
    const answer = (event: unknown) => world.step(event);
    door.leadTo(accountOf(answer, [requester.principal]), apiOf('POST /runs'), 'us-east-1:111122223333');
    for (const key of [requester, mallory]) door.giveKey(key.accessKeyId, key);
  });
  after(() => door.close());

  async function keyturn(args: readonly string[], credentials = requester, api = door.url) {
    const [command, rest] = args[0] === 'retire' ? ['retire', args.slice(1)] : ['start', args];
    const printed: string[] = [];
    const complained: string[] = [];
    const client = () => new LambdaClient({ region: 'us-east-1', credentials });
    const exitCode = await commandLine(
      { start: start(client), retire: retire(client) },
      [command, '--api', api, ...rest],
      {
        print: (text) => printed.push(text),
        complain: (text) => complained.push(text),
      },
    );
    return { exitCode, printed: printed.join(''), complained: complained.join('') };
  }

  it('starts an audit, if not told otherwise, in the name of whom AWS says', async () => {
    world = new StartWorld();
    const { exitCode, printed } = await keyturn(['--why', 'a look']);
    assert.equal(exitCode, 0);
    const [{ run, start: started } = assert.fail('nothing was started')] = world.started;
    assert.deepEqual(started, { mode: 'audit', requestedBy: requester.userArn, why: 'a look' });
    assert.equal(printed, `Run ${run} is under way: audit, asked for by ${requester.userArn}.\n`);
  });

  it('starts a rotation, and says it to programs', async () => {
    world = new StartWorld();
    const { exitCode, printed } = await keyturn([
      '--mode',
      'rotate',
      '--why',
      'due',
      '--token',
      'token-0001',
      '--json',
    ]);
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(printed), {
      run: 'rotate-2026-11-25-6e34484e4d',
      mode: 'rotate',
      requestedBy: requester.userArn,
      why: 'due',
      begun: 'underWay',
    });
  });

  it('retire starts a retirement, and says why it needs a why', async () => {
    world = new StartWorld();
    const { exitCode, printed } = await keyturn(['retire', '--why', 'the old keys of November']);
    assert.equal(exitCode, 0);
    const [{ run, start: started } = assert.fail('nothing was started')] = world.started;
    assert.deepEqual(started, { mode: 'retire', requestedBy: requester.userArn, why: 'the old keys of November' });
    assert.equal(printed, `Run ${run} is under way: retire, asked for by ${requester.userArn}.\n`);
    const told = await keyturn(['retire', '--why', 'again', '--token', 'token-0001', '--json']);
    assert.equal(JSON.parse(told.printed).mode, 'retire');
    const silent = await keyturn(['retire']);
    assert.equal(silent.exitCode, 2);
    assert.match(silent.complained, /--why is missing/);
    assert.equal(world.started.length, 2);
  });

  it('starts one run, when Step Functions did not answer at first', async () => {
    world = new StartWorld();
    world.states = 'away';
    world.onAway = () => {
      world.states = 'underWay';
    };
    assert.equal((await keyturn(['--why', 'a look'])).exitCode, 0);
    assert.equal(world.started.length, 1);
  });

  it('says what is wrong with what it was told, and how to say it', async () => {
    world = new StartWorld();
    const wrong = await keyturn(['--why', 'a look', '--mode', 'revoke']);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.complained, /^keyturn: --mode is revoke; choose one of audit, rotate, retire\n/);
    const short = await keyturn(['--why', 'a look', '--token', 'short']);
    assert.equal(short.exitCode, 1);
    assert.match(short.complained, /^keyturn: The run was not started: token is no token; use 8 to 100 /);
    const silent = await keyturn([]);
    assert.equal(silent.exitCode, 2);
    assert.match(silent.complained, /--why is missing/);
    assert.deepEqual(world.started, []);
  });

  it('says that AWS did not let its caller in', async () => {
    world = new StartWorld();
    for (const credentials of [mallory, { ...requester, secretAccessKey: 'guessed' }]) {
      const { exitCode, complained } = await keyturn(['--why', 'a look'], credentials);
      assert.equal(exitCode, 1);
      assert.match(complained, /AWS did not let you in.*execute-api:Invoke POST \/runs.*docs\/channels\/iam\.md/);
    }
    assert.deepEqual(world.started, []);
  });

  it('says why a door does not answer', async () => {
    const { exitCode, complained } = await keyturn(['--why', 'x'], requester, 'http://127.0.0.1:9');
    assert.equal(exitCode, 1);
    assert.match(complained, /^keyturn: http:\/\/127\.0\.0\.1:9 does not answer: bad port\n$/);
  });

  it('asks nobody without encryption, but on loopback', async () => {
    for (const api of ['http://api.example', 'ftp://api.example', 'api.example']) {
      const { exitCode, complained } = await keyturn(['--why', 'x'], requester, api);
      assert.equal(exitCode, 2);
      assert.match(complained, /is not encrypted|is no address/);
    }
  });
});
