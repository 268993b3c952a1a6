/*
 * Goal: S1 nothing changes without an approval of exactly that plan, by somebody who did not ask for it, in time.
 *
 * Method: whole runs, in each of which somebody goes around one part of the approval: at the page, in the archive, or with
 * an administrator's rights past the workflow. What they are answered is looked at, and that no secret has changed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../adapters/sha256.ts';
import settings from '../../chromepay.config.ts';
import type { Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { answerWith, sealed } from '../decisions.ts';
import { asOf } from '../entries.ts';
import {
  answer,
  ask,
  fieldsIn,
  invited,
  invoke,
  meanwhile,
  platform,
  security,
  send,
  when,
} from '../rehearsal/day/people.ts';
import { changed, type Played, type Playing, played, synthesised } from '../rehearsal/day/played.ts';
import { Deployed } from './deployed.ts';

const assembly = synthesised();

/** Plays a run in which nobody approves by themselves. */
const unanswered = (begin: (scene: Scene) => Trap | Promise<Trap>, options: Playing = {}) =>
  played(assembly, {
    ...options,
    scenario: { outcome: 'expired', nobodyAnswers: true, begin: async (scene) => begin(scene) },
  });

function assertNothingChanged(day: Played, outcome: string, ...reasons: string[]): void {
  assert.deepEqual([day.report.outcome, day.report.reasons], [outcome, reasons]);
  assert.deepEqual([day.report.writesToSecrets, day.report.rotated, changed(day)], [0, 0, []]);
}

const planOf = ({ cloud, run }: Scene) => cloud.s3.text(cloud.archiveBucket, `runs/${run}/plan.json`) ?? '';

function tamperWithPlan({ cloud, run, ...scene }: Scene): void {
  const header = JSON.parse(planOf({ cloud, run, ...scene }));
  cloud.s3.tamper(cloud.archiveBucket, `runs/${run}/plan.json`, JSON.stringify({ ...header, why: 'another reason' }));
}

