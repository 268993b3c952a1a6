import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { instant } from '../../core/instant.ts';
import { Timers } from '../../rehearsal/timers.ts';

describe('the timers of virtual time', () => {
  it('come in the order of their instants, those of one instant together and in the order in which they were set', () => {
    const timers = fc.array(fc.record({ at: fc.nat({ max: 9 }), isCancelled: fc.boolean() }), { maxLength: 60 });

    fc.assert(
      fc.property(timers, (given) => {
        const kept = new Timers();
        const woken: string[] = [];
        for (const [index, { at, isCancelled }] of given.entries()) {
          const cancel = kept.add({ at: instant(at), wake: () => woken.push(`${at}: ${index}`) });
          if (isCancelled) cancel();
        }

        const instants: number[] = [];
        for (let due = kept.takeNext(); due.length > 0; due = kept.takeNext()) {
          assert.equal(new Set(due.map(({ at }) => at)).size, 1);
          instants.push(due[0]?.at ?? Number.NaN);
          for (const { wake } of due) wake();
        }

        const expected = given
          .map(({ at, isCancelled }, index) => ({ at, isCancelled, says: `${at}: ${index}` }))
          .filter(({ isCancelled }) => !isCancelled)
          .toSorted((a, b) => a.at - b.at);
        assert.deepEqual(
          woken,
          expected.map(({ says }) => says),
        );
        assert.deepEqual(instants, [...new Set(expected.map(({ at }) => at))]);
      }),
    );
  });

  it('may be set while others are taken out', () => {
    const timers = new Timers();
    const woken: number[] = [];
    const set = (at: number) => timers.add({ at: instant(at), wake: () => woken.push(at) });
    for (const at of [5, 1, 3]) set(at);
    for (const { wake } of timers.takeNext()) wake();
    for (const at of [2, 4, 1]) set(at);
    for (let due = timers.takeNext(); due.length > 0; due = timers.takeNext()) for (const { wake } of due) wake();

    assert.deepEqual(woken, [1, 1, 2, 3, 4, 5]);
  });
});
