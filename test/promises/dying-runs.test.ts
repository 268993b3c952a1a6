/*
 * Goal: a run that dies, wherever it dies, is settled: nothing half-way, no client that notices, the lock free, people told
 * once (S5, S11).
 *
 * Method: whole runs on the small fleet. The execution is stopped as each of its states is entered, or a function is killed
 * at a call of its own; then everything is looked at behind the run's back.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { publicKeyFrom } from '../../adapters/public-key.ts';
import { exhibitOf } from '../../bin/evidence/copy.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { FinishedRun } from '../../core/history.ts';
import type { RecoveryReport } from '../../core/recovery.ts';
import settings from '../../keyturn.config.ts';
import { executionOf } from '../../rehearsal/dying-runs.ts';
import { evidenceOf } from '../../rehearsal/evidence.ts';
import type { Scene, Trap } from '../../rehearsal/scenario.ts';
import { findingsIn } from '../evidence.ts';
import { answer, invited, meanwhile, platform, security } from '../rehearsal/people.ts';
import { locked, moved, type Played, played, synthesised } from '../rehearsal/played.ts';

const assembly = synthesised();

interface Death {
  readonly state: string;
  /** At which of its visits, from 1. */
  readonly visit?: number;
  /** So many milliseconds after the state was entered. */
  readonly after?: number;
}

const stoppedAt = (scene: Scene, { state, visit = 1, after = 1 }: Death, more: Trap = {}): Trap => {
  let visits = 0;
  return {
    ...more,
    onTransition: (transition) => {
      if (transition.kind !== 'entered' || transition.execution !== scene.run || transition.state !== state) return;
      visits += 1;
      if (visits === visit) scene.time.after(after, () => scene.cloud.states.stop(executionOf(scene, scene.run)));
    },
  };
};

const recoveryOf = ({ scene: { cloud, run } }: Played): RecoveryReport | undefined => {
  const text = cloud.s3.text(cloud.archiveBucket, archiveKeys.recovery(run));
  return text === undefined ? undefined : JSON.parse(text);
};

/** What must be so after every death. */
function isSettled(day: Played): void {
  const { scene, report } = day;
  const { cloud } = scene;
  const pending = cloud.secretsManager
    .arns()
    .filter((arn) => cloud.secretsManager.labels(arn)['AWSPENDING'] !== undefined);
  const told = cloud.events.events().filter((event) => event['detail-type'] === 'Keyturn run recovered');
  const rotated = report.secrets.filter(({ kind }) => kind === 'rotated').map(({ name }) => name);

  assert.deepEqual(locked(day), [], 'AWSCURRENT authenticates');
  assert.deepEqual([report.clients.failures, report.clients.stillFailing], [0, []]);
  assert.deepEqual(moved(day).toSorted(), rotated.toSorted(), 'what moved is what is reported as rotated');
  assert.deepEqual([pending, report.held], [[], 0]);
  assert.deepEqual(cloud.s3.keys(cloud.deskBucket, 'lock.json'), [], 'the lock is free');
  assert.deepEqual(cloud.s3.keys(cloud.deskBucket, 'go-ahead/'), []);
  assert.equal(recoveryOf(day)?.died.status, 'ABORTED');
  assert.equal(told.length, 1, 'people are told once');
  const left = evidenceOf(cloud, scene.run);
  const exhibits = left.versions.map(exhibitOf);
  assert.ok(exhibits.some(({ key }) => key === archiveKeys.recoveryManifest(scene.run)));
  const { isGenuine: isSigned } = publicKeyFrom(left.publicKey);
  assert.deepEqual(findingsIn(scene.run, exhibits, { isSigned }), [], 'its evidence is whole');
  const history: FinishedRun[] = JSON.parse(cloud.s3.text(cloud.deskBucket, 'history.json') ?? '[]');
  const hadPlan = cloud.s3.text(cloud.archiveBucket, archiveKeys.plan(scene.run)) !== undefined;
  assert.deepEqual(
    history.map(({ run, outcome }) => [run, outcome]),
    hadPlan ? [[scene.run, recoveryOf(day)?.outcome]] : [],
    'it is remembered as it was settled',
  );
  assert.deepEqual(report.denied, []);
}

describe('S11 a run that is stopped is settled, in whichever state it was', () => {
  for (const death of [
    { state: 'Draft plan' },
    { state: 'Preflight' },
    { state: 'Confirm plan' },
    { state: 'Request approval' },
    { state: 'Confirm approval' },
    { state: 'Confirm approval', after: 60 },
    { state: 'Confirm approval', after: 150 },
    { state: 'Await window' },
    { state: 'Admit wave', visit: 2, after: 100 },
    { state: 'Rotate wave' },
    { state: 'Rotate wave', after: 150 },
    { state: 'Rotate wave', after: 400 },
    { state: 'Rotate wave', visit: 2, after: 100 },
    { state: 'Rotate wave', visit: 2, after: 700 },
    { state: 'Bake', after: 100_000 },
    { state: 'Probe wave', visit: 2 },
    { state: 'Judge wave' },
    { state: 'Renew expiry' },
    { state: 'Renew expiry', visit: 2, after: 100 },
    { state: 'Close run' },
    { state: 'Close run', after: 90 },
  ] satisfies readonly Death[]) {
    const { state, visit = 1, after = 1 }: Death = death;
    it(`${state}, visit ${visit}, ${after} ms after it began`, async () => {
      const day = await played(assembly, {
        scenario: {
          outcome: 'halted',
          // A run that was never asked about waits for nobody.
          nobodyAnswers: state === 'Request approval',
          begin: async (scene) => stoppedAt(scene, death),
        },
      });
      isSettled(day);
    });
  }

  for (const state of ['Request wave approval', 'Remind of wave']) {
    it(`${state}, while people are asked about a wave that is held`, async () => {
      const tiers = settings.tiers.map((tier) => ({ ...tier, holdBefore: tier.name === 'high' }));
      const day = await played(synthesised({ ...settings, tiers }), {
        scenario: {
          outcome: 'halted',
          nobodyAnswers: true,
          begin: async (scene) => ({
            ...stoppedAt(scene, { state, after: 60_000 }),
            ...meanwhile(async () => {
              for (const who of [platform, security]) await answer(scene, await invited(scene, who));
            }),
          }),
        },
      });
      isSettled(day);
      assert.equal(moved(day).length, 5, 'the wave before stays');
    });
  }

  it('even when the event that tells of it is lost: the sweep finds whoever has the lock', async () => {
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => {
          scene.cloud.deliveries.loseEvents = true;
          return stoppedAt(
            scene,
            { state: 'Rotate wave', visit: 2, after: 400 },
            {
              settled: async () => {
                await scene.time.sleep(900_000);
                scene.cloud.deliveries.sweep();
                scene.cloud.deliveries.sweep();
                await scene.cloud.settled();
              },
            },
          );
        },
      },
    });
    isSettled(day);
    assert.equal(recoveryOf(day)?.outcome, 'rolled-back');
  });
});

