import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { FreshInvitation, PendingApproval } from '../../../core/approval/approval-desk.ts';
import { instant } from '../../../core/instant.ts';
import { invitationNotice, personalLink, waitingNotice } from '../../../core/notices/approval-notices.ts';
import { noticeText } from '../../../core/notices/notice.ts';
import type { PlanHeader } from '../../../core/plan.ts';

const header = {
  stage: 'prod',
  mode: 'rotate',
  requestedBy: 'requester',
  why: 'the keys\r\nSubject: all is well',
  approvals: 1,
  fleet: { secrets: 127, services: 50 },
  selected: 38,
  waves: [
    { number: 1, secrets: 5, tiers: ['low'], batches: [] },
    { number: 2, secrets: 33, tiers: ['low', 'medium'], batches: [] },
  ],
  guardrails: [
    { name: 'secrets', verdict: 'within', actual: 38, limit: 60, unit: 'secrets' },
    { name: 'perDay', verdict: 'within', actual: 40, limit: 90, unit: 'secrets in 24 hours' },
  ],
  leftAlone: { notDue: 80, frozen: 9 },
  startsAt: instant(Date.UTC(2026, 10, 19, 2)),
  unusual: [{ kind: 'serviceHitTwice', of: 'orders (2)' }],
} as unknown as PlanHeader;

const pending = {
  run: 'run-1',
  digest: 'sha256:plan',
  askedAt: instant(0),
  scope: 'plan',
  answerBy: instant(Date.UTC(2026, 10, 19, 1, 15)),
} as PendingApproval;

const fresh: FreshInvitation = {
  approver: { name: 'first-approver', email: 'first-approver@example.com' },
  link: 'the-link',
  invitation: { approver: 'first-approver', linkHash: 'sha256:link', nonce: 'nonce' },
};

const link = personalLink('https://desk.example.com/', pending, fresh, 'ask');

describe('what an approver is sent', () => {
  it('says of a retirement what is final', () => {
    const retirement = { ...header, mode: 'retire', selected: 5 } as const;
    const some = invitationNotice({ ...retirement, retirements: { deactivate: 4, delete: 1 } }, pending, 'ask');
    assert.equal(some.subject, 'Keyturn prod: retire the old credentials of 5 secrets? Answer by 2026-11-19 01:15 UTC');
    assert.match(noticeText(some), /^Deactivate 4 and delete 1 old credentials of 5 of 127 secrets in 2 waves/);
    assert.match(noticeText(some), /\nFinal: 1 old credential deleted: this cannot be undone\n/);
    const none = invitationNotice({ ...retirement, retirements: { deactivate: 5, delete: 0 } }, pending, 'ask');
    assert.doesNotMatch(noticeText(none), /Final/);
  });

  it('says from the beginning that it takes more than one approval, of the plan or of the wave that is asked about', () => {
    const takes = (of: Partial<PlanHeader>, asked: Partial<PendingApproval> = {}) =>
      /Takes: .*/.exec(noticeText(invitationNotice({ ...header, ...of }, { ...pending, ...asked }, 'ask')))?.[0];
    assert.equal(takes({ approvals: 1 }), undefined);
    assert.equal(takes({ approvals: 2 }), 'Takes: the approvals of 2 different people');
    const [first, second] = header.waves;
    assert(first && second);
    const waves = [first, { ...second, approvals: 3 }];
    assert.equal(takes({ waves }, { scope: 'wave-2' }), 'Takes: the approvals of 3 different people');
  });

  it('holds the plan in short, and the link that is theirs beside it', () => {
    const notice = invitationNotice(header, pending, 'ask');
    assert.equal(notice.subject, 'Keyturn prod: rotate 38 secrets? Answer by 2026-11-19 01:15 UTC');
    assert.equal(
      noticeText(notice, link),
      `Rotate 38 of 127 secrets in 2 waves, starting 2026-11-19 02:00 UTC.

Asked for by: requester
Why: the keys Subject: all is well
Answer by: 2026-11-19 01:15 UTC. Without an answer nothing is touched.

Waves:
  Wave 1: 5 secrets, low
  Wave 2: 33 secrets, low and medium
  Left alone: 89 secrets

Caps:
  Secrets in one run: 38 of at most 60 secrets
  perDay: 40 of at most 90 secrets in 24 hours

Unusual:
  Services with more than one secret in this run: orders (2)

See the plan and decide. The link is yours alone: whoever has it can answer as you.
https://desk.example.com/review/run-1/the-link

Run: run-1
Plan: sha256:plan`,
    );
  });

  it('says when it is a reminder', () => {
    assert.equal(
      invitationNotice(header, pending, 'remind').subject,
      'Keyturn prod: still waiting: rotate 38 secrets? Answer by 2026-11-19 01:15 UTC',
    );
  });

  it('asks about a wave that was held back as about that wave', () => {
    const held: PendingApproval = { ...pending, scope: 'wave-2' };
    const { subject, lead, facts } = invitationNotice(header, held, 'ask');
    assert.equal(subject, 'Keyturn prod: go on with wave 2? Answer by 2026-11-19 01:15 UTC');
    assert.equal(lead, 'Go on with wave 2 of 2: rotate 33 secrets, low and medium.');
    assert.equal(facts.at(-1)?.value, '2026-11-19 01:15 UTC. Without an answer nothing more is touched.');
  });

  it('says who has approved already, and how many more must', () => {
    const { facts } = invitationNotice(header, pending, 'remind', {
      approvedBy: ['second-approver', 'third-approver'],
      missing: 1,
    });
    assert.deepEqual(facts.at(-1), {
      name: 'Approved already',
      value: 'by second-approver, third-approver; 1 more must approve',
    });
  });

  it('has no heading over nothing', () => {
    const { sections } = invitationNotice({ ...header, guardrails: [], unusual: [] }, pending, 'ask');
    assert.deepEqual(
      sections.map(({ title }) => title),
      ['Waves'],
    );
  });

  it('shows twelve of anything in full', () => {
    const waves = Array.from({ length: 12 }, (_, index) => ({ number: index + 1, secrets: 1, tiers: ['low'] }));
    const many = { ...header, waves, guardrails: Array.from({ length: 14 }, () => header.guardrails[0]) };
    const [first, caps] = invitationNotice(many as unknown as PlanHeader, pending, 'ask').sections;
    assert.deepEqual(first?.lines.slice(-2), ['Wave 12: 1 secret, low', 'Left alone: 89 secrets']);
    assert.deepEqual([caps?.lines.length, caps?.lines.at(-1)], [13, 'and 2 more caps']);
  });

  it('stays short, however many waves there are: 12 and how many more', () => {
    const waves = Array.from({ length: 14 }, (_, index) => ({ number: index + 1, secrets: 1, tiers: ['low'] }));
    const [section] = invitationNotice({ ...header, waves } as unknown as PlanHeader, pending, 'ask').sections;
    assert.equal(section?.lines.length, 14);
    assert.deepEqual(section?.lines.slice(-2), ['and 2 more waves', 'Left alone: 89 secrets']);
  });

  it('quotes a reason only so far, however long somebody made it', () => {
    const { facts } = invitationNotice({ ...header, why: 'x'.repeat(9_000) }, pending, 'ask');
    assert.equal(facts.find(({ name }) => name === 'Why')?.value.length, 300);
  });
});

