/*
 * Goal: keyturn approve and keyturn reject show the plan of the page, and decide exactly it, by one deliberate act.
 *
 * Method: the commands, against the desk behind the rehearsal's door, over HTTP with real signatures.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { LambdaClient } from '@aws-sdk/client-lambda';

import { commandLine } from '../../bin/command-line.ts';
import { approve, reject } from '../../bin/commands/answer.ts';
import { type Key, sessionOf } from '../rehearsal/account/signing.ts';
import { OpenDesk, retirementPlan, run, settings, smallPlan } from '../review/open-desk.ts';

const role = 'arn:aws:iam::111122223333:role/Approver';
const firstApprover = sessionOf(role, 'first-approver@example.com');
const secondApprover = sessionOf(role, 'second-approver@example.com');
const mallory = sessionOf(role, 'mallory@example.com');
const approvers = settings.approvers.map((approver) => ({
  ...approver,
  ...(approver.name === 'first-approver' ? { principal: firstApprover.userArn } : {}),
  ...(approver.name === 'second-approver' ? { principal: secondApprover.userArn } : {}),
}));
const leaves = Symbol('leaves without an answer');
const count = String(smallPlan({ requestedBy: 'requester' }).header.selected);

describe('keyturn', () => {
  let desk: OpenDesk;
  beforeEach(async () => {
    desk = await OpenDesk.open({ approvers });
    for (const key of [firstApprover, secondApprover, mallory]) desk.giveKey(key);
  });
  afterEach(() => desk.close());

  interface Person {
    readonly key?: Key;
    /** What they type when they are asked. Undefined: there is no terminal. */
    readonly types?: string | typeof leaves;
  }

  async function keyturn(args: readonly string[], { key = firstApprover, types }: Person = {}) {
    const printed: string[] = [];
    const complained: string[] = [];
    const client = () => new LambdaClient({ region: 'us-east-1', credentials: key });
    const typing = async (question: string) => {
      printed.push(question);
      return types === leaves ? undefined : types;
    };
    const ask = types === undefined ? undefined : typing;
    const commands = { approve: approve({ client, ask }), reject: reject({ client, ask }) };
    const exitCode = await commandLine(commands, [...args, '--api', desk.url], {
      print: (text) => printed.push(text),
      complain: (text) => complained.push(text),
    });
    return { exitCode, printed: printed.join(''), complained: complained.join('') };
  }

  it('approve shows what the page shows, and approves when the number of secrets is typed', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const { exitCode, printed, complained } = await keyturn(['approve', run], { types: `${count}\n` });
    assert.deepEqual([exitCode, complained], [0, '']);
    const { header, waves } = smallPlan({ requestedBy: 'requester' });
    for (const shown of [
      `Rotate ${header.selected} of ${header.fleet.secrets} secrets`,
      'Asked for by  requester',
      header.why,
      'Answer by',
      'Guardrails',
      'Wave 1',
      ...waves.flat().flatMap(({ secrets }) => secrets.map(({ name }) => name)),
      desk.world.pending.get(run)?.digest ?? 'no digest',
      'type the number of secrets',
      'Your answer is on record. It was approved on',
    ]) {
      assert.ok(printed.includes(shown), `${shown} is missing in:\n${printed}`);
    }
    assert.equal(desk.decisionOf(run)?.answers[0].answer.approver, 'first-approver');
  });

  it('approve shows what becomes of each old credential, and what nobody can undo', async () => {
    await desk.ask(retirementPlan());
    const { exitCode, printed } = await keyturn(['approve', run], { types: '3\n' });
    assert.equal(exitCode, 0);
    assert.match(printed, /^Deactivate 2 and delete 1 old credentials of 3 of 127 secrets in 1 wave/);
    assert.match(printed, /key-1 .*deactivated \(reversible\) +replaced 2026-11-09, last used 2026-11-09\n/);
    assert.match(printed, /key-2 .*deleted \(final\) +replaced 2026-10-20, never used, deactivated 2026-11-01\n/);
    assert.match(printed, /A deletion cannot be reversed/);
  });

  it('approve takes the number where there is no terminal, and says it to programs', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const { exitCode, printed } = await keyturn(['approve', run, '--count', count, '--json']);
    assert.equal(exitCode, 0);
    const { kind, approver, delivery } = JSON.parse(printed);
    assert.deepEqual([kind, approver, delivery], ['decided', 'first-approver', 'delivered']);
  });

  it('approve decides nothing without the number, or with another', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const silent = await keyturn(['approve', run]);
    assert.equal(silent.exitCode, 2);
    assert.match(silent.complained, /give its number of secrets by --count/);
    const wrong = await keyturn(['approve', run], { types: '1' });
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.complained, /not recorded\. The number typed is not the number of secrets/);
    assert.equal(desk.decisionOf(run), undefined);
  });

  it('approve decides nothing when whoever is asked leaves', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const { exitCode, complained } = await keyturn(['approve', run], { types: leaves });
    assert.deepEqual([exitCode, complained], [1, 'keyturn: you have not answered, and nothing is on record.\n']);
    assert.equal(desk.decisionOf(run), undefined);
  });

  it('approve says that the run has not been told yet: the answer is on record all the same', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    desk.world.callback = 'lost';
    const { exitCode, printed } = await keyturn(['approve', run, '--count', count]);
    assert.equal(exitCode, 0);
    assert.match(
      printed,
      /Your answer is on record\..* The run has not been told yet, and will be within a few minutes\./,
    );
    assert.equal(desk.decisionOf(run)?.decision, 'approved');
  });

  it('reject needs a reason, and ends it', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const silent = await keyturn(['reject', run]);
    assert.deepEqual([silent.exitCode, silent.printed], [2, '']);
    assert.match(silent.complained, /^keyturn: --reason is missing/);
    assert.equal(desk.decisionOf(run), undefined);
    const { exitCode, printed } = await keyturn(['reject', run, '--reason', 'not tonight']);
    assert.equal(exitCode, 0);
    assert.match(printed, /It was rejected on 2026-11-18 19:15 UTC by first-approver: not tonight\./);
  });

  it('says what was decided before, when and by whom', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    await keyturn(['reject', run, '--reason', 'not tonight']);
    const { exitCode, complained } = await keyturn(['approve', run, '--count', count], { key: secondApprover });
    assert.equal(exitCode, 1);
    assert.match(complained, /It was rejected on 2026-11-18 19:15 UTC by first-approver: not tonight\./);
  });

  it('says that the time to answer is over', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    desk.world.now = desk.world.pending.get(run)?.answerBy ?? assert.fail('nothing waits');
    const { exitCode, complained } = await keyturn(['approve', run, '--count', count]);
    assert.deepEqual([exitCode, complained], [1, 'keyturn: The time to answer is over. Nothing will be touched.\n']);
  });

  it('says to whoever asked for the run that they cannot answer it', async () => {
    await desk.ask(smallPlan({ requestedBy: firstApprover.userArn }));
    const { exitCode, complained } = await keyturn(['approve', run, '--count', count]);
    assert.deepEqual([exitCode, complained], [1, 'keyturn: You asked for this run, so you cannot answer it.\n']);
  });

  it('says to whoever is no approver whom they are taken for', async () => {
    await desk.ask(smallPlan({ requestedBy: 'requester' }));
    const { exitCode, complained } = await keyturn(['approve', run, '--count', count], { key: mallory });
    assert.equal(exitCode, 1);
    assert.match(complained, /assumed-role\/Approver\/mallory@example\.com is no approver’s principal/);
  });

  it('says that nothing waits, and that a run is to be named', async () => {
    assert.match((await keyturn(['approve', 'no-such-run', '--count', '1'])).complained, /No plan of this run waits/);
    for (const args of [['approve'], ['approve', 'a/b'], ['reject', '--reason', 'x']]) {
      const { exitCode, complained } = await keyturn(args);
      assert.equal(exitCode, 2);
      assert.match(complained, /the run is missing/);
    }
  });
});