describe('S1 without an approval', () => {
  it('S1 a batch of the very plan is not rotated, whoever invokes the function', async () => {
    let said: unknown;
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        await invited(scene, platform);
        const { cloud, run } = scene;
        const [line = ''] = (cloud.s3.text(cloud.archiveBucket, `runs/${run}/waves/1.jsonl`) ?? '').split('\n');
        said = await invoke(scene, 'keyturn-prod-rotate-batch-low', { goal: 'rotate', batch: JSON.parse(line) });
      }),
    );
    assert.deepEqual(said, { kind: 'notStarted', reason: 'approvalMissing' });
    assertNothingChanged(day, 'expired', 'nobodyAnswered');
  });

  it('S1 a wave that was not let go is not rotated, though its plan is approved and its run goes on', async () => {
    let said: unknown;
    const day = await played(assembly, {
      scenario: {
        outcome: 'completed',
        begin: async (scene) =>
          meanwhile(async () => {
            const { cloud, run } = scene;
            const text = (path: string) => cloud.s3.text(cloud.archiveBucket, `runs/${run}/${path}`);
            while (text('admissions/1.json') === undefined) await scene.time.sleep(60_000);
            const batches = (text('waves/2.jsonl') ?? '').split('\n').map((line) => JSON.parse(line));
            const batch = batches.find(({ tier }) => tier === 'high');
            said = await invoke(scene, 'keyturn-prod-rotate-batch-high', { goal: 'rotate', batch });
          }),
      },
    });
    assert.deepEqual(said, { kind: 'notStarted', reason: 'notAdmitted' });
    assert.deepEqual([day.report.outcome, day.report.rotated], ['completed', 10]);
  });

  it('S1 what a run has rotated is not taken back past the workflow, once the run is over', async () => {
    const said: unknown[] = [];
    const day = await played(assembly, {
      scenario: {
        outcome: 'completed',
        begin: async (scene) => ({
          settled: async () => {
            const { cloud, run } = scene;
            for (const wave of [1, 2]) {
              const lines = (cloud.s3.text(cloud.archiveBucket, `runs/${run}/waves/${wave}.jsonl`) ?? '').split('\n');
              for (const batch of lines.map((line) => JSON.parse(line))) {
                said.push(await invoke(scene, `keyturn-prod-rotate-batch-${batch.tier}`, { goal: 'roll back', batch }));
              }
            }
          },
        }),
      },
    });
    assert.ok(said.length > 2);
    for (const one of said) assert.deepEqual(one, { kind: 'notStarted', reason: 'runOver' });
    assert.equal(changed(day).length, 10);
  });

  it('S1 a decision that somebody wrote into the archive, waking the run by its own token, lacks the seal', async () => {
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        await invited(scene, platform);
        const { cloud, run } = scene;
        const pending = JSON.parse(cloud.s3.text(cloud.deskBucket, `pending/${run}.json`) ?? '{}');
        const { digest, requestedBy, expiresAt, taskToken } = pending;
        const decidedAt = scene.time.now();
        const answers = ['platform-oncall', 'security-oncall'].map((approver) =>
          sealed(answerWith({ run, digest, requestedBy, expiresAt, approver, decidedAt }), 'A'.repeat(43)),
        );
        const decision = JSON.stringify({ decision: 'approved', answers });
        cloud.s3.tamper(cloud.archiveBucket, `runs/${run}/decision.json`, decision);
        const insider = 'arn:aws:iam::111122223333:role/insider';
        cloud.account.authorisation.admit(insider, 'administrator');
        await cloud.account.call(insider, 'states', 'SendTaskSuccess', { taskToken, output: '{}' });
      }),
    );
    assertNothingChanged(day, 'halted', 'batch 0: notStarted: sealBroken');
  });

  it('S1 an administrator cannot lay links of their own beside those that approvers were sent', async () => {
    const insider = 'arn:aws:iam::111122223333:role/insider';
    const link = 'x'.repeat(43);
    let said: unknown;
    let page: Awaited<ReturnType<typeof ask>> | undefined;
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const { cloud, run } = scene;
        const sent = await invited(scene, platform);
        cloud.account.authorisation.admit(insider, 'administrator');
        const at = { Bucket: cloud.deskBucket, Key: `pending/${run}.json` };
        const pending = JSON.parse(cloud.s3.text(at.Bucket, at.Key) ?? '{}');
        const invitations = ['platform-oncall', 'security-oncall'].map((approver) => ({
          ...{ approver, linkHash: sha256(link), nonce: 'known' },
        }));
        const Body = JSON.stringify({ ...pending, invitations });
        said = await cloud.account.call(insider, 's3', 'PutObject', { ...at, Body }).catch(({ name }) => name);
        page = await ask(scene, sent.replace(/[^/]+$/, link));
      }),
    );
    assert.deepEqual([said, page?.status], ['AccessDenied', 404]);
    assertNothingChanged(day, 'expired', 'nobodyAnswered');
  });

  it('S1 one approval of a plan that needs two lets nothing rotate, and only the others are reminded', async () => {
    const pages: string[] = [];
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const first = await invited(scene, platform);
        const others = await invited(scene, security);
        pages.push((await answer(scene, first)).text);
        // The reminder brings no other link to whoever has answered. What they send once more is what they have sent.
        await scene.time.sleep(3 * 3_600_000 + 60_000);
        assert.notEqual(await invited(scene, security), others);
        assert.equal(await invited(scene, platform), first);
        pages.push((await ask(scene, first)).text);
      }),
    );
    for (const page of pages) assert.match(page, /Your approval is recorded[\s\S]*1 more approval is needed/);
    assertNothingChanged(
      day,
      'expired',
      'approvalsMissing: 1 of 2 (platform-oncall); no answer from security-oncall, payments-oncall',
    );
  });

  it('S1 an answer that comes after the time to answer counts for nothing', async () => {
    let late: Awaited<ReturnType<typeof send>> | undefined;
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const link = await invited(scene, platform);
        const fields = fieldsIn((await ask(scene, link)).text);
        await scene.time.sleep(4 * 3_600_000);
        late = await send(scene, link, { ...fields, decision: 'approved' });
      }),
    );
    assert.equal(late?.status, 409);
    assertNothingChanged(day, 'expired', 'nobodyAnswered');
  });
});

