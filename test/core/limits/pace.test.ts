import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { millisecondsPerWrite, secondsPerBatch } from '../../../core/limits/pace.ts';

describe('the pace of writes', () => {
  it('is what one of several functions has of what all may write in a second', () => {
    assert.equal(millisecondsPerWrite({ concurrency: 1, writesPerSecond: 10 }), 100);
    assert.equal(millisecondsPerWrite({ concurrency: 4, writesPerSecond: 10 }), 400);
  });

  it('is rather slower than faster where it does not come out even', () => {
    assert.equal(millisecondsPerWrite({ concurrency: 3, writesPerSecond: 7 }), 429);
  });

  it('makes three writes of each secret of the largest batch', () => {
    assert.equal(secondsPerBatch({ batchSize: 20, concurrency: 2, writesPerSecond: 10 }), 12);
  });
});
