import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { type HttpInit, type Network, TargetError } from '../../adapters/network.ts';
import { Slack } from '../../adapters/slack.ts';
import { SecretValue } from '../../core/secret-value.ts';
import { buttonUrl, SlackWorkspace } from '../../rehearsal/targets/slack.ts';
import { firstApprover, link, notice } from './notices.ts';

const tokenText = 'xoxb-CANARY-token';
const channel = 'C012ABCDEF';

/** Slack, and an app that asks it over a network without sockets. */
function bench({ token = tokenText } = {}) {
  const workspace = new SlackWorkspace({
    token: tokenText,
    users: [firstApprover.slackUser ?? ''],
    channels: [channel],
  });
  const asked: { readonly url: string; readonly init: HttpInit }[] = [];
  const slept: number[] = [];
  const faults: TargetError[] = [];
  let read = 0;
  const network = {
    fetch: async (url: string, init: HttpInit) => {
      asked.push({ url, init });
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      const { status, content } = workspace.target({
        method: init.method,
        path: new URL(url).pathname,
        headers: init.headers ?? {},
        body: init.body ?? '',
      });
      return { status, text: async () => JSON.stringify(content) };
    },
  } as unknown as Network;
  const slack = new Slack(
    { channel, tokenSecretArn: 'arn:token' },
    {
      network,
      clock: { sleep: async (milliseconds) => void slept.push(milliseconds) },
      token: {
        read: async () => {
          read += 1;
          return new SecretValue(token);
        },
      },
    },
  );
  return { slack, workspace, asked, slept, faults, reads: () => read };
}

describe('a message over Slack', () => {
  it('goes to an approver directly, with the button that is theirs', async () => {
    const { slack, workspace } = bench();
    await slack.write(firstApprover, notice, link);
    const [post, ...others] = workspace.inbox('U012ABCDEF');
    assert.deepEqual([others, workspace.inbox(channel)], [[], []]);
    assert.equal(post && buttonUrl(post), link.url);
  });

  it('goes to the channel without a link', async () => {
    const { slack, workspace } = bench();
    await slack.post(notice);
    assert.doesNotMatch(JSON.stringify(workspace.inbox(channel)), /https?:/);
  });

  it('asks Slack’s own address, bounds the time, and lets no preview open a link', async () => {
    const { slack, asked } = bench();
    await slack.write(firstApprover, notice, link);
    const [{ url, init } = assert.fail('nothing was asked')] = asked;
    assert.equal(url, 'https://slack.com/api/chat.postMessage');
    assert.deepEqual([init.method, init.timeoutMs], ['POST', 5_000]);
    const { unfurl_links, unfurl_media } = JSON.parse(init.body ?? '');
    assert.deepEqual([unfurl_links, unfurl_media], [false, false]);
  });

  it('reads the token each time, so that a new one counts at once', async () => {
    const { slack, reads } = bench();
    await slack.write(firstApprover, notice, link);
    await slack.post(notice);
    assert.equal(reads(), 2);
  });

  it('reaches approvers whose user is configured, and no other', () => {
    const { slack } = bench();
    assert.deepEqual(
      [slack.reaches(firstApprover), slack.reaches({ name: 'second-approver', email: 'j@example.com' })],
      [true, false],
    );
  });
});

describe('when Slack says no', () => {
  for (const code of ['channel_not_found', 'account_inactive', 'missing_scope', 'invalid_blocks']) {
    it(`with ok: false and ${code}, it is an error at once`, async () => {
      const { slack, workspace, asked } = bench();
      workspace.refuse(code);
      await assert.rejects(slack.post(notice), { name: 'SlackError', code, message: /see docs\/channels\/slack\.md/ });
      assert.equal(asked.length, 1);
    });
  }

  for (const code of ['ratelimited', 'service_unavailable', 'internal_error']) {
    it(`with ${code}, it is asked three times in all`, async () => {
      const { slack, workspace, asked, slept } = bench();
      workspace.refuse(code);
      await assert.rejects(slack.post(notice), { name: 'SlackError', code });
      assert.deepEqual([asked.length, slept], [3, [1_000, 3_000]]);
    });
  }

  it('by not answering, it is asked again, and the message arrives', async () => {
    const { slack, workspace, faults } = bench();
    faults.push(new TargetError('slack.com', 'NO_ANSWER'));
    await slack.post(notice);
    assert.equal(workspace.inbox(channel).length, 1);
  });

  it('in words that are none of Slack’s, they are not quoted', async () => {
    const { slack, workspace } = bench();
    workspace.refuse('Bearer xoxb-CANARY-token');
    await assert.rejects(slack.post(notice), { code: 'status 200' });
  });

  it('neither token nor link is in the error (S12)', async () => {
    const { slack, workspace } = bench({ token: 'xoxb-CANARY-wrong' });
    for (const refusal of [undefined, 'ratelimited']) {
      workspace.refuse(refusal);
      const error = await slack.write(firstApprover, notice, link).catch((thrown: unknown) => thrown);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /CANARY|the-link/);
    }
    assert.doesNotMatch(inspect(slack, { depth: 9, showHidden: true }), /CANARY/);
  });
});
