import type { Run } from '../../core/plan.ts';
import type { Settings } from '../../core/settings.ts';
import { asked, at, RunWorld, run } from './run-world.ts';

/* A rotation that has ended well, and a restore of it. */

export const restoring = 'restore-of-november' as Run;

export const askedToRestore = {
  run: restoring,
  startedAt: '2026-11-19T12:00:00Z',
  mode: 'restore',
  of: run,
  requestedBy: 'requester',
  why: 'Orders cannot work with its new keys',
} as const;

const { why: _, ...known } = asked;

/** The run of November, completed: every secret that was due is rotated, and its tag renewed. */
export async function rotated(more: Partial<Settings> = {}): Promise<RunWorld> {
  const world = await new RunWorld(more).approved();
  await complete(world);
  await world.closeRun({ ...known, outcome: 'completed', reasons: [] });
  world.renewed.length = 0;
  return askForRestore(world);
}

/** From here on the world's run is the restore. The one before it has given up the lock. */
export function askForRestore(world: RunWorld, more: object = {}): RunWorld {
  world.lockedBy = undefined;
  world.asked = { ...askedToRestore, ...more };
  world.noteStart();
  world.now = at('2026-11-19T12:00:00Z');
  world.calls.length = 0;
  return world;
}

/** A restore that was approved, in the next window. */
export async function approvedToRestore(world: RunWorld): Promise<RunWorld> {
  await world.plan();
  world.decide({ decidedAt: at('2026-11-19T12:30:00Z'), expiresAt: at('2026-11-21T12:00:00Z') });
  world.goAheads.add(restoring);
  world.lockedBy = restoring;
  world.now = at('2026-11-20T02:30:00Z');
  world.calls.length = 0;
  return world;
}

/** Turns every wave forward, finds it sound, and renews its tags. */
export async function complete(world: RunWorld): Promise<RunWorld> {
  for (let wave = 1; world.batches(wave).length > 0; wave += 1) {
    await world.baked(wave);
    await world.judgeWave({ run: world.run, wave, phase: 'baked' });
    await world.renewExpiry({ run: world.run, wave });
  }
  return world;
}
