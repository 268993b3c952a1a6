import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import { parseQuarantine, quarantine, release, writeQuarantine } from '../../../core/past-runs/quarantine.ts';
import type { Run } from '../../../core/plan.ts';

const run = 'run-1' as Run;
const failure = { arn: 'arn:key', name: 'prod/low/key', reason: 'failed: newRejected' };
const after = quarantine({}, [failure], run, instant(5));

describe('S4 the quarantine', () => {
  it('keeps what failed, with the run and the reason', () => {
    assert.deepEqual(after, {
      'arn:key': { name: 'prod/low/key', run: 'run-1', reason: 'failed: newRejected', at: 5 },
    });
    assert.deepEqual(parseQuarantine(writeQuarantine(after)), after);
  });

  it('keeps the first failure, and is the same when it is told twice', () => {
    assert.equal(quarantine(after, [{ ...failure, reason: 'later' }], 'run-2' as Run, instant(9)), after);
    assert.equal(quarantine(after, [], run, instant(9)), after);
  });

  it('releases by name or by ARN, and nothing else', () => {
    assert.deepEqual(release(after, 'prod/low/key'), {});
    assert.deepEqual(release(after, 'arn:key'), {});
    assert.equal(release(after, 'prod/low'), after);
  });

  for (const text of ['', 'null', '[]', '{}', '{"byArn":[]}', '{"byArn":{"a":{}}}', '{"byArn":{"a":{"name":"n"}}}']) {
    it(`is not understood, and so an error: ${text || 'nothing at all'}`, () => {
      assert.throws(() => parseQuarantine(text));
    });
  }
});