describe('S1 the page', () => {
  it('S1 decides nothing however often it is opened', async () => {
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const link = await invited(scene, platform);
        for (let times = 0; times < 20; times += 1) assert.equal((await ask(scene, link)).status, 200);
        for (const method of ['HEAD', 'PUT', 'DELETE']) assert.equal((await ask(scene, link, { method })).status, 404);
      }),
    );
    assertNothingChanged(day, 'expired', 'nobodyAnswered');
  });

  it('S1 refuses an answer to another plan, with another nonce, of another origin, and another number of secrets', async () => {
    const statuses: number[] = [];
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const link = await invited(scene, platform);
        for (const wrong of [{ digest: `sha256:${'0'.repeat(64)}` }, { nonce: 'guessed' }, { count: '11' }]) {
          statuses.push((await answer(scene, link, wrong)).status);
        }
        const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' };
        statuses.push((await ask(scene, link, { method: 'POST', headers, body: 'decision=approved' })).status);
      }),
    );
    assert.deepEqual(statuses, [409, 409, 422, 403]);
    assertNothingChanged(day, 'expired', 'nobodyAnswered');
  });

  it('S1 opens for no link but the one that was sent', async () => {
    const statuses: number[] = [];
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const { origin } = new URL(await invited(scene, platform));
        const links = ['/', '/review', `/review/${scene.run}`, `/review/${scene.run}/short`];
        const guesses = [`/review/${scene.run}/${'A'.repeat(43)}`, `/review/another-run/${'A'.repeat(43)}`];
        for (const path of [...links, ...guesses]) statuses.push((await ask(scene, `${origin}${path}`)).status);
      }),
    );
    assert.deepEqual(statuses, [404, 404, 404, 404, 404, 404]);
    assertNothingChanged(day, 'expired', 'nobodyAnswered');
  });

  it('S1 takes the first answer, and no second', async () => {
    const statuses: number[] = [];
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const [one, other] = [await invited(scene, platform), await invited(scene, security)];
        const fields = fieldsIn((await ask(scene, other)).text);
        statuses.push((await answer(scene, one, { decision: 'rejected', reason: 'not tonight' })).status);
        statuses.push((await send(scene, other, { ...fields, decision: 'approved' })).status);
      }),
    );
    assert.deepEqual(statuses, [200, 409]);
    assertNothingChanged(day, 'rejected', 'rejected: not tonight');
  });

  it('S1 says that a plan has changed, and takes no answer to it', async () => {
    let refused: Awaited<ReturnType<typeof send>> | undefined;
    const day = await unanswered((scene) =>
      meanwhile(async () => {
        const link = await invited(scene, platform);
        const fields = fieldsIn((await ask(scene, link)).text);
        tamperWithPlan(scene);
        refused = await send(scene, link, { ...fields, decision: 'approved' });
      }),
    );
    assert.equal(refused?.status, 409);
    // Who is to be reminded of it finds out, and people are told to look.
    assertNothingChanged(day, 'halted', 'stepFailed:Remind approvers:OtherPlanError');
  });
});

describe('S1 whoever asked for a run', () => {
  it('S1 is sent no link, under whatever spelling; somebody else approves', async () => {
    for (const requestedBy of ['platform-oncall', ' Platform-Oncall@chromepay.example']) {
      const { report, scene } = await played(assembly, { requestedBy });
      assert.deepEqual([report.outcome, report.approval?.by], ['completed', 'security-oncall and payments-oncall']);
      const links = scene.cloud.ses.inbox(platform).filter(({ text }) => text.includes('/review/'));
      assert.deepEqual(links, []);
    }
  });
});

describe('S1 a plan that fewer people may approve than must', () => {
  it('S1 is refused at once, asked of nobody, and all are told', async () => {
    const two = synthesised({ ...settings, approvers: settings.approvers.slice(0, 2) });
    const day = await played(two, { requestedBy: 'platform-oncall', scenario: { outcome: 'refused' } });
    assertNothingChanged(day, 'refused', 'tooFewApprovers: 2 must approve, and only security-oncall may');
    const { cloud, time } = day.scene;
    assert.ok(time.now() - asOf < 600_000, 'it waited for an answer');
    for (const address of [platform, security]) {
      const mails = cloud.ses.inbox(address).map(({ text }) => text);
      assert.ok(mails.some((text) => text.includes('too few people are left who may approve it')));
      assert.ok(mails.every((text) => !text.includes('/review/')));
    }
  });
});

describe('S1 a plan whose bytes change after the approval', () => {
  const changedOn = (state: string, change: (scene: Scene) => void) =>
    played(assembly, { scenario: { outcome: 'refused', begin: async (scene) => when(state, () => change(scene)) } });

  it('S1 is refused when the approval is looked at again', async () => {
    assertNothingChanged(await changedOn('Confirm approval', tamperWithPlan), 'refused', 'otherPlan');
  });

  it('S1 admits no wave', async () => {
    assertNothingChanged(await changedOn('Admit wave', tamperWithPlan), 'halted', 'otherPlan');
  });

  it('S1 is refused by the function that would write', async () => {
    const day = await changedOn('Rotate batch', tamperWithPlan);
    assertNothingChanged(day, 'halted', 'batch 0: notStarted: otherPlan');
  });
});

describe('S1 the mode', () => {
  it('S1 is audit on the schedule that is switched on, and the others have to be switched on', async () => {
    const { stack } = new Deployed(assembly);
    assert.deepEqual(
      stack.schedules
        .filter(({ target }) => target.input.includes('"schedule"'))
        .map(({ isEnabled, target }) => [isEnabled, JSON.parse(target.input).schedule]),
      [
        [true, 'audit'],
        [false, 'rotation'],
        [false, 'retirement'],
      ],
    );
  });
});
