import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { PendingApproval } from '../../core/approval-desk.ts';
import { headline, invitationText } from '../../core/approval-summary.ts';
import { instant } from '../../core/instant.ts';
import type { PlanHeader } from '../../core/plan.ts';

const start = instant(Date.UTC(2026, 10, 19, 2));

const header = {
  stage: 'prod',
  requestedBy: 'ada',
  why: 'the keys\r\nSubject: all is well',
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
  startsAt: start,
  unusual: [{ kind: 'serviceHitTwice', of: 'orders (2)' }],
} as unknown as PlanHeader;

describe('the summary of a plan', () => {
  it('says in one sentence what will happen', () => {
    assert.equal(
      headline(header, instant(start - 1)),
      'Rotate 38 of 127 secrets in 2 waves, starting 2026-11-19 02:00 UTC',
    );
  });

  it('does not announce a start that has passed', () => {
    const one = { ...header, waves: header.waves.slice(0, 1), fleet: { secrets: 1, services: 1 }, selected: 1 };
    assert.equal(headline(one, start), 'Rotate 1 of 1 secret in 1 wave, starting as soon as it is approved');
  });

  it('goes to one approver, with the link that is theirs', () => {
    const { to, subject, text } = invitationText(
      header,
      {
        approver: { name: 'grace', email: 'grace@example.com' },
        link: 'the-link',
        invitation: { approver: 'grace', linkHash: 'sha256:link', nonce: 'nonce' },
      },
      {
        run: 'run-1',
        digest: 'sha256:plan',
        askedAt: instant(0),
        answerBy: instant(Date.UTC(2026, 10, 19, 1, 15)),
      } as PendingApproval,
      'https://desk.example.com/',
    );

    assert.equal(to, 'grace');
    assert.equal(subject, 'Keyturn prod: rotate 38 secrets? Answer by 2026-11-19 01:15 UTC');
    assert.equal(
      text,
      `Rotate 38 of 127 secrets in 2 waves, starting 2026-11-19 02:00 UTC.

Asked for by: ada
Why: the keys Subject: all is well
Answer by: 2026-11-19 01:15 UTC. Without an answer nothing is rotated.

  Wave 1: 5 secrets, low
  Wave 2: 33 secrets, low and medium
  Left alone: 89 secrets

Caps:
  Secrets in one run: 38 of at most 60 secrets
  perDay: 40 of at most 90 secrets in 24 hours

Unusual:
  Services with more than one secret in this run: orders (2)

See the plan and decide here. The link is yours alone: whoever has it can answer as you.
https://desk.example.com/review/run-1/the-link

Run: run-1
Plan: sha256:plan`,
    );
  });
});
