import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { ExecutionFacts } from '../../core/living-ports.ts';
import type { Run } from '../../core/plan.ts';
import { type RecoverRunPorts, recoverRun } from '../../lambdas/recover-run/step.ts';
import { at, RunWorld, run } from './run-world.ts';

const stoppedAt = at('2026-11-19T02:31:00Z');
/** Five minutes later: as long as Lambda lets rotate-batch run. */
const over = at('2026-11-19T02:36:00Z');
const later = at('2026-11-19T02:51:00Z');
const other = 'another-run' as Run;

/** A run that died in wave 1, which it had let go, and had not turned. */
async function dead(facts: Partial<ExecutionFacts> = {}) {
  const world = await new RunWorld().approved();
  await world.admitWave();
  const found = { status: 'ABORTED', startedAt: instant(0), stoppedAt, ...facts } as const;
  const recover = (event: object, now: Instant, ports: (all: Ports) => AllButOne = (all) => all) => {
    world.now = now;
    return recoverRun({ ...ports(world.ports), executions: { find: async () => found } })({ run, ...event });
  };
  return { world, recover };
}

type Ports = RunWorld['ports'];
type AllButOne = Omit<RecoverRunPorts, 'executions'>;

/** A recovery that does as much as it does until then, and dies. */
const killedAfter =
  (last: string) =>
  (ports: Ports): AllButOne => {
    let isDead = false;
    const dying = <Given extends unknown[], Answer>(name: string, act: (...given: Given) => Promise<Answer>) => {
      return async (...given: Given): Promise<Answer> => {
        if (isDead) throw new Error('killed');
        const answer = await act(...given);
        isDead = name === last;
        return answer;
      };
    };
    const { archive, history, herald, channels, signer, documents, lock } = ports;
    const [topic] = channels.public;
    return {
      ...ports,
      archive: { fetch: archive.fetch.bind(archive), deposit: dying('deposit', archive.deposit.bind(archive)) },
      history: { change: dying('remember', history.change.bind(history)) },
      herald: { tell: dying('tell', herald.tell) },
      channels: {
        personal: [],
        public: topic === undefined ? [] : [{ ...topic, post: dying('announce', topic.post) }],
      },
      documents: { list: dying('list', documents.list) },
      signer: { ...signer, sign: dying('sign', signer.sign) },
      lock: { ...lock, release: dying('release', lock.release) },
    };
  };

const close = { goal: 'close', troubles: [] };

describe('S11 a run that died', () => {
  it('is settled and closed once the longest deadline of its functions is over, and not a millisecond before', async () => {
    const { world, recover } = await dead();
    const early = instant(over - 1);
    const wait = { next: 'wait', seconds: 1 };
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

  it('is settled once: asked again, it keeps its report, and gives up the lock that an end cut short may have left it', async () => {
    const { world, recover } = await dead();
    await recover(close, over);
    const report = world.archive.texts.get(archiveKeys.recovery(run));
    world.lockedBy = run;
    assert.deepEqual(await recover({ goal: 'settle' }, later), { next: 'end', reasons: ['recoveredBefore'] });
    assert.deepEqual([world.lockedBy, world.archive.texts.get(archiveKeys.recovery(run))], [undefined, report]);
  });

  for (const [last, remembered] of Object.entries({ deposit: 0, remember: 1, tell: 1, announce: 1, sign: 1 })) {
    it(`and was recovered by one that was killed after ${last}, is told of by the next, as it was reported (S6)`, async () => {
      const { world, recover } = await dead();
      const before = [world.lockedBy, world.archive.texts.get(archiveKeys.recovery(run))];
      assert.deepEqual(before, [run, undefined]);
      await assert.rejects(recover(close, over, killedAfter(last)), /killed/);
      const report = world.archive.texts.get(archiveKeys.recovery(run));
      assert.equal(JSON.parse(report ?? '{}').held, 3);
      assert.deepEqual([world.lockedBy, world.history.content?.length], [run, remembered]);
      world.told.length = 0;
      world.announced.length = 0;

      // Either goal: the same function may be delivered again, or the next attempt looks first.
      for (const [nth, event] of [{ goal: 'settle' }, close].entries()) {
        await recover(event, later);
        assert.match(world.announced[nth]?.text ?? '', /3 held/);
        assert.deepEqual(world.told[nth]?.[0], 'Keyturn run recovered');
      }
      assert.equal(world.archive.texts.get(archiveKeys.recovery(run)), report);
      assert.deepEqual(
        world.history.content?.map(({ endedAt }) => endedAt),
        [over],
      );
      assert.ok(world.document(archiveKeys.recoveryManifest(run)));
      assert.equal(world.lockedBy, undefined);
    });
  }

  for (const goal of ['settle', 'close'] as const) {
    it(`and whose documents cannot be read is not settled as one that touched nothing (${goal})`, async () => {
      const { world, recover } = await dead();
      const fetch = async (key: string) => {
        throw new NotInArchiveError(key);
      };
      const deposit = world.archive.deposit.bind(world.archive);
      const blind = (ports: Ports): AllButOne => ({ ...ports, archive: { fetch, deposit } });
      await assert.rejects(recover({ goal, troubles: [] }, over, blind), /has the lock, and its plan cannot be read/);
      assert.deepEqual([world.lockedBy, world.document(archiveKeys.recovery(run))], [run, undefined]);

      world.lockedBy = undefined;
      const { next } = await recover({ goal, troubles: [] }, over, blind);
      assert.equal(next, goal === 'settle' ? 'close' : 'end');
    });
  }

  it('takes no lock from another run', async () => {
    const { world, recover } = await dead();
    world.lockedBy = other;
    await recover(close, over);
    await recover({ goal: 'settle' }, over);
    assert.equal(world.lockedBy, other);
  });
});

describe('S11 a run that did not die', () => {
  for (const status of ['RUNNING', 'PENDING_REDRIVE'] as const) {
    it(`is left alone while it is ${status}`, async () => {
      const { world, recover } = await dead({ status });
      for (const event of [{ goal: 'settle' }, close]) {
        assert.deepEqual(await recover(event, over), { next: 'end', reasons: [`notDead: ${status}`] });
      }
      assert.deepEqual([world.lockedBy, world.goAheads.has(run)], [run, true]);
      assert.equal(world.document(archiveKeys.recovery(run)), undefined);
    });
  }

  it('and ended well gives up the lock that a late delivery took for it, once none can any more, and is not reported again', async () => {
    const { world, recover } = await dead({ status: 'SUCCEEDED' });
    assert.deepEqual(await recover({ goal: 'settle' }, instant(over - 1)), { next: 'wait', seconds: 1 });
    assert.equal(world.lockedBy, run);
    const ended = { next: 'end', reasons: ['notDead: SUCCEEDED'] };
    assert.deepEqual(await recover({ goal: 'settle' }, over), ended);
    assert.deepEqual([world.lockedBy, world.goAheads.has(run)], [undefined, false]);
    assert.deepEqual([world.document(archiveKeys.recovery(run)), world.told, world.announced], [undefined, [], []]);

    world.lockedBy = other;
    assert.deepEqual(await recover({ goal: 'settle' }, over), ended);
    assert.equal(world.lockedBy, other);
  });

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
