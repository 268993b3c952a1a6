/*
 * Goal: S11 a run that died is recovered, whoever tells of it, whatever it had in its hands, and once.
 *
 * Method: the step over executions, a lock and recoveries in memory.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../adapters/sha256.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { ExecutionFacts } from '../../core/living-ports.ts';
import type { Run } from '../../core/plan.ts';
import { watchRuns } from '../../lambdas/watch-runs/step.ts';

const now = instant(Date.parse('2026-11-19T12:00:00Z'));
const aDayAgo = Date.parse('2026-11-18T12:00:00Z');

type Status = ExecutionFacts['status'];

class Watch {
  readonly executions = new Map<string, Status>();
  readonly settled = new Set<string>();
  /** By name: which recoveries were started, and have ended since. */
  readonly started: string[] = [];
  ended = 0;
  holder: string | undefined;
  askedSince: Instant | undefined;
  cannotList = false;
  readonly unreadable = new Set<string>();

  look(event: object) {
    return watchRuns({
      archive: {
        deposit: async () => assert.fail('it deposits nothing'),
        fetch: async (key) => {
          const run = key.split('/')[1] ?? '';
          if (this.unreadable.has(run)) throw new Error(`${run} cannot be read`);
          if (key === archiveKeys.recovery(run as Run) && this.settled.has(run)) return '{}';
          throw new NotInArchiveError(key);
        },
      },
      executions: {
        find: async (run) => {
          const status = this.executions.get(run);
          return status && { status, startedAt: instant(1), stoppedAt: status === 'RUNNING' ? undefined : instant(2) };
        },
        died: async (since) => {
          if (this.cannotList) throw new Error('AccessDenied');
          this.askedSince = since;
          return [...this.executions].flatMap(([run, status]) => (isDead(status) ? [run as Run] : []));
        },
      },
      recoveries: {
        start: async (name, run) => {
          const attempt = Number(name.slice(-1));
          if (attempt <= this.ended) return 'ended';
          this.started.push(`${run} ${attempt}`);
          return 'underWay';
        },
      },
      lock: { holder: async () => (this.holder === undefined ? undefined : { run: this.holder as Run, since: now }) },
      hash: sha256,
      clock: { now: () => now },
      log: { info: () => {}, warn: () => {}, error: () => {} },
    })(event);
  }
}

const isDead = (status: Status) => ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(status);
const sweep = { sweep: true };
const event = (name: string) => ({ detail: { name } });

describe('S11 the event that a run died', () => {
  for (const status of ['FAILED', 'TIMED_OUT', 'ABORTED'] as const) {
    it(`begins its recovery when it ended ${status}`, async () => {
      const watch = new Watch();
      watch.executions.set('one', status).set('other', 'FAILED');
      assert.deepEqual(await watch.look(event('one')), { recovering: ['one'] });
      assert.deepEqual(watch.started, ['one 1']);
    });
  }

  it('begins nothing of one that lives, ended well, is not known, or is settled', async () => {
    const watch = new Watch();
    watch.executions.set('lives', 'RUNNING').set('well', 'SUCCEEDED').set('settled', 'FAILED');
    watch.settled.add('settled');
    for (const name of ['lives', 'well', 'settled', 'nobody']) {
      assert.deepEqual(await watch.look(event(name)), { recovering: [] });
    }
    assert.deepEqual(watch.started, []);
  });
});

describe('S11 the sweep', () => {
  it('finds whoever has the lock, though it was settled: something of that was cut short', async () => {
    const watch = new Watch();
    watch.holder = 'holder';
    watch.executions.set('holder', 'ABORTED');
    watch.settled.add('holder');
    assert.deepEqual(await watch.look(sweep), { recovering: ['holder'] });
  });

  it('finds whoever has the lock, though it ended well: a late delivery took it once more, and nobody would ever free it', async () => {
    const watch = new Watch();
    watch.executions.set('holder', 'SUCCEEDED').set('well', 'SUCCEEDED');
    watch.holder = 'holder';
    assert.deepEqual(await watch.look(sweep), { recovering: ['holder'] });
    assert.deepEqual(watch.started, ['holder 1']);
    watch.executions.set('holder', 'RUNNING');
    assert.deepEqual(await watch.look(sweep), { recovering: [] });
  });

  it('finds each that died in the last day without the lock, and was not settled', async () => {
    const watch = new Watch();
    watch.executions.set('one', 'FAILED').set('two', 'TIMED_OUT').set('settled', 'ABORTED').set('well', 'SUCCEEDED');
    watch.settled.add('settled');
    assert.deepEqual(await watch.look(sweep), { recovering: ['one', 'two'] });
    assert.equal(watch.askedSince, aDayAgo);
  });

  it('begins a recovery anew that died, five times, and then calls people', async () => {
    const watch = new Watch();
    watch.executions.set('one', 'FAILED');
    watch.ended = 4;
    assert.deepEqual(await watch.look(sweep), { recovering: ['one'] });
    assert.deepEqual(watch.started, ['one 5']);
    watch.ended = 5;
    await assert.rejects(watch.look(sweep), /run one is not settled after 5 recoveries; see the runbook/);
  });

  it('lets one that cannot be looked at keep no other from its recovery, and still fails', async () => {
    const watch = new Watch();
    watch.executions.set('one', 'FAILED').set('two', 'FAILED');
    watch.unreadable.add('one');
    await assert.rejects(watch.look(sweep), /one cannot be read/);
    assert.deepEqual(watch.started, ['two 1']);
  });

  it('recovers whoever has the lock when it cannot see how executions ended, and still fails', async () => {
    const watch = new Watch();
    watch.holder = 'holder';
    watch.executions.set('holder', 'FAILED');
    watch.cannotList = true;
    await assert.rejects(watch.look(sweep), /AccessDenied/);
    assert.deepEqual(watch.started, ['holder 1']);
  });
});
