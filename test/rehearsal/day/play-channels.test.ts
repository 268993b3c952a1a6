/*
 * Goal: people are reached by whatever channels are set up, in time, and a link that decides reaches its owner alone.
 *
 * Method: whole runs of the deployed machine, steps and policies on the small fleet, each with other channels. What came
 * to inboxes, to Slack and to the log is read behind the run's back.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import settings from '../../../chromepay.config.ts';
import type { ChannelSettings, Settings } from '../../../core/settings.ts';
import { synthesise } from '../../../lib/synthesise.ts';
import { linkInSlack } from '../../../rehearsal/day/approver.ts';
import { tracesOf } from '../../promises/traces.ts';
import { answer, invited, meanwhile, platform, security } from './people.ts';
import { type Played, played } from './played.ts';

const slack = {
  channel: 'C0KEYTURN1',
  tokenSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:keyturn/slack-token-a1B2c3',
};
const users = ['U0PLATFORM', 'U0SECURITY', 'U0PAYMENTS'];
const email = settings.channels.email ?? assert.fail('ChromePay has no mail');

function synthesised(channels: ChannelSettings, more: Partial<Settings> = {}): string {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-channels-'));
  after(() => rmSync(outdir, { recursive: true }));
  const approvers = settings.approvers.map((approver, index) => ({
    ...approver,
    ...(channels.slack === undefined ? {} : { slackUser: users[index] ?? '' }),
  }));
  const changed = { ...settings, channels, approvers, ...more };
  synthesise({ settings: changed, outdir, account: '111122223333', region: 'us-east-1', bundling: false });
  return outdir;
}

const mails = ({ scene }: Played, address: string) => scene.cloud.ses.inbox(address);
const topic = ({ scene }: Played, address: string) => scene.cloud.sns.inbox(address).map(({ message }) => message);
const linksIn = (text: string) => text.match(/\/review\/[^\s/]+\/[\w-]{43}/g) ?? [];

describe('with Slack alone', () => {
  const assembly = synthesised({ slack });

  it('a whole run is approved by the button of a direct message, and the channel hears how it went', async () => {
    const day = await played(assembly);
    const { report, scene } = day;
    assert.deepEqual([report.outcome, report.rotated, report.denied], ['completed', 10, []]);
    const workspace = scene.slack ?? assert.fail('there is no Slack');

    const [waits = '', more = '', ended = '', ...others] = workspace
      .inbox(slack.channel)
      .map((post) => JSON.stringify(post));
    assert.deepEqual(others, []);
    assert.match(waits, /A plan waits for an approval/);
    assert.match(more, /by platform-oncall; 1 more must approve/);
    assert.match(ended, /\*Decided:\* approved by platform-oncall/);
    assert.match(ended, /10 of 10 selected secrets rotated/);
    assert.deepEqual(linksIn(waits + more + ended), []);

    // The first was asked, the others told besides that somebody had approved; everybody how it went.
    for (const [index, links] of [
      [1, 0],
      [1, 1, 0],
      [1, 1, 0],
    ].entries()) {
      const posts = workspace.inbox(users[index] ?? '').map((post) => linksIn(JSON.stringify(post)).length);
      assert.deepEqual(posts, links, users[index]);
    }
    assert.deepEqual([mails(day, platform), mails(day, security)], [[], []]);
  });

  it('neither the token nor a link is in a log, a state or the archive (S12)', async () => {
    const day = await played(assembly);
    const { scene } = day;
    const workspace = scene.slack ?? assert.fail('there is no Slack');
    const link =
      linkInSlack(workspace, users[0] ?? '')
        ?.split('/')
        .at(-1) ?? assert.fail('nobody was asked');
    const traces = tracesOf(day);
    assert.ok(traces.get('log')?.includes('approval requested'));
    for (const [where, text] of traces) {
      // What the rehearsal itself tells whoever watches it is the link.
      if (where === 'progress') continue;
      for (const secret of [link, 'xoxb-rehearsal']) assert.ok(!text.includes(secret), where);
    }
  });

  it('which is down, a run ends before anything is touched, and says why', async () => {
    const { report, logged } = await played(assembly, {
      scenario: {
        outcome: 'halted',
        begin: async ({ slack: workspace }) => {
          workspace?.refuse('account_inactive');
          return {};
        },
      },
    });
    assert.deepEqual(
      [report.outcome, report.reasons, report.writesToSecrets],
      ['halted', ['stepFailed:Request approval:NobodyReachedError'], 0],
    );
    assert.match(logged.join('\n'), /"channel":"slack".*account_inactive/);
  });
});

describe('with mail and Slack', () => {
  it('Slack may be down: mail reaches people, and the run goes on', async () => {
    const day = await played(synthesised({ email, slack }), {
      scenario: {
        begin: async ({ slack: workspace }) => {
          workspace?.refuse('service_unavailable');
          return {};
        },
      },
    });
    assert.equal(day.report.outcome, 'completed');
    assert.equal(mails(day, platform).length, 2);
    assert.match(day.logged.join('\n'), /a channel did not take a notice/);
  });
});

describe('with mail', () => {
  /** One answer is enough, so that it is known which one counted. */
  const tiers = settings.tiers.map((tier) => ({ ...tier, approvals: 1 }));
  const assembly = synthesised({ email }, { approvalTimeoutSeconds: 4 * 3_600, tiers });

  it('each approver gets one link, theirs, and nobody else gets any', async () => {
    const day = await played(assembly);
    const [own, others] = [platform, security].map((address) =>
      mails(day, address).flatMap(({ text, html }) => [linksIn(text), linksIn(html)].flat()),
    );
    assert.equal(new Set(own).size, 1);
    assert.equal(new Set(others).size, 1);
    assert.notDeepEqual(own, others);
    assert.deepEqual(topic(day, platform), [], 'what is about a run reaches them by mail alone');
    assert.ok(!day.logged.join('\n').includes(own?.[0]?.split('/').at(-1) ?? 'no link'));
  });

  it('those who do not answer are reminded an hour before the end, and hear that it has expired', async () => {
    const day = await played(assembly, { scenario: { outcome: 'expired', nobodyAnswers: true } });
    assert.deepEqual([day.report.outcome, day.report.writesToSecrets], ['expired', 0]);
    const inbox = mails(day, security);
    assert.deepEqual(
      inbox.map(({ subject }) => subject),
      [
        'Keyturn prod: rotate 10 secrets? Answer by 2026-11-18 23:15 UTC',
        'Keyturn prod: still waiting: rotate 10 secrets? Answer by 2026-11-18 23:15 UTC',
        'Keyturn prod: run expired',
      ],
    );
    const [asked = 0, reminded = 0, expired = 0] = inbox.map(({ at }) => at);
    assert.equal(Math.round((reminded - asked) / 60_000), 180);
    // The run waits two minutes longer than people may answer, for what was answered in the last moment.
    assert.equal(Math.round((expired - asked) / 60_000), 242);
    assert.match(inbox[2]?.text ?? '', /Nobody answered in time/);
  });

  for (const which of ['first', 'second'] as const) {
    it(`an approval by the ${which} link after a reminder wakes the run`, async () => {
      const { report } = await played(assembly, {
        scenario: {
          nobodyAnswers: true,
          begin: async (scene) =>
            meanwhile(async () => {
              const first = await invited(scene, platform);
              while (scene.cloud.ses.inbox(platform).length < 2) await scene.time.sleep(60_000);
              await answer(scene, which === 'first' ? first : await invited(scene, platform));
            }),
        },
      });
      assert.deepEqual([report.outcome, report.rotated, report.approval?.by], ['completed', 10, 'platform-oncall']);
    });
  }

  it('those who were asked hear who rejected it, and why', async () => {
    const day = await played(assembly, {
      scenario: {
        outcome: 'rejected',
        nobodyAnswers: true,
        begin: async (scene) =>
          meanwhile(async () => {
            await answer(scene, await invited(scene, platform), { decision: 'rejected', reason: 'not on a Wednesday' });
          }),
      },
    });
    assert.equal(day.report.outcome, 'rejected');
    for (const address of [platform, security]) {
      const last = mails(day, address).at(-1);
      assert.equal(last?.subject, 'Keyturn prod: run rejected');
      assert.match(last?.text ?? '', /Decided: rejected by platform-oncall, .*: not on a Wednesday/);
    }
  });
});

