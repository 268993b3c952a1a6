/*
 * Goal: a rotation function that somebody else deployed rotates under Keyturn's guards, and however it fails, clients
 * notice nothing and nothing that it says is passed on.
 *
 * Method: whole runs on the small fleet, whose databases are handed over to functions, with those functions as they are,
 * or going wrong in one way.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import settings from '../../../chromepay.config.ts';
import { pluggedFunction, withFunctions } from '../../../rehearsal/day/plugged-function.ts';
import type { Scene } from '../../../rehearsal/day/scenario.ts';
import { deployFunctions } from '../../../rehearsal/functions.ts';
import type { Handler } from '../../../rehearsal/steps.ts';
import { found, tracesOf } from '../../promises/traces.ts';
import { changed, locked, moved, type Played, type Playing, played, synthesised } from './played.ts';

const assembly = synthesised(withFunctions(settings));

interface Asked {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

const asTheyAre = (handler: Handler): Handler => handler;

/** Plays a run in which the functions are what this makes of them, and notes what they are asked for. */
async function playedWith(change: (handler: Handler, scene: Scene) => Handler, options: Playing = {}) {
  const asked: Asked[] = [];
  const values = new Set<string>();
  const day = await played(assembly, {
    ...options,
    scenario: {
      ...pluggedFunction,
      // At a real server each authentication takes as long as it takes.
      ...(options.targets === 'real' ? { clientsEvery: 3_600_000 } : {}),
      begin: async (scene) => {
        const trap = (await pluggedFunction.begin?.(scene)) ?? {};
        const { secretsManager } = scene.cloud;
        secretsManager.onWrite(({ secretArn }) => {
          for (const version of secretsManager.versions(secretArn)) {
            const { password } = JSON.parse(String(secretsManager.value(secretArn, version)));
            if (password !== undefined) values.add(password);
          }
        });
        deployFunctions(scene.cloud, scene.estate, (handler) => {
          const changedHandler = change(handler, scene);
          return (event) => {
            asked.push(event as Asked);
            return changedHandler(event);
          };
        });
        // What fails there fails alone.
        return change === asTheyAre ? { ...trap, settled: async () => {} } : {};
      },
    },
  });
  return { day, asked, values };
}

const only =
  (step: string, wrong: Handler) =>
  (handler: Handler): Handler =>
  (event) =>
    (event as Asked).Step === step ? wrong(event) : handler(event);

const isLogin = (name: string) => /\/db-(app|reader)/.test(name);

function assertRolledBack(day: Played, reason: string): void {
  const { report } = day;
  assert.equal(report.outcome, 'rolled-back');
  assert.ok(
    report.reasons.some((said) => said.endsWith(`: ${reason}`)),
    report.reasons.join(),
  );
  assert.deepEqual(moved(day).filter(isLogin), []);
  assert.deepEqual(locked(day), []);
  assert.deepEqual([report.clients.failures, report.held], [0, 0]);
  const { secretsManager } = day.scene.cloud;
  assert.deepEqual(
    secretsManager.arns().filter((arn) => secretsManager.labels(arn)['AWSPENDING'] !== undefined),
    [],
  );
}

