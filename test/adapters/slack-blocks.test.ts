import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { slackMessage } from '../../adapters/slack-blocks.ts';
import { type Block, buttonUrl, SlackWorkspace } from '../../rehearsal/targets/slack.ts';
import { hostile, link, notice } from './notices.ts';

const workspace = new SlackWorkspace({ token: 'xoxb-1', users: ['U012ABCDEF'], channels: [] });

/** What Slack says to a message. */
function answerTo(message: object): unknown {
  const { content } = workspace.target({
    method: 'POST',
    path: '/api/chat.postMessage',
    headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: 'U012ABCDEF', ...message }),
  });
  return content;
}

const text = ({ blocks }: ReturnType<typeof slackMessage>) => JSON.stringify(blocks);

describe('a notice in Block Kit', () => {
  it('is what Slack takes', () => {
    assert.deepEqual(slackMessage(notice, link), {
      text: 'Keyturn prod: rotate 2 secrets?',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Keyturn prod: rotate 2 secrets?', emoji: false } },
        mrkdwn('Rotate 2 of 5 secrets in 1 wave.\n\n*Why:* They are due'),
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'keyturn-review',
              style: 'primary',
              text: { type: 'plain_text', text: 'See the plan and decide', emoji: false },
              url: 'https://desk.example.com/review/run-1/the-link',
            },
          ],
        },
        { type: 'context', elements: [mrkdwn('The link is yours alone.').text] },
        mrkdwn('*Waves*\n• Wave 1: 2 secrets, low'),
        { type: 'context', elements: [mrkdwn('Run: run-1').text] },
      ],
    });
  });

  it('has its link behind the button only, and none without one', () => {
    const { text: fallback, blocks } = slackMessage(notice, link);
    assert.equal(buttonUrl({ channel: '', text: fallback, blocks: blocks as unknown as Block[] }), link.url);
    assert.equal(JSON.stringify({ fallback, blocks }).split('the-link').length, 2);
    assert.doesNotMatch(JSON.stringify(slackMessage(notice, undefined)), /https?:|button/);
  });

  it('mentions nobody and links nowhere, whatever others wrote', () => {
    const message = slackMessage(hostile, undefined);
    // The header is plain text, in which Slack reads nothing.
    assert.doesNotMatch(text({ ...message, blocks: message.blocks.slice(1) }), /<[!@h]/);
    assert.doesNotMatch(message.text, /<!/);
    assert.match(text(message), /&lt;@U999&gt;/);
  });

  it('keeps within the limits, whatever it is given', () => {
    const words = fc.string({ maxLength: 4_000, unit: fc.constantFrom('a', '&', '<', ' ', '\n', 'é') });
    const facts = fc.array(fc.record({ name: words, value: words }), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.record({
          subject: words.map((said) => `s${said}`),
          lead: words.map((said) => `s${said}`),
          facts,
          references: facts,
          sections: fc.array(fc.record({ title: words, lines: fc.array(words, { maxLength: 30 }) }), { maxLength: 70 }),
        }),
        (given) => {
          assert.equal((answerTo(slackMessage(given, link)) as { ok: boolean }).ok, true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('drops lines that do not fit, whole, and says that there are more', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `${index} ${'&'.repeat(20)}`);
    const { blocks } = slackMessage({ ...notice, sections: [{ title: 'Long', lines }] }, undefined);
    const { text: said } = (blocks[2]?.['text'] ?? {}) as { text: string };
    assert.ok(said.length <= 3_000 && said.length > 2_800);
    assert.match(said, /&amp;\n…$/);
  });

  it('refuses a link that no button can hold', () => {
    assert.throws(() => slackMessage(notice, { ...link, url: `https://x.example/${'x'.repeat(3_000)}` }), RangeError);
  });
});

function mrkdwn(said: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: said, verbatim: true } };
}