describe('what everybody is told of a plan that waits', () => {
  const say = (asked: readonly string[], unreached: readonly string[], byIam: readonly string[] = []) =>
    noticeText(waitingNotice(header, pending, 'ask', { asked, unreached, byIam }));

  it('says whom it waits for, and has no link', () => {
    const text = say(['first-approver', 'second-approver'], []);
    assert.match(text, /^A plan waits for an approval: Rotate 38 of 127 secrets/);
    assert.match(text, /Asked, each by a link of their own: first-approver, second-approver/);
    assert.doesNotMatch(text, /https?:|the-link|Sent no link/);
  });

  it('says who can answer from a terminal, and how, without a link', () => {
    const text = say([], ['first-approver', 'second-approver'], ['second-approver']);
    const commands = 'npm run keyturn -- approve run-1, or reject run-1 --reason TEXT';
    assert.ok(text.includes(`From a terminal, by second-approver: ${commands}`), text);
    assert.doesNotMatch(text, /https?:/);
    assert.doesNotMatch(say(['first-approver'], []), /terminal/);
  });

  it('says of a wave that it waits, and who has approved it already', () => {
    const held: PendingApproval = { ...pending, scope: 'wave-2' };
    const standing = { approvedBy: ['second-approver'], missing: 1 };
    const text = noticeText(
      waitingNotice(header, held, 'remind', {
        asked: ['first-approver', 'second-approver'],
        unreached: ['third-approver', 'requester'],
        byIam: [],
        standing,
      }),
    );
    assert.match(text, /^A wave waits for an approval: Go on with wave 2 of 2: rotate 33 secrets, low and medium\.\n/);
    assert.match(text, /\nApproved already: by second-approver; 1 more must approve\n/);
    assert.match(
      text,
      /\nAsked, each by a link of their own: first-approver, second-approver\nSent no link: third-approver, requester\n/,
    );
  });

  it('names each who can answer from a terminal, and nobody who was not asked', () => {
    assert.match(
      say([], [], ['second-approver', 'third-approver']),
      /From a terminal, by second-approver, third-approver: /,
    );
    assert.doesNotMatch(say([], [], ['second-approver']), /Asked, each|Sent no link/);
  });

  it('says who was sent no link', () =>
    assert.match(say(['first-approver'], ['second-approver']), /Sent no link: second-approver/));
});

describe('a personal link', () => {
  it('leads to the run’s page, whether the address ends in a slash or not', () => {
    const url = 'https://desk.example.com/review/run-1/the-link';
    const plain = personalLink('https://desk.example.com', pending, fresh, 'remind');
    const slashes = personalLink('https://desk.example.com//', pending, fresh, 'ask');
    assert.deepEqual([link.url, plain.url, slashes.url], [url, url, url]);
    assert.deepEqual([slashes.label, plain.label], ['See the plan and decide', 'See the plan and decide now']);
    assert.match(plain.warning, /yours alone/);
  });
});
