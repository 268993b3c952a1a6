/*
 * Goal: mails read well, in text and in HTML, for the plan of the incident's fleet.
 *
 * Method: the deployed step asks, reminds and closes; what SES would be handed is left in `out/mails/` to be looked at,
 * and held against what a mail must be.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';

import { SesMail } from '../../adapters/ses-mail.ts';
import { instant } from '../../core/instant.ts';
import { endingNotice } from '../../core/notices/ending-notice.ts';
import type { RunReport } from '../../core/report/report.ts';
import { requestApproval } from '../../lambdas/request-approval/step.ts';
import { answerWith, decisionOf } from '../decisions.ts';
import { ApprovalWorld, asOf, chromePayPlan, run } from './approval-world.ts';

interface Mail {
  readonly html: string;
  readonly text: string;
}

const folder = new URL('../../out/mails/', import.meta.url);
const ses = mockClient(SESv2Client);
const mail = new SesMail(new SESv2Client({ region: 'us-east-1' }), { from: 'keyturn@chromepay.example' });

const lastSent = (): Mail => {
  const { Body } = ses.commandCalls(SendEmailCommand).at(-1)?.args[0].input.Content?.Simple ?? {};
  return { html: Body?.Html?.Data ?? '', text: Body?.Text?.Data ?? '' };
};

const report = {
  run,
  stage: 'prod',
  mode: 'rotate',
  requestedBy: 'schedule:rotation',
  outcome: 'rolled-back',
  reasons: ['batch 1: failed: prod/medium/orders/api-key-2: newRejected'],
  fleet: { secrets: 127, services: 50 },
  selected: 38,
  rotated: 5,
  rolledBack: 20,
  held: 0,
  secrets: [],
  waves: [
    { number: 1, tiers: ['low'], planned: 5, rotated: 5, outcome: 'renewed' },
    { number: 2, tiers: ['low', 'medium'], planned: 20, rotated: 0, outcome: 'rolled-back' },
    { number: 3, tiers: ['medium', 'high'], planned: 13, rotated: 0, outcome: 'not started' },
  ],
} as unknown as RunReport;

const decision = decisionOf(
  answerWith({ approver: 'first-approver', decidedAt: instant(asOf + 1_800_000), decision: 'approved' }),
);

const mails = new Map<string, Mail>();

before(async () => {
  const world = new ApprovalWorld();
  const ask = requestApproval({ ...world.ports, channels: { personal: [mail], public: [] } });
  const plan = chromePayPlan();
  const event = { run, digest: world.depositPlan(plan), requestedBy: plan.header.requestedBy, taskToken: 'task-token' };
  await ask(event);
  mails.set('asked', lastSent());
  await ask({ ...event, goal: 'remind' });
  mails.set('reminded', lastSent());
  await mail.write(
    { name: 'first-approver', email: 'first-approver@example.com' },
    endingNotice(report, decision),
    undefined,
  );
  mails.set('ended', lastSent());

  mkdirSync(folder, { recursive: true });
  for (const [name, { html, text }] of mails) {
    writeFileSync(new URL(`${name}.html`, folder), html);
    writeFileSync(new URL(`${name}.txt`, folder), `${text}\n`);
  }
});

const mailNamed = (name: string): Mail => mails.get(name) ?? assert.fail(`no mail ${name}`);

describe('the mails of ChromePay’s plan', () => {
  it('say in the first line what would happen', () => {
    const headline = 'Rotate 38 of 127 secrets in 3 waves, starting 2026-11-19 02:00 UTC.';
    assert.ok(mailNamed('asked').text.startsWith(headline));
    assert.equal(/<h1.*<\/h1>/.exec(mailNamed('asked').html)?.[0].replace(/<[^>]*>/g, ''), headline);
  });

  for (const name of ['asked', 'reminded', 'ended']) {
    it(`say the same in both forms: ${name}`, () => {
      const { html, text } = mailNamed(name);
      const words = (given: string) => given.replace(/https?:\S+/g, '').match(/[\p{L}\d]+/gu) ?? [];
      const shown = new Set(words(html.replace(/<style>.*?<\/style>|<[^>]*>/gs, ' ')));
      assert.deepEqual(
        words(text).filter((word) => !shown.has(word)),
        [],
      );
    });

    it(`are small, for readers who cut off long ones, and fetch nothing: ${name}`, () => {
      const { html } = mailNamed(name);
      assert.ok(Buffer.byteLength(html) < 20_000, `${Buffer.byteLength(html)} bytes`);
      assert.doesNotMatch(html, /<img|<script|src=|url\(|@import/);
      for (const line of html.split('\n')) assert.ok(line.length < 998, 'mail carries lines of at most 998 characters');
    });
  }

  it('hold one link, and none when there is nothing to decide', () => {
    const links = ({ html, text }: Mail) => new Set(`${html} ${text}`.match(/https?:[^\s"<]+/g)).size;
    assert.deepEqual([links(mailNamed('asked')), links(mailNamed('reminded')), links(mailNamed('ended'))], [1, 1, 0]);
  });
});
