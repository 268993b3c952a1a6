import { driftReportKey } from '../../core/archive-keys.ts';
import type { Register, RunLock } from '../../core/living-ports.ts';
import { type Channels, postBy, writeTo } from '../../core/notices/channel.ts';
import type { Notice } from '../../core/notices/notice.ts';
import {
  type Drift,
  driftFound,
  driftIn,
  drifts,
  type KnownDrift,
  knowDrift,
  leftByRuns,
  lookBatches,
  underWay,
  unknownOf,
} from '../../core/past-runs/drift.ts';
import type { History } from '../../core/past-runs/history.ts';
import { counted } from '../../core/plain-text.ts';
import type { Archive, Clock, Log } from '../../core/ports.ts';
import type { Settings } from '../../core/settings.ts';
import type { Lookout } from '../../core/verdict/probe.ts';
import { parseEvent } from './event.ts';

export interface WatchDriftPorts {
  readonly archive: Archive;
  readonly history: Pick<Register<History>, 'read'>;
  readonly known: Register<KnownDrift>;
  readonly lock: Pick<RunLock, 'holder'>;
  readonly lookout: Lookout;
  readonly channels: Channels;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DriftWatched {
  readonly looked: number;
  readonly drifted: number;
  /** Of those, how many people had not been told of yet. */
  readonly told: number;
}

/**
 * Looks whether the secrets of the last runs still are as they were left. It reaches no value itself: probe-batch looks, a
 * tier each. It touches nothing, whatever it finds: who rotates by hand may be right.
 *
 * People are told of a drift once. What a run under way may be touching is passed over until the next look. It fails when
 * somebody could not look, after all that the others saw was told.
 */
export const watchDrift =
  (ports: WatchDriftPorts) =>
  async (given: unknown): Promise<DriftWatched> => {
    const { archive, history, known, lock, lookout, clock, log } = ports;
    const { at } = parseEvent(given);
    const left = await leftByRuns(archive, await history.read(), clock.now());

    const before = await lock.holder();
    const batches = lookBatches(left);
    const looks = await Promise.allSettled(batches.map((batch) => lookout.look(batch)));
    const sightings = looks.flatMap((look) => (look.status === 'fulfilled' ? look.value : []));
    const failed = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason] : []));
    const unseen = batches.flatMap(({ secrets }, index) => (looks[index]?.status === 'rejected' ? secrets : []));
    const after = await lock.holder();
    const busy = new Set([...(await underWay(archive, before?.run)), ...(await underWay(archive, after?.run))]);

    const passedOver = new Set([...busy, ...unseen.map(({ arn }) => arn)]);
    const looked = left.filter(({ secret }) => !passedOver.has(secret.arn));
    const found = driftIn(looked, sightings);
    const unknown = unknownOf(found, await known.read());
    await archive.deposit(
      driftReportKey(at),
      JSON.stringify({ at, looked: looked.length, busy: [...busy], unseen: unseen.map(({ arn }) => arn), found }),
    );
    if (unknown.length > 0) {
      log.error(driftFound, { drifts: unknown.map(sayDrift) });
      await tell(ports, unknown, driftReportKey(at));
    }
    // Last of all: told twice is better than never.
    await known.change((one) => knowDrift(one, found, passedOver));
    // What some could not look at keeps nobody from hearing of the rest.
    if (failed.length > 0) {
      const [cause] = failed;
      const why = cause instanceof Error ? cause.message : 'unknown';
      throw new Error(`nobody looked at ${counted(unseen.length, 'secret')}: ${why}`, { cause });
    }
    return { looked: looked.length, drifted: found.length, told: unknown.length };
  };

const mostNamed = 20;

const sayDrift = ({ kind, name, run }: Drift): string => `${name}: ${kind}: ${drifts[kind]} (${run})`;

const sayToPeople = ({ kind, name, run }: Drift): string => `${name}: ${drifts[kind]} (run ${run})`;

async function tell(
  { channels, settings, log }: WatchDriftPorts,
  found: readonly Drift[],
  report: string,
): Promise<void> {
  const notice: Notice = {
    subject: `Keyturn ${settings.stage}: ${counted(found.length, 'secret')} drifted`,
    lead: `Since the runs of the last 14 days, ${counted(found.length, 'secret')} changed behind Keyturn's back. Nothing was touched.`,
    facts: [{ name: 'To do', value: 'Find out who changed them: see drift in the runbook' }],
    sections: [{ title: 'Drifted', lines: found.slice(0, mostNamed).map(sayToPeople) }],
    references: [{ name: 'Report', value: report }],
  };
  for (const approver of settings.approvers) await writeTo(channels, approver, { notice, link: undefined }, log);
  await postBy(channels, notice, log);
}
