/*
 * Goal: S11 what was judged sound before its run died is looked at once more, and finished, put back or held: never taken for
 * good because it once was.
 *
 * Method: whole runs on the small fleet that are stopped after a wave was judged sound; meanwhile somebody else, or a fault,
 * sees to it that it is sound no more.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import type { Scene } from '../../rehearsal/day/scenario.ts';
import { locked, moved, type Played, played, synthesised } from '../rehearsal/day/played.ts';
import { isSettled, recoveryOf, stoppedAt } from './deaths.ts';

const assembly = synthesised();

describe('S11 a wave that was judged sound before its run died', () => {
  /** Stopped in `Renew expiry` of the second wave. Then something happens, before the watchdog may look. */
  const stoppedBeforeRenewal = (meanwhile: (scene: Scene) => void) =>
    played(assembly, {
      scenario: {
        outcome: 'halted',
        begin: async (scene) => {
          const trap = stoppedAt(scene, { state: 'Renew expiry', visit: 2 });
          return {
            ...trap,
            onTransition: (transition) => {
              trap.onTransition?.(transition);
              if (transition.kind === 'entered' && transition.state === 'Await deadline') meanwhile(scene);
            },
          };
        },
      },
    });
  const secretNamed = (day: Played, part: string) =>
    day.report.secrets.filter(({ name }) => name.includes(part)).map(({ wave, kind, reason }) => [wave, kind, reason]);
  /** Its owner switches off the key that clients read. */
  const deactivate = ({ cloud, estate }: Scene, name: string): void => {
    const arn = cloud.secretsManager.arns().find((one) => one.includes(name)) ?? assert.fail();
    const { keyId, apiKey } = JSON.parse(String(cloud.secretsManager.value(arn)));
    const headers = { authorization: `Bearer ${apiKey}` };
    estate.keys.target({ method: 'POST', path: `/v1/keys/${keyId}/deactivate`, headers, body: '' });
  };

  it('is looked at once more, as are those before it, and renewed', async () => {
    const day = await stoppedBeforeRenewal(() => {});
    const { cloud, run } = day.scene;
    const verdicts = [1, 2].map((wave) =>
      cloud.s3.text(cloud.archiveBucket, archiveKeys.verdict(run, wave, 'verified')),
    );
    assert.deepEqual(
      verdicts.map((text) => JSON.parse(text ?? '{}').verdict),
      ['sound', 'sound'],
    );
    assert.deepEqual([recoveryOf(day)?.outcome, recoveryOf(day)?.verified], ['completed', 10]);
    isSettled(day);
  });

  it('goes back when a secret of it no longer authenticates, and none of its tags is moved', async () => {
    const day = await stoppedBeforeRenewal((scene) => {
      deactivate(scene, 'orders/api-key-2');
    });
    assert.deepEqual(secretNamed(day, 'orders/api-key-2'), [[2, 'rolledBack', undefined]]);
    assert.deepEqual([recoveryOf(day)?.outcome, locked(day), day.report.held], ['rolled-back', [], 0]);
    const tags = [...day.before.values()].filter(({ name }) => name.includes('medium') || name.includes('high'));
    for (const { name, tags: before } of tags) {
      const arn = day.scene.cloud.secretsManager.arns().find((one) => one.includes(name)) ?? '';
      assert.deepEqual(day.scene.cloud.secretsManager.tags(arn), before, name);
    }
  });

  it('is for people to look at, when it is an earlier one: its secret is held, the others and the last wave stay', async () => {
    const day = await stoppedBeforeRenewal((scene) => {
      deactivate(scene, 'sandbox-gateway/api-key-1');
    });
    assert.deepEqual(secretNamed(day, 'sandbox-gateway/api-key-1'), [
      [1, 'held', 'rejected: prod/low/sandbox-gateway/api-key-1'],
    ]);
    assert.deepEqual([recoveryOf(day)?.outcome, day.report.rotated, recoveryOf(day)?.verified], ['halted', 9, 9]);
    assert.ok(
      recoveryOf(day)?.reasons.includes(
        'held: prod/low/sandbox-gateway/api-key-1: rejected: prod/low/sandbox-gateway/api-key-1',
      ),
    );
    const { cloud } = day.scene;
    assert.match(cloud.s3.text(cloud.deskBucket, 'quarantine.json') ?? '', /sandbox-gateway\/api-key-1/);
    assert.deepEqual(cloud.s3.keys(cloud.deskBucket, 'lock.json'), []);
  });
});