describe('a fleet whose databases are rotated by functions', () => {
  for (const targets of ['simulated', 'real'] as const) {
    it(`is rotated with ${targets} targets, though an invocation is lost, one throttled and one answer lost`, async () => {
      const { day, asked } = await playedWith(asTheyAre, { targets });
      const { report } = day;
      assert.deepEqual([report.outcome, report.promise.broken], ['completed', []]);
      assert.deepEqual([report.selected, report.rotated, report.clients.failures], [8, 8, 0]);
      assert.deepEqual(
        [report.leftAlone['rotatesItself'], report.leftAlone['otherFunction'], report.denied],
        [1, 1, []],
      );
      assert.equal(moved(day).filter(isLogin).length, 2);

      const rotated = new Set(day.report.secrets.filter(({ kind }) => kind === 'rotated').map(({ name }) => name));
      for (const [arn, { name, labels }] of day.before) {
        if (!isLogin(name) || !rotated.has(name)) continue;
        const of = asked.filter(({ SecretId }) => SecretId === arn);
        const { cloud } = day.scene;
        const current = cloud.secretsManager.labels(arn)['AWSCURRENT'];
        assert.notEqual(current, labels['AWSCURRENT']);
        assert.deepEqual(new Set(of.map(({ ClientRequestToken }) => ClientRequestToken)), new Set([current]));
        assert.deepEqual(new Set(of.map(({ Step }) => Step)), new Set(['createSecret', 'setSecret', 'testSecret']));
      }
    });
  }

  it('S4 leaves alone what Secrets Manager rotates itself or another function is for, and asks no function about it', async () => {
    const { day, asked } = await playedWith(asTheyAre);
    const unfit = day.report.leftAloneSecrets.filter(({ reason }) =>
      ['rotatesItself', 'otherFunction'].includes(reason),
    );
    assert.equal(unfit.length, 2);
    assert.deepEqual(
      changed(day).filter((name) => unfit.some((one) => one.name === name)),
      [],
    );
    assert.deepEqual(
      asked.filter(({ SecretId }) => unfit.some(({ name }) => SecretId.includes(`:secret:${name}-`))),
      [],
    );
  });
});

describe('S6 S12 a function that goes wrong', () => {
  const saying = (name: string) => async (): Promise<never> => {
    throw Object.assign(new Error('see what it says'), { name });
  };

  for (const [step, reason] of [
    ['createSecret', 'newRejected'],
    ['setSecret', 'newRejected'],
    ['testSecret', 'stuck'],
  ] as const) {
    it(`at ${step} holds its secret (${reason}) and sends the wave back; its words are nowhere, the kind of its error is in the log`, async () => {
      const { day, asked, values } = await playedWith((handler, { cloud }) =>
        only(step, async (event) => {
          const { SecretId, ClientRequestToken } = event as Asked;
          const value = cloud.secretsManager.value(SecretId, ClientRequestToken);
          throw Object.assign(new Error(`cannot log in with ${value}`), { name: 'ValueError' });
        })(handler),
      );
      assertRolledBack(day, reason);
      assert.equal(asked.filter((one) => one.Step === step).length, 3);
      assert.ok(values.size > 0);
      const traces = tracesOf(day);
      assert.deepEqual(found(values, traces), []);
      const told = day.logged.filter((line) => line.includes('a rotation function did not do a step'));
      assert.equal(told.filter((line) => JSON.parse(line).error === 'ValueError').length, 3);
    });
  }

  it('and puts what it knows into the very name of its error is told of as unknown', async () => {
    const { day } = await playedWith(only('setSecret', saying('hunter2 is the password')));
    assertRolledBack(day, 'newRejected');
    assert.deepEqual(found(['hunter2'], tracesOf(day)), []);
  });

  it('S11 and does not come to an end in its time is not waited for longer, and its secret goes back', async () => {
    const { day, asked } = await playedWith((handler, { time }) =>
      only('setSecret', async (event) => {
        await time.sleep(31_000);
        return handler(event);
      })(handler),
    );
    assertRolledBack(day, 'newRejected');
    assert.equal(asked.filter(({ Step }) => Step === 'setSecret').length, 3);
    assert.ok(day.logged.some((line) => line.includes('"error":"Sandbox.Timedout"')));
  });

  it('S5 and says that it did what it did not is found out by our own probe', async () => {
    const { day } = await playedWith(only('setSecret', async () => null));
    assertRolledBack(day, 'newRejected');
  });

  it('S5 and moves AWSCURRENT itself leaves nothing that a target rejects, and nobody notices', async () => {
    const { day } = await playedWith((handler) => async (event) => {
      await handler(event);
      if ((event as Asked).Step === 'setSecret') await handler({ ...(event as Asked), Step: 'finishSecret' });
      return null;
    });
    // It is the version that was planned, and it is probed there.
    assert.deepEqual([day.report.outcome, day.report.verification.confirmed], ['completed', day.report.rotated]);
    assert.deepEqual(locked(day), []);
    assert.equal(day.report.clients.failures, 0);
  });
});
