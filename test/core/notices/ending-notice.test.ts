import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { endingNotice } from '../../../core/notices/ending-notice.ts';
import { noticeText } from '../../../core/notices/notice.ts';
import { type Outcome, outcomes } from '../../../core/outcome.ts';
import type { RunReport } from '../../../core/report/report.ts';
import { answerWith, decisionOf } from '../../decisions.ts';

const report = (outcome: Outcome, more: Partial<RunReport> = {}) =>
  ({
    run: 'run-1',
    stage: 'prod',
    mode: 'rotate',
    requestedBy: 'requester',
    outcome,
    reasons: [],
    fleet: { secrets: 127, services: 50 },
    selected: 38,
    rotated: 38,
    rolledBack: 0,
    held: 0,
    waves: [{ number: 1, tiers: ['low'], planned: 38, rotated: 38, outcome: 'renewed' }],
    secrets: [],
    ...more,
  }) as unknown as RunReport;

const decidedAt = instant(Date.UTC(2026, 10, 18, 20, 5));
const approved = decisionOf(answerWith({ approver: 'first-approver', decidedAt, decision: 'approved' }));
const rejected = decisionOf(
  answerWith({ approver: 'second-approver', decidedAt, decision: 'rejected', reason: 'not\nnow' }),
);

describe('the end of a run', () => {
  it('is told with what was decided and how each wave went', () => {
    assert.equal(
      noticeText(endingNotice(report('completed'), approved)),
      `The run is complete: all that it touched is verified.

Decided: approved by first-approver, 2026-11-18 20:05 UTC
Secrets: 38 of 38 selected secrets rotated, 0 rolled back, 0 held, of a fleet of 127

Waves:
  Wave 1: 38 of 38 secrets rotated, renewed

Run: run-1`,
    );
  });

  it('names what is rotated and sound, and yet counts as expired, twelve at most', () => {
    const secrets = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ name: `key-${at}`, kind: 'rotated', reason: 'tagNotRenewed' }));
    const tagsIn = (count: number) =>
      endingNotice(
        report('halted', { secrets: secrets(count) as unknown as RunReport['secrets'] }),
        approved,
      ).facts.find(({ name }) => name === 'Expiration tags not known to be renewed')?.value;
    assert.equal(tagsIn(0), undefined);
    assert.equal(tagsIn(2), 'key-0, key-1: look at them, see the runbook');
    assert.match(tagsIn(12) ?? '', /key-11: look/);
    assert.match(tagsIn(14) ?? '', /key-11, and 2 more: look/);
  });

  it('is told in the words of its mode', () => {
    const text = noticeText(endingNotice(report('completed', { mode: 'restore' }), approved));
    assert.match(text, /Secrets: 38 of 38 selected secrets restored,/);
    assert.match(text, /Wave 1: 38 of 38 secrets restored, renewed/);
  });

  it('is told of a retirement with what can still come back', () => {
    const kinds = ['deactivated', 'deleted', 'deactivated', 'leftAlone'];
    const secrets = kinds.map((kind) => ({ kind })) as unknown as RunReport['secrets'];
    const waves = [{ number: 1, tiers: ['low'], planned: 4, rotated: 3, outcome: 'renewed' }] as const;
    const retired = report('completed', { mode: 'retire', selected: 4, rotated: 3, secrets, waves });
    const text = noticeText(endingNotice(retired, approved));
    assert.match(text, /Secrets: 3 of 4 selected secrets retired \(2 deactivated, 1 deleted\), 0 rolled back,/);
    assert.match(text, /Wave 1: 3 of 4 secrets retired, ended well/);
    assert.doesNotMatch(text, /renewed|rotated/);
  });

  it('is told with who rejected it and why', () => {
    const text = noticeText(endingNotice(report('rejected', { rotated: 0, waves: [] }), rejected));
    assert.match(text, /^The plan was rejected, and nothing was touched\.\n/);
    assert.match(text, /Decided: rejected by second-approver, 2026-11-18 20:05 UTC: not now\n/);
  });

  it('is told as nobody’s decision when it expired', () => {
    assert.match(noticeText(endingNotice(report('expired'), undefined)), /Decided: by nobody\n/);
  });

  it('calls for people when something is held', () => {
    assert.match(noticeText(endingNotice(report('halted', { held: 1 }), approved)), /Held secrets need a person/);
  });

  it('quotes twelve reasons, each on one line', () => {
    const reasons = Array.from({ length: 13 }, (_, index) => `reason\n${index}`);
    const { sections } = endingNotice(report('halted', { reasons }), approved);
    assert.deepEqual(sections.at(-1)?.lines.length, 12);
    assert.deepEqual([sections.at(-1)?.title, sections.at(-1)?.lines[0]], ['Reasons', 'reason 0']);
  });

  it('tells of twelve waves', () => {
    const waves = Array.from({ length: 13 }, (_, index) => ({
      ...{ number: index + 1, tiers: ['low'], planned: 3, rotated: 1 },
      outcome: 'rolled-back' as const,
    }));
    const [section] = endingNotice(report('rolled-back', { waves }), approved).sections;
    assert.deepEqual(
      [section?.title, section?.lines.length, section?.lines.at(-1)],
      ['Waves', 12, 'Wave 12: 1 of 3 secrets rotated, rolled back'],
    );
  });

  it('names everybody who approved', () => {
    const both = decisionOf(answerWith({ decidedAt }), answerWith({ approver: 'second-approver', decidedAt }));
    const [decided] = endingNotice(report('completed'), both).facts;
    assert.equal(
      decided?.value,
      'approved by first-approver, 2026-11-18 20:05 UTC, and by second-approver, 2026-11-18 20:05 UTC',
    );
  });

  it('is told with its stage and its outcome, and without a decision as none', () => {
    const { subject, facts } = endingNotice(report('refused'), undefined);
    assert.equal(subject, 'Keyturn prod: run refused');
    assert.deepEqual(facts[0], { name: 'Decided', value: 'nothing was decided' });
    assert.doesNotMatch(noticeText(endingNotice(report('halted'), approved)), /To do/);
  });

  it('says reasons as sentences rather than as keys, and counts batches from 1', () => {
    const reasons = ['batch 0: failed: prod/low/orders/key-2: newRejected', 'stepFailed:Judge wave:Lambda.Unknown'];
    assert.deepEqual(endingNotice(report('rolled-back', { reasons }), approved).sections.at(-1)?.lines, [
      'batch 1: the secret could not be turned: prod/low/orders/key-2: the target rejects the new credential',
      'stepFailed:Judge wave:Lambda.Unknown',
    ]);
    assert.equal(endingNotice(report('rolled-back'), approved).subject, 'Keyturn prod: run rolled back');
  });

  it('has words for every outcome', () => {
    for (const outcome of outcomes) assert.match(endingNotice(report(outcome), undefined).lead, /^[A-Z].+\.$/);
  });
});