describe('S11 a wave that was judged sound, of a run whose recovery is in trouble', () => {
  /** As before; from the watchdog's wait on, this function reaches nothing in S3. */
  const recoveredWithout = (principalPart: string) =>
    played(assembly, {
      scenario: {
        outcome: 'halted',
        begin: async (scene) => {
          const trap = stoppedAt(scene, { state: 'Renew expiry', visit: 2 });
          let isSilent = false;
          return {
            ...trap,
            fateOf: ({ principal, service }) =>
              isSilent && service === 's3' && principal.includes(principalPart) ? 'requestLost' : 'works',
            onTransition: (transition) => {
              trap.onTransition?.(transition);
              if (transition.kind === 'entered' && transition.state === 'Await deadline') isSilent = true;
            },
          };
        },
      },
    });
  const told = (day: Played) => ({
    outcome: recoveryOf(day)?.outcome,
    waves: recoveryOf(day)?.waves.map(({ outcome }) => outcome),
    unfinished: recoveryOf(day)?.reasons.filter((reason) => reason.startsWith('unfinished')),
  });

  it('is unfinished when it could not be judged once more, and so is each that was to be after it', async () => {
    assert.deepEqual(told(await recoveredWithout('JudgeWave')), {
      outcome: 'halted',
      waves: ['unfinished', 'unfinished'],
      unfinished: ['unfinished: wave 1', 'unfinished: wave 2'],
    });
  });

  it('is renewed when the function that was under way as the run was stopped has said so, though it is in trouble now', async () => {
    assert.deepEqual(told(await recoveredWithout('RenewExpiry')), {
      outcome: 'halted',
      waves: ['renewed', 'renewed'],
      unfinished: [],
    });
  });
});

describe('S11 a sound wave of which a tag cannot be moved', () => {
  /** Nothing that is said about the tag of this secret arrives, until the watchdog waits, or ever. */
  const unmoved = (name: string, isForever: boolean) =>
    played(assembly, {
      scenario: {
        outcome: 'halted',
        begin: async () => {
          let isSilent = true;
          return {
            fateOf: ({ operation, input }) =>
              isSilent && operation === 'TagResource' && (input as { SecretId: string }).SecretId.includes(name)
                ? 'requestLost'
                : 'works',
            onTransition: ({ kind, state }) => {
              if (kind === 'entered' && state === 'Await deadline') isSilent = isForever;
            },
          };
        },
      },
    });
  const dueStill = (day: Played) =>
    [...day.before].flatMap(([arn, { name, tags }]) => {
      const now = day.scene.cloud.secretsManager.tags(arn);
      const isMoved = moved(day).includes(name);
      return isMoved && now['expiration_date'] === tags['expiration_date'] ? [name] : [];
    });

  it('is renewed by the watchdog once that is possible again, and nothing is left to do', async () => {
    const day = await unmoved('sandbox-gateway/api-key-1', false);
    assert.deepEqual([recoveryOf(day)?.died.status, recoveryOf(day)?.reasons], ['FAILED', ['died: FAILED']]);
    assert.deepEqual(
      recoveryOf(day)?.waves.map(({ outcome }) => outcome),
      ['renewed', 'not started'],
    );
    assert.deepEqual([moved(day).length, dueStill(day), locked(day)], [5, [], []]);
  });

  it('is unfinished where it stays so: that secret is named, people are told, and the tags of the others are moved', async () => {
    const name = 'prod/low/sandbox-gateway/api-key-1';
    const day = await unmoved(name, true);
    const recovery = recoveryOf(day) ?? assert.fail('nothing was recovered');
    assert.deepEqual(
      [recovery.outcome, recovery.waves.map(({ outcome }) => outcome)],
      ['halted', ['unfinished', 'not started']],
    );
    assert.deepEqual(recovery.reasons, [
      'died: FAILED',
      'stepFailed:Renew sound wave:TagsNotMovedError',
      `tagNotRenewed: ${name}: TimeoutError`,
    ]);
    assert.deepEqual([moved(day).length, dueStill(day), locked(day)], [5, [name], []]);
    const [mail] = day.scene.cloud.ses.inbox('security-oncall@chromepay.example').slice(-1);
    assert.match(mail?.text ?? '', new RegExp(`Expiration tags not known to be renewed: ${name}: look at them`));
    assert.deepEqual(day.scene.cloud.s3.keys(day.scene.cloud.deskBucket, 'lock.json'), []);
  });
});
