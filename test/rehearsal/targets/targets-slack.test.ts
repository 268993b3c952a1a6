/* Goal: a message that passes here passes at Slack. Method: both sides of each documented limit, and each refusal. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SlackWorkspace } from '../../../rehearsal/targets/slack.ts';

const slack = () => new SlackWorkspace({ token: 'xoxb-1', users: ['U1'], channels: ['C1'] });

const text = (length: number, type = 'plain_text') => ({ type, text: 'x'.repeat(length) });
const section = (length: number) => ({ type: 'section', text: text(length, 'mrkdwn') });
const header = (length: number) => ({ type: 'header', text: text(length) });
const context = (elements: number) => ({ type: 'context', elements: Array(elements).fill(text(1, 'mrkdwn')) });
const button = (label: number, url: number, id = 1) => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'x'.repeat(id), text: text(label), url: 'x'.repeat(url) }],
});

function ask(workspace: SlackWorkspace, message: object, changed: object = {}) {
  return workspace.target({
    method: 'POST',
    path: '/api/chat.postMessage',
    headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: 'C1', text: 'hello', blocks: [section(1)], ...message }),
    ...changed,
  });
}

const errorOf = (message: object, changed: object = {}) =>
  (ask(slack(), message, changed).content as { error?: string }).error;

describe('Slack', () => {
  it('takes a message, to a user or a channel, and keeps it', () => {
    const workspace = slack();
    assert.deepEqual(ask(workspace, {}), {
      status: 200,
      content: { ok: true, channel: 'C1', ts: '1700000000.000001' },
    });
    ask(workspace, { channel: 'U1' });
    assert.deepEqual([workspace.inbox('C1').length, workspace.inbox('U1').length], [1, 1]);
  });

  for (const [error, message, changed] of [
    ['not_authed', {}, { headers: {} }],
    ['invalid_auth', {}, { headers: { authorization: 'Bearer xoxb-2' } }],
    ['missing_charset', {}, { headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json' } }],
    ['unknown_method', {}, { path: '/api/chat.delete' }],
    ['invalid_json', {}, { body: '{' }],
    ['channel_not_found', { channel: 'C2' }, {}],
    ['no_text', { text: '' }, {}],
    ['msg_too_long', { text: 'x'.repeat(40_001) }, {}],
  ] as const) {
    it(`says no with status 200 and ${error}`, () => {
      assert.equal(errorOf(message, changed), error);
      assert.equal(ask(slack(), message, changed).status, 200);
    });
  }

  for (const [what, right, wrong] of [
    ['a section has 3,000 characters', section(3_000), section(3_001)],
    ['a section is not empty', section(1), section(0)],
    ['a header has 150 characters', header(150), header(151)],
    ['a header is plain', header(1), { type: 'header', text: text(1, 'mrkdwn') }],
    ['a button has 75 characters', button(75, 1), button(76, 1)],
    ['a link has 3,000 characters', button(1, 3_000), button(1, 3_001)],
    ['an action id has 255 characters', button(1, 1, 255), button(1, 1, 256)],
    ['a context has 10 elements', context(10), context(11)],
    ['a block is of a known type', section(1), { type: 'marquee' }],
  ] as const) {
    it(`takes at most: ${what}`, () => {
      assert.equal(errorOf({ blocks: [right] }), undefined);
      assert.equal(errorOf({ blocks: [wrong] }), 'invalid_blocks');
    });
  }

  it('takes 50 blocks, and neither 51 nor none', () => {
    assert.equal(errorOf({ blocks: Array(50).fill(section(1)) }), undefined);
    for (const count of [51, 0]) assert.equal(errorOf({ blocks: Array(count).fill(section(1)) }), 'invalid_blocks');
  });

  it('refuses on cue, by the status that goes with the word', () => {
    const workspace = slack();
    for (const [word, status] of [
      ['ratelimited', 429],
      ['service_unavailable', 503],
      ['account_inactive', 200],
    ] as const) {
      workspace.refuse(word);
      assert.deepEqual(ask(workspace, {}), { status, content: { ok: false, error: word } });
    }
    workspace.refuse(undefined);
    assert.equal(ask(workspace, {}).status, 200);
  });
});
