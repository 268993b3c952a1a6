/*
 * Goal: an auditor reads of each document of a run what it says, in a line, and which step alone could have put it there.
 *
 * Method: one document of each kind, as its step writes it, beside the line that an auditor reads.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { serialiseAnswer, serialiseDecision } from '../../../core/approval/decision.ts';
import type { Run } from '../../../core/plan.ts';
import { serialiseManifest } from '../../../core/report/evidence.ts';
import { sayDocument } from '../../../core/report/evidence-story.ts';
import { answerWith, decisionOf, sealed } from '../../decisions.ts';
import { at } from '../../entries.ts';
import { a, failed, rotated, seen, turned } from '../planning/batches.ts';

const noon = at('2026-11-19T12:00:00Z');
const approval = answerWith({ decidedAt: noon });
const rejection = answerWith({
  approver: 'second-approver',
  decidedAt: noon,
  decision: 'rejected',
  reason: 'not today',
});
const document = { key: 'runs/run-1/plan.json', version: 'v1', depositedAt: noon, bytes: 2, sha256: 'sha256:plan' };
const manifest = serialiseManifest({
  manifest: {
    run: 'run-1' as Run,
    stage: 'prod',
    madeBy: 'close-run',
    madeAt: noon,
    signedWith: 'arn:signing',
    documents: [document, { ...document, key: 'runs/run-1/report.json' }],
  },
  signature: 'c2lnbmVk',
});
const report = {
  mode: 'restore',
  outcome: 'rolled-back',
  endedAt: noon,
  rotated: 3,
  rolledBack: 2,
  held: 1,
  verification: { claims: 5, confirmed: 4 },
  reasons: [],
};
const verdict = { verdict: 'bad', secrets: [{ kind: 'rotated' }, { kind: 'rotated' }, { kind: 'held' }], reasons: [] };
const probed = { answer: turned(rotated(a), failed(a)), sightings: [seen(a), seen(a, 'v', 'rejected')], doubts: [] };
const batchOf = (secrets: number) => JSON.stringify({ secrets: Array.from({ length: secrets }, () => ({})) });

const told: readonly [path: string, by: string, document: unknown, says: string][] = [
  [
    'start.json',
    'start-run',
    { mode: 'rotate', requestedBy: 'requester', why: 'they are due' },
    'rotate, asked for by requester: they are due',
  ],
  ['inventory.jsonl', 'draft-plan', '{}\n{}', 'listed 2 secrets'],
  ['inventory.jsonl', 'draft-plan', '', 'listed 0 secrets'],
  ['preflight.jsonl', 'draft-plan', `${batchOf(20)}\n${batchOf(1)}`, 'laid out 21 candidates in 2 batches'],
  ['preflight.jsonl', 'draft-plan', batchOf(1), 'laid out 1 candidate in 1 batch'],
  [
    'draft.json',
    'draft-plan',
    { mode: 'rotate', requestedBy: 'requester', why: 'due', selected: [1], leftAlone: [1, 2] },
    'rotate, asked for by requester: due; selected 1, left alone 2',
  ],
  [
    'preflight/0.json',
    'probe-batch',
    [{ answer: 'accepted' }, { answer: 'rejected' }, { answer: 'accepted' }],
    'tried what was current: 2 accepted, 1 rejected',
  ],
  ['preflight/12.json', 'probe-batch', [], 'tried what was current: none'],
  [
    'confirmation.json',
    'confirm-plan',
    {
      contradicted: [{}],
      guardrails: [
        { name: 'secrets', actual: 38, limit: 60, verdict: 'within' },
        { name: 'secretsPerDay', actual: 99, limit: 90, verdict: 'exceeded' },
      ],
    },
    'judged again: 1 contradiction; secrets 38 of 60, within; secretsPerDay 99 of 90, exceeded',
  ],
  ['left-alone.json', 'confirm-plan', [{ reason: 'notDue' }, { reason: 'notDue' }], 'left alone: 2 notDue'],
  ['waves/2.jsonl', 'confirm-plan', batchOf(3), 'planned 3 secrets in 1 batch'],
  ['waves/3.jsonl', 'confirm-plan', `${batchOf(3)}\n${batchOf(1)}`, 'planned 4 secrets in 2 batches'],
  [
    'plan.json',
    'confirm-plan',
    { selected: 38, waves: [{}, {}], requestedBy: 'requester', expiresAt: noon },
    'planned 38 secrets in 2 waves for requester, good until 2026-11-19T12:00:00.000Z',
  ],
  [
    'answers/wave-2/first-approver.h-1.json',
    'review',
    serialiseAnswer(sealed(approval)),
    'approved by first-approver (by their link) at 2026-11-19T12:00:00.000Z',
  ],
  [
    'decision.json',
    'review',
    serialiseDecision(decisionOf(rejection)),
    'rejected by second-approver (by their link) at 2026-11-19T12:00:00.000Z: not today',
  ],
  [
    'decisions/wave-12.json',
    'review',
    serialiseDecision(decisionOf(approval, answerWith({ approver: 'second-approver', decidedAt: noon }))),
    'approved by first-approver (by their link) at 2026-11-19T12:00:00.000Z, and approved by second-approver (by their link) at 2026-11-19T12:00:00.000Z',
  ],
  ['admissions/10.json', 'admit-wave', { admittedAt: noon }, 'let go at 2026-11-19T12:00:00.000Z'],
  ['probes/1/rotated/10.json', 'probe-batch', probed, 'claimed 1 rotated, 1 failed; saw 1 accepted, 1 rejected'],
  [
    'probes/1/baked/0.json',
    'probe-batch',
    { sightings: [], doubts: [{ kind: 'failed', name: 'prod/low/a', why: 'newRejected' }, { kind: 'noAnswer' }] },
    'saw none; doubts: failed: prod/low/a: newRejected; noAnswer',
  ],
  [
    'probes/1/rotated/0.json',
    'probe-batch',
    { ...probed, answer: { kind: 'notStarted', reason: 'switchOff' }, sightings: [] },
    'not started: switchOff; saw none',
  ],
  [
    'probes/1/rotated/1.json',
    'probe-batch',
    { ...probed, answer: { kind: 'failed', error: 'Timeout' }, sightings: [] },
    'no claim: Timeout; saw none',
  ],
  ['verdicts/1-baked.json', 'judge-wave', verdict, 'judged bad: 2 rotated, 1 held'],
  [
    'verdicts/12-rolledBack.json',
    'judge-wave',
    { ...verdict, secrets: [], reasons: ['serviceUnhealthy: orders', 'alarm: p99'] },
    'judged bad: none; serviceUnhealthy: orders; alarm: p99',
  ],
  [
    'report.json',
    'close-run',
    report,
    'rolled-back at 2026-11-19T12:00:00.000Z: 3 restored, 2 rolled back, 1 held; 4 of 5 claims confirmed',
  ],
  [
    'recovery.json',
    'recover-run',
    { ...report, reasons: ['stopped', 'switchOff'] },
    'rolled-back at 2026-11-19T12:00:00.000Z: 3 restored, 2 rolled back, 1 held; 4 of 5 claims confirmed; stopped; switchOff',
  ],
  ['manifest.json', 'close-run', manifest, 'signed 2 documents at 2026-11-19T12:00:00.000Z with arn:signing'],
  [
    'recovery-manifest.json',
    'recover-run',
    manifest,
    'signed 2 documents at 2026-11-19T12:00:00.000Z with arn:signing',
  ],
];

describe('what an auditor reads', () => {
  for (const [path, by, document, says] of told) {
    it(`of ${path}: ${says}`, () => {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      assert.deepEqual(sayDocument(path, text), { by, says });
    });
  }

  for (const path of [
    ...new Set(told.flatMap(([one]) => [`old/${one}`, `${one}.txt`, one.replace('.json', '-json')])),
    ...[
      'answers/first-approver.json',
      'waves/a.jsonl',
      'probes/1/0.json',
      'decisions/plan.json',
      'verdicts/baked.json',
    ],
  ]) {
    it(`of ${path}: that it is of no known kind`, () => {
      assert.deepEqual(sayDocument(path, '{}'), { by: 'unknown', says: 'a document of no known kind' });
    });
  }

  for (const [path, text] of [
    ['plan.json', 'no JSON'],
    ['decision.json', '{"decision":"approved","answers":[]}'],
    ['answers/plan/first-approver.json', serialiseDecision(decisionOf(approval))],
    ['manifest.json', '{"manifest":{},"signature":""}'],
    ['waves/1.jsonl', '{"secrets":[]}\n'],
  ] as const) {
    it(`of a ${path} that is none: that it cannot be read, and whose it should be`, () => {
      const [, by] = told.find(([one]) => one.replace(/\/.*/, '') === path.replace(/\/.*/, '')) ?? [];
      assert.deepEqual(sayDocument(path, text), { by, says: 'cannot be read as what it should be' });
    });
  }
});
