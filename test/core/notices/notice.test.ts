import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Notice, noticeText, quoted } from '../../../core/notices/notice.ts';

const notice: Notice = {
  subject: 'Keyturn prod: rotate 2 secrets?',
  lead: 'Rotate 2 of 5 secrets.',
  facts: [{ name: 'Why', value: 'They are due' }],
  sections: [{ title: 'Waves', lines: ['Wave 1: 2 secrets, low', 'Left alone: 3 secrets'] }],
  references: [{ name: 'Run', value: 'run-1' }],
};

describe('a notice as plain text', () => {
  it('has its parts in their order, with a blank line between them', () => {
    assert.equal(
      noticeText(notice),
      `Rotate 2 of 5 secrets.

Why: They are due

Waves:
  Wave 1: 2 secrets, low
  Left alone: 3 secrets

Run: run-1`,
    );
  });

  it('has the link on a line of its own, behind what its owner must know', () => {
    const link = { url: 'https://desk.example.com/review/run-1/abc', label: 'Decide', warning: 'It is yours.' };
    assert.match(
      noticeText(notice, link),
      /\n\nDecide\. It is yours\.\nhttps:\/\/desk\.example\.com\/review\/run-1\/abc\n\nRun: /,
    );
  });

  it('has no empty blocks', () => {
    assert.equal(noticeText({ ...notice, facts: [], sections: [], references: [] }), 'Rotate 2 of 5 secrets.\n');
  });
});

describe('text from outside', () => {
  it('is quoted on one line', () => assert.equal(quoted(' a\r\nBcc: b\u202e '), 'a Bcc: b'));

  it('is quoted up to 300 characters', () => {
    assert.equal(quoted('x'.repeat(300)), 'x'.repeat(300));
    assert.equal(quoted('x'.repeat(301)), `${'x'.repeat(299)}…`);
  });
});
