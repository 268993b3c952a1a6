import { parseInstant } from '../../../core/instant.ts';
import type { WaitState } from './language.ts';
import type { Exit, Visit } from './visit.ts';

/** Waits for some seconds, or until a moment, which may have passed already. */
export async function wait(visit: Visit, state: WaitState): Promise<Exit> {
  const { time } = visit.run.world;
  await visit.strand.scope.sleep(time, await millisecondsOf(visit, state));
  return visit.conclude(state, '', visit.input);
}

async function millisecondsOf(visit: Visit, { Seconds, Timestamp }: WaitState): Promise<number> {
  if (Timestamp === undefined) return ((await visit.evaluateCount(Seconds, 'Seconds')) ?? 0) * 1_000;

  const text = (await visit.evaluateAs('string', Timestamp, 'Timestamp')) as string;
  const moment = parseInstant(text);
  if (moment === undefined) {
    throw visit.queryFailed(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      'Timestamp',
    );
  }
  return moment - visit.run.world.time.now();
}