describe('with the topic alone', () => {
  it('it says that a plan waits, with no link that decides', async () => {
    const day = await played(synthesised({}), { scenario: { outcome: 'expired', nobodyAnswers: true } });
    const [waits = '', reminded = '', ended = ''] = topic(day, platform);
    assert.match(waits, /A plan waits for an approval/);
    assert.match(reminded, /A plan waits for an approval/);
    assert.match(ended, /Nobody answered in time/);
    assert.deepEqual(linksIn(waits + reminded + ended), []);
  });

  it('whoever acts as an IAM principal approves from a terminal, as the notice tells them', async () => {
    const principals = [
      'arn:aws:sts::111122223333:assumed-role/Approver/platform@example.com',
      'arn:aws:iam::111122223333:role/people/Security',
    ];
    const acting = settings.approvers.slice(0, 2);
    const approvers = acting.map((approver, index) => ({ ...approver, principal: principals[index] ?? '' }));
    const day = await played(synthesised({}, { approvers }));
    assert.deepEqual([day.report.outcome, day.report.rotated, day.report.denied], ['completed', 10, []]);
    const [waits = ''] = topic(day, platform);
    assert.match(waits, /From a terminal, by platform-oncall, security-oncall: npm run keyturn -- approve rehearsal-/);
    assert.deepEqual(linksIn(waits), []);
    const { cloud, run } = day.scene;
    const decision = JSON.parse(cloud.s3.text(cloud.archiveBucket, `runs/${run}/decision.json`) ?? '{}');
    assert.deepEqual(
      decision.answers.map(({ answer }: { answer: { approver: string; provedBy: unknown } }) => [
        answer.approver,
        answer.provedBy,
      ]),
      [
        ['platform-oncall', { kind: 'iam', principal: principals[0] }],
        ['security-oncall', { kind: 'iam', principal: 'arn:aws:sts::111122223333:assumed-role/Security/rehearsal' }],
      ],
    );
  });
});
