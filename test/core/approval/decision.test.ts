import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import {
  type Decision,
  decidedAt,
  longestReason,
  messageToSeal,
  parseDecision,
  parseSealedAnswer,
  proofWords,
  serialiseAnswer,
  serialiseDecision,
} from '../../../core/approval/decision.ts';
import { oneLine } from '../../../core/plain-text.ts';
import { answerWith, decisionOf, sealed } from '../../decisions.ts';

const approval = answerWith();
const rejection = answerWith({ decision: 'rejected', reason: 'not “today”' });

describe('the message to seal', () => {
  it('is one text for one answer, in whatever order its fields stand', () => {
    const reversed = Object.fromEntries(Object.entries(approval).reverse()) as unknown as typeof approval;
    assert.equal(messageToSeal(reversed), messageToSeal(approval));
  });

  it('says what it is for', () => {
    assert.ok(messageToSeal(approval).startsWith('keyturn answer\n{"approver":"first-approver",'));
  });

  it('differs as soon as any part of the answer does', () => {
    const changes: object[] = [
      { decision: 'rejected', reason: 'no' },
      { run: 'run-2' },
      { digest: 'sha256:other' },
      { scope: 'wave-2' },
      { approver: 'second-approver' },
      { decidedAt: 501 },
      { expiresAt: 1_001 },
      { requestedBy: 'second-approver' },
      { provedBy: { kind: 'iam', principal: 'arn:aws:iam::111122223333:role/first-approver' } },
      { provedBy: { kind: 'signIn', issuer: 'https://id.example.com', subject: 'first-approver' } },
    ];
    const messages = changes.map((change) => messageToSeal(answerWith(change)));
    assert.equal(new Set([messageToSeal(approval), ...messages]).size, changes.length + 1);
  });

  it('fits into what KMS seals, with the longest reason there can be and the longest names', () => {
    const message = messageToSeal(
      answerWith({
        run: 'r'.repeat(80),
        digest: `sha256:${'0'.repeat(64)}`,
        scope: 'wave-10000',
        approver: 'a'.repeat(128),
        requestedBy: 'b'.repeat(256),
        provedBy: { kind: 'signIn', issuer: 'i'.repeat(255), subject: 's'.repeat(255) },
        decision: 'rejected',
        reason: oneLine('\ud800'.repeat(longestReason)),
      }),
    );
    assert.ok(new TextEncoder().encode(message).length <= 4_096);
  });
});

describe('how an approver was known', () => {
  it('is said in words: which provider, which principal', () => {
    assert.equal(proofWords({ kind: 'link' }), 'by their link');
    assert.equal(
      proofWords({ kind: 'signIn', issuer: 'https://idp.chromepay.example', subject: 'u-1' }),
      'signed in at https://idp.chromepay.example',
    );
    assert.equal(
      proofWords({ kind: 'iam', principal: 'arn:aws:iam::111122223333:role/oncall' }),
      'as arn:aws:iam::111122223333:role/oncall',
    );
  });
});

describe('an answer on record', () => {
  it('is read back as it was written', () => {
    const iam = answerWith({ provedBy: { kind: 'iam', principal: 'arn:aws:iam::111122223333:role/first-approver' } });
    for (const answer of [approval, rejection, iam])
      assert.deepEqual(parseSealedAnswer(serialiseAnswer(sealed(answer))), sealed(answer));
  });

  const forged: readonly [string, unknown][] = [
    ['no JSON at all', 'approved!'],
    ['nothing', 'null'],
    ['a list', '[]'],
    ['an answer without a seal', { answer: approval }],
    ['an empty seal', sealed(approval, '')],
    ['a seal that is no text', { answer: approval, seal: 7 }],
    ['no answer', { seal: 'c2VhbA==' }],
    ['another word for approved', sealed(answerWith({ decision: 'APPROVED' }))],
    ['another word for rejected', sealed(answerWith({ decision: 'REJECTED', reason: 'no' }))],
    ['a rejection without a reason', sealed(answerWith({ decision: 'rejected' }))],
    ['a moment that is text', sealed(answerWith({ expiresAt: '9999999999999' }))],
    ['a moment without end', `{"answer":{"expiresAt":1e999},"seal":"c2VhbA=="}`],
    ['an approver who is a list', sealed(answerWith({ approver: ['first-approver'] }))],
    ['about no part of a plan', sealed(answerWith({ scope: 'wave-0' }))],
    ['about what only ends as a part does', sealed(answerWith({ scope: 'no-plan' }))],
    ['about what only begins as a part does', sealed(answerWith({ scope: 'wave-2-and-3' }))],
    ['about a list of parts', sealed(answerWith({ scope: ['plan'] }))],
    ['proved by nothing', sealed(answerWith({ provedBy: undefined }))],
    ['proved by its own word', sealed(answerWith({ provedBy: { kind: 'word' } }))],
    ['proved by a sign-in of nobody', sealed(answerWith({ provedBy: { kind: 'signIn', issuer: 'https://id' } }))],
    ['proved by no principal', sealed(answerWith({ provedBy: { kind: 'iam' } }))],
  ];
  for (const [what, text] of forged) {
    it(`is not believed when it is ${what}, alone or in a decision`, () => {
      assert.equal(parseSealedAnswer(typeof text === 'string' ? text : JSON.stringify(text)), undefined);
      const decision = { decision: 'approved', answers: [sealed(approval), text] };
      assert.equal(parseDecision(JSON.stringify(decision)), undefined);
    });
  }
});

describe('a decision on record (S1)', () => {
  it('is read back as it was written', () => {
    for (const decision of [decisionOf(approval, answerWith({ approver: 'second-approver' })), decisionOf(rejection)])
      assert.deepEqual(parseDecision(serialiseDecision(decision)), decision);
  });

  it('is made when the last answer that it took was given', () => {
    const [early, late] = [answerWith({ decidedAt: 500 }), answerWith({ approver: 'second-approver', decidedAt: 700 })];
    assert.deepEqual([decidedAt(decisionOf(early, late)), decidedAt(decisionOf(late, early))], [700, 700]);
  });

  const forged: readonly [string, unknown][] = [
    ['made of no answers', { decision: 'approved', answers: [] }],
    ['made of what is no list', { decision: 'approved', answers: { 0: sealed(approval) } }],
    ['an approval made of a rejection', { ...decisionOf(rejection), decision: 'approved' }],
    ['an approval in spite of a rejection', { decision: 'approved', answers: [sealed(approval), sealed(rejection)] }],
    ['another word for approved', { ...decisionOf(approval), decision: 'APPROVED' }],
    ['one sealed answer, as decisions once were', { decision: approval, seal: 'c2VhbA==' }],
  ];
  for (const [what, decision] of forged) {
    it(`is not believed when it is ${what}`, () => {
      assert.equal(parseDecision(JSON.stringify(decision)), undefined);
    });
  }

  it('never makes the reader throw, and is never believed of itself (S1)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read: readonly (Decision | object | undefined)[] = [parseDecision(text), parseSealedAnswer(text)];
        return read.every((one) => one === undefined);
      }),
    );
  });
});
