import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { postBy, writeTo } from '../../../core/notices/channel.ts';
import type { Notice } from '../../../core/notices/notice.ts';
import type { Approver } from '../../../core/settings.ts';

const notice: Notice = { subject: 'subject', lead: 'lead', facts: [], sections: [], references: [] };
const link = { url: 'https://desk.example.com/review/run/the-link', label: 'Decide', warning: 'Yours.' };
const firstApprover: Approver = { name: 'first-approver', email: 'first-approver@example.com' };

const logged: unknown[] = [];
const log = { info: () => {}, warn: () => {}, error: (...said: unknown[]) => void logged.push(said) };

const fails = async () => {
  throw Object.assign(new Error('it is down'), { name: 'SlackError' });
};

function channel(name: string, write: () => Promise<void> = async () => {}, reaches = true) {
  return { name, reaches: () => reaches, write, post: write };
}

describe('writing to an approver', () => {
  it('goes by every channel that reaches them, and by no other', async () => {
    const personal = [channel('email'), channel('slack'), channel('pigeon', fails, false)];
    assert.deepEqual(await writeTo({ personal, public: [] }, firstApprover, { notice, link }, log), ['email', 'slack']);
  });

  it('goes by the next when one is down, and says so in the log without the link (S12)', async () => {
    logged.length = 0;
    const personal = [channel('slack', fails), channel('email')];
    assert.deepEqual(await writeTo({ personal, public: [] }, firstApprover, { notice, link }, log), ['email']);
    assert.deepEqual(logged, [
      [
        'a channel did not take a notice',
        { channel: 'slack', to: 'first-approver', error: 'SlackError', why: 'it is down' },
      ],
    ]);
  });

  it('reaches them by none when all are down', async () => {
    assert.deepEqual(
      await writeTo({ personal: [channel('slack', fails)], public: [] }, firstApprover, { notice, link }, log),
      [],
    );
  });
});

describe('posting for everybody', () => {
  it('goes by every public channel, and by the others when one is down', async () => {
    const all = [channel('slack', fails), channel('sns')];
    assert.deepEqual(await postBy({ personal: [], public: all }, notice, log), ['sns']);
  });
});
