import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sayWhyEnded, sayWhyLeftAlone, sayWhyOfSecret } from '../../../core/notices/reason-words.ts';

const ended = (reason: string, outcome: Parameters<typeof sayWhyEnded>[1]['outcome']) =>
  sayWhyEnded(reason, {
    outcome,
    guardrails: [{ name: 'secrets', verdict: 'exceeded', actual: 89, limit: 60, unit: 'secrets' }],
  });

describe('a reason in words', () => {
  it('is the sentence of each key in it, and of what is no key it stays as it is', () => {
    assert.equal(ended('lockHeld: run-1', 'refused'), 'another run has the lock: run-1');
    assert.equal(
      ended('batch 4: notStarted: switchOff', 'halted'),
      'batch 5: the batch did not start: the kill switch is off',
    );
    assert.equal(ended('toString', 'halted'), 'toString');
  });

  it('of a refusal names a guardrail by its words, and a contradiction rather than what was judged first', () => {
    assert.equal(ended('secrets: 89 of at most 60 secrets', 'refused'), 'Secrets in one run: 89 of at most 60 secrets');
    assert.equal(ended('notDue: 89', 'refused'), 'its expiration tag does not say that it has expired: 89');
    assert.equal(ended('notDue', 'halted'), 'it has not expired');
  });

  it('why a secret is left alone knows what a retirement kept', () => {
    assert.equal(sayWhyLeftAlone('stillUsed'), 'its old credential was used lately');
    assert.match(sayWhyLeftAlone('nothingToRetire'), /^its target holds no old credential/);
  });

  it('of a planned secret is what it drifted by, rather than what its preflight would have said', () => {
    assert.equal(sayWhyOfSecret('versionMoved'), 'its current version is not the one that the plan recorded');
    assert.equal(sayWhyLeftAlone('versionMoved'), 'its current version is not the one that was listed');
  });
});
