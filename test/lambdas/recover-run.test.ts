import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { ExecutionFacts } from '../../core/living-ports.ts';
import type { Run } from '../../core/plan.ts';
import { recoverRun } from '../../lambdas/recover-run/step.ts';
import { at, RunWorld, run } from './run-world.ts';

const stoppedAt = at('2026-11-19T02:31:00Z');
/** Five minutes later: as long as Lambda lets rotate-batch run. */
const over = at('2026-11-19T02:36:00Z');
const other = 'another-run' as Run;

/** A run that died in wave 1, which it had let go, and had not turned. */
async function dead(facts: Partial<ExecutionFacts> = {}) {
  const world = await new RunWorld().approved();
  await world.admitWave();
  const found = { status: 'ABORTED', startedAt: instant(0), stoppedAt, ...facts } as const;
  const recover = (event: object, now: Instant) => {
    world.now = now;
    return recoverRun({ ...world.ports, executions: { find: async () => found } })({ run, ...event });
  };
  return { world, recover };
}

const close = { goal: 'close', troubles: [] };

describe('S11 a run that died', () => {
  it('is settled and closed once the longest deadline of its functions is over, and not a millisecond before', async () => {
    const { world, recover } = await dead();
    const early = instant(over - 1);
    const wait = { next: 'wait', until: '2026-11-19T02:36:00.000Z' };
    assert.deepEqual(await recover({ goal: 'settle' }, early), wait);
    assert.deepEqual(await recover(close, early), wait);
    assert.deepEqual([world.lockedBy, world.document(archiveKeys.recovery(run))], [run, undefined]);

    assert.deepEqual(await recover({ goal: 'settle' }, over), { next: 'back', wave: 1 });
    assert.equal(world.lockedBy, run);
    assert.equal((await recover(close, over)).next, 'end');
    assert.equal(world.lockedBy, undefined);
  });

  it('can start nothing from the first look on, whoever still was about to', async () => {
    const { world, recover } = await dead();
    assert.equal(world.goAheads.has(run), true);
    await recover({ goal: 'settle' }, stoppedAt);
    assert.equal(world.goAheads.has(run), false);
    assert.deepEqual(await world.turn('rotate'), { kind: 'notStarted', reason: 'goAheadWithdrawn' });
  });

  it('is settled once: asked again, it gives up the lock that an end cut short may have left it', async () => {
    const { world, recover } = await dead();
    await recover(close, over);
    const report = world.archive.texts.get(archiveKeys.recovery(run));
    world.lockedBy = run;
    assert.deepEqual(await recover({ goal: 'settle' }, over), { next: 'end', reasons: ['recoveredBefore'] });
    assert.deepEqual([world.lockedBy, world.archive.texts.get(archiveKeys.recovery(run))], [undefined, report]);
  });

  it('takes no lock from another run', async () => {
    const { world, recover } = await dead();
    world.lockedBy = other;
    await recover(close, over);
    await recover({ goal: 'settle' }, over);
    assert.equal(world.lockedBy, other);
  });
});

describe('S11 a run that did not die', () => {
  for (const status of ['RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'] as const) {
    it(`is left alone while it is ${status}`, async () => {
      const { world, recover } = await dead({ status });
      for (const event of [{ goal: 'settle' }, close]) {
        assert.deepEqual(await recover(event, over), { next: 'end', reasons: [`notDead: ${status}`] });
      }
      assert.deepEqual([world.lockedBy, world.goAheads.has(run)], [run, true]);
      assert.equal(world.document(archiveKeys.recovery(run)), undefined);
    });
  }

  it('or of which there is no execution, is refused', async () => {
    const world = await new RunWorld().approved();
    const executions = { find: async () => undefined };
    await assert.rejects(
      recoverRun({ ...world.ports, executions })({ goal: 'settle', run }),
      /there is no execution of run run-of-november; check its name and the stage/,
    );
    assert.equal(world.lockedBy, run);
  });
});
