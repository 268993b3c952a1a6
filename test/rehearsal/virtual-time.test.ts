/*
 * Goal: time passes only when everybody waits, and never while something outside of the process is under way.
 *
 * Method: a few sleepers and some real work, and the order in which they come.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { VirtualTime } from '../../rehearsal/virtual-time.ts';
import { at } from '../entries.ts';

const start = at('2026-11-18T19:15:00Z');

const shortly = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

describe('virtual time', () => {
  it('jumps from timer to timer, and wakes equal instants in the order in which they were set', async () => {
    const time = new VirtualTime(start);
    const order: string[] = [];
    const note = async (name: string, milliseconds: number) => {
      await time.sleep(milliseconds);
      order.push(`${name} at ${time.now() - start}`);
    };
    await time.run(Promise.all([note('late', 86_400_000), note('first', 500), note('second', 500), note('now', 0)]));
    assert.deepEqual(order, ['now at 0', 'first at 500', 'second at 500', 'late at 86400000']);
  });

  it('stands still as long as something real is under way', async () => {
    const time = new VirtualTime(start);
    const order: string[] = [];
    const real = time.real(async () => {
      await shortly();
      order.push(`real at ${time.now() - start}`);
    });
    const sleeper = time.sleep(1).then(() => order.push(`sleeper at ${time.now() - start}`));
    await time.run(Promise.all([real, sleeper]));
    assert.deepEqual(order, ['real at 0', 'sleeper at 1']);
  });

  it('goes on after something real has failed', async () => {
    const time = new VirtualTime(start);
    const failing = time.real(async () => {
      await shortly();
      throw new Error('target down');
    });
    await assert.rejects(time.run(Promise.all([failing, time.sleep(1)])), /target down/);
    await time.run(time.sleep(1));
    assert.equal(time.now() - start, 1);
  });

  it('stands still under a hold, but for its interruptions', async () => {
    const time = new VirtualTime(start);
    const hold = time.hold();
    const order: string[] = [];
    const sleeper = time.sleep(1_000).then(() => order.push('slept'));
    const person = (async () => {
      await shortly();
      order.push(`thought at ${time.now() - start}`);
      hold.suspend();
      await sleeper;
      hold.resume();
      await shortly();
      hold.suspend();
    })();
    await time.run(Promise.all([person, sleeper]));
    assert.deepEqual([order, time.now() - start], [['thought at 0', 'slept'], 1_000]);
  });

  it('forgets a timer that is cancelled', async () => {
    const time = new VirtualTime(start);
    const cancel = time.after(10, () => assert.fail('it was cancelled'));
    cancel();
    await time.run(time.sleep(20));
    assert.equal(time.now() - start, 20);
  });

  it('says so when everybody waits for ever', async () => {
    const time = new VirtualTime(start);
    await assert.rejects(time.run(new Promise(() => {})), /would wait for ever/);
  });
});