describe('S11 a redrive of a run that died and was settled', () => {
  it('begins nothing: no approval is confirmed, no wave admitted, no batch turned, and no tag moved', async () => {
    const answers: unknown[] = [];
    const day = await played(assembly, {
      scenario: {
        begin: async (scene) => {
          const { cloud, run, time } = scene;
          const invoke = async (name: string, event: object) => {
            const arn = cloud.functionArn(name);
            cloud.account.authorisation.admit('arn:aws:iam::111122223333:role/redriver', 'administrator');
            const { Payload } = (await cloud.account.call(
              'arn:aws:iam::111122223333:role/redriver',
              'lambda',
              'Invoke',
              {
                FunctionName: arn,
                Payload: JSON.stringify(event),
              },
            )) as { Payload: string };
            answers.push(JSON.parse(Payload));
          };
          return stoppedAt(
            scene,
            { state: 'Rotate wave', visit: 2, after: 400 },
            {
              settled: async () => {
                await cloud.settled();
                await time.sleep(3_600_000);
                const { digest } = JSON.parse(cloud.s3.text(cloud.archiveBucket, archiveKeys.decision(run)) ?? '')
                  .answers[0].answer;
                const [line = ''] = (cloud.s3.text(cloud.archiveBucket, archiveKeys.wave(run, 2)) ?? '').split('\n');
                await invoke('keyturn-prod-confirm-plan', { goal: 'approval', run, digest });
                await invoke('keyturn-prod-admit-wave', { run, wave: 2 });
                const batch = JSON.parse(line);
                await invoke(`keyturn-prod-rotate-batch-${batch.tier}`, { goal: 'rotate', batch });
                await invoke(`keyturn-prod-rotate-batch-${batch.tier}`, { goal: 'roll back', batch });
                await invoke('keyturn-prod-judge-wave', { run, wave: 1, phase: 'baked' });
                await invoke('keyturn-prod-renew-expiry', { run, wave: 2 });
                await invoke('keyturn-prod-renew-expiry', { run, wave: 1 });
              },
            },
          );
        },
      },
    });
    assert.deepEqual(answers.slice(0, 3), [
      { next: 'end', outcome: 'refused', reasons: ['runEnded'] },
      { next: 'end', outcome: 'halted', reasons: ['goAheadWithdrawn'] },
      { kind: 'notStarted', reason: 'goAheadWithdrawn' },
    ]);
    const [back, judged, ...renewals] = answers.slice(3) as [
      { claims: { kind: string; touched: boolean }[] },
      { next: string },
      ...{ errorMessage: string }[],
    ];
    assert.deepEqual(new Set(back.claims.map(({ kind, touched }) => `${kind} ${touched}`)), new Set(['back true']));
    // What was judged stays as it was judged, and moves no tag any more.
    assert.equal(judged.next, 'go on');
    for (const { errorMessage } of renewals) assert.match(errorMessage, /archive holds nothing|was settled/);
    assert.equal(renewals.length, 2);
    isSettled(day);
  });
});

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

describe('S11 a function that is killed', () => {
  for (const nth of [1, 3, 6, 9, 12, 15, 18, 21, 24, 27]) {
    for (const fate of ['callerDies', 'callerDiesAfter'] as const) {
      it(`at call ${nth} of rotate-batch in wave 1 (${fate}) costs nothing but the wave`, async () => {
        const seen = { count: 0 };
        const day = await played(assembly, {
          scenario: {
            outcome: 'rolled-back',
            begin: async () => ({
              fateOf: ({ principal }) => {
                if (!principal.includes('RotateBatch')) return 'works';
                seen.count += 1;
                return seen.count === nth ? fate : 'works';
              },
            }),
          },
        });
        assert.deepEqual(locked(day), []);
        assert.deepEqual([day.report.outcome, day.report.clients.failures, day.report.held], ['rolled-back', 0, 0]);
        assert.deepEqual(moved(day), []);
        assert.deepEqual(day.scene.cloud.s3.keys(day.scene.cloud.deskBucket, 'lock.json'), []);
      });
    }
  }
});

describe('S11 two runs at once', () => {
  it('are one rotation: the second ends when it would begin, and the first is not disturbed', async () => {
    const { scenarios } = await import('../../rehearsal/scenarios.ts');
    const day = await played(assembly, { scenario: scenarios['two-runs'] ?? assert.fail() });
    assert.deepEqual([day.report.outcome, day.report.promise.broken], ['completed', []]);
    assert.deepEqual(locked(day), []);
  });
});
