import { archiveKeys } from '../../core/archive-keys.ts';
import { renewExpirySeconds } from '../../core/deadlines.ts';
import { findDocument } from '../../core/past-runs/run-story.ts';
import type { Run } from '../../core/plan.ts';
import { readWave } from '../../core/planning/plan-reading.ts';
import type { Archive, Clock, ExpiryTags } from '../../core/ports.ts';
import type { Settings } from '../../core/settings.ts';
import { type Renewal, renewedExpiration, type TagFailure } from '../../core/verdict/renewal.ts';
import type { SecretRecord, WaveVerdict } from '../../core/verdict/verdict.ts';
import { parseEvent } from './event.ts';

export interface RenewExpiryPorts {
  readonly archive: Archive;
  readonly tags: ExpiryTags;
  readonly settings: Pick<Settings, 'rotators'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Some tags of a wave could not be moved. Not retryable here: the archive says which, and the recovery tries again. */
export class TagsNotMovedError extends Error {
  override readonly name = 'TagsNotMovedError';

  constructor(run: Run, wave: number, failed: number, options?: ErrorOptions) {
    super(
      `${failed} tags of wave ${wave} of run ${run} could not be moved; its renewals in the archive say which`,
      options,
    );
  }
}

/** A tag to be moved. Undefined: nobody knows what it should say. */
interface Move {
  readonly arn: string;
  readonly name: string;
  readonly to: string | undefined;
}

/**
 * Moves the expiry tag of what a sound wave rotated or restored, and of nothing else; or puts it back where it was,
 * when the wave went back all the same after its run had died.
 *
 * It does not renew once the wave was sent back, nor when its run was settled: an execution that is redriven then must not
 * call fresh what is no longer there. One tag that cannot be moved keeps no other from it; what became of each is deposited,
 * and then the step fails, so that nobody goes on as if all of them were.
 */
export const renewExpiry =
  (ports: RenewExpiryPorts) =>
  async (given: unknown): Promise<{ renewed: number }> => {
    const { goal, run, wave } = parseEvent(given);
    const moves = goal === 'renew' ? await newDates(ports, run, wave) : await oldDates(ports, run, wave);
    if (moves === undefined) return { renewed: 0 };

    const { moved, failed } = await moveAll(ports, moves);
    await note(ports.archive, run, wave, { goal, moved, failed });
    if (failed.length > 0) throw new TagsNotMovedError(run, wave, failed.length);
    return { renewed: moved.length };
  };

/** Counts from the moment of the verdict, so that being called again writes the same dates. */
async function newDates({ archive, settings }: RenewExpiryPorts, run: Run, wave: number): Promise<readonly Move[]> {
  const verdict = JSON.parse(await archive.fetch(archiveKeys.verdict(run, wave, 'baked'))) as WaveVerdict;
  if (verdict.verdict !== 'sound') {
    throw new Error(`wave ${wave} of run ${run} was judged ${verdict.verdict}; only a sound wave is renewed`);
  }
  if (await isOver(archive, run, wave)) {
    throw new Error(`wave ${wave} of run ${run} was sent back since, or its run was settled; start a new run`);
  }

  const secrets = await plannedAs('rotated', verdict, archive, run);
  return secrets.map(({ arn, name, rotator, expirationDate, before }) => {
    const days = settings.rotators[rotator]?.validityDays;
    const renewed = days === undefined ? undefined : renewedExpiration(expirationDate, verdict.judgedAt, days);
    // What is restored is as fresh as it was before, and not a day fresher.
    return { arn, name, to: before?.expirationDate ?? renewed };
  });
}

/** A wave that was not sound was never renewed, and what could not be sent back is not what it was. */
async function oldDates({ archive }: RenewExpiryPorts, run: Run, wave: number): Promise<readonly Move[] | undefined> {
  const baked = await findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, wave, 'baked'));
  if (baked?.verdict !== 'sound') return undefined;

  const recovered = JSON.parse(await archive.fetch(archiveKeys.verdict(run, wave, 'recovered'))) as WaveVerdict;
  const secrets = await plannedAs('rolledBack', recovered, archive, run);
  return secrets.map(({ arn, name, expirationDate }) => ({ arn, name, to: expirationDate }));
}

/** It stops trying well before Lambda stops it, so that what became of each is always said. */
async function moveAll({ tags, clock }: RenewExpiryPorts, moves: readonly Move[]): Promise<Omit<Renewal, 'goal'>> {
  const deadline = clock.now() + renewExpirySeconds.write * 1_000;
  const moved: string[] = [];
  const failed: TagFailure[] = [];
  for (const { arn, name, to } of moves) {
    const error =
      to === undefined ? 'noSuchRotator' : clock.now() >= deadline ? 'outOfTime' : await attempt(tags, arn, to);
    if (error === undefined) moved.push(arn);
    else failed.push({ arn, name, error });
  }
  return { moved, failed };
}

/** The name of what went wrong, if anything did. */
async function attempt(tags: ExpiryTags, arn: string, to: string): Promise<string | undefined> {
  try {
    await tags.renew(arn, to);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  }
}

/** Deposits what became of the tags, after what was said of them before. */
async function note(archive: Archive, run: Run, wave: number, renewal: Renewal): Promise<void> {
  const text = JSON.stringify(renewal);
  for (let nth = 1; ; nth += 1) {
    if ((await archive.deposit(archiveKeys.renewal(run, wave, nth), text)) === 'deposited') return;
  }
}

/** What the plan has of the secrets that became this in their wave. */
async function plannedAs(kind: SecretRecord['kind'], { wave, secrets }: WaveVerdict, archive: Archive, run: Run) {
  const arns = new Set(secrets.filter((secret) => secret.kind === kind).map(({ arn }) => arn));
  const planned = (await readWave(archive, run, wave)).flatMap((batch) => batch.secrets);
  return planned.filter(({ arn }) => arns.has(arn));
}

async function isOver(archive: Archive, run: Run, wave: number): Promise<boolean> {
  const ends = [
    archiveKeys.recovery(run),
    archiveKeys.verdict(run, wave, 'rolledBack'),
    archiveKeys.verdict(run, wave, 'recovered'),
  ];
  return (await Promise.all(ends.map((key) => findDocument(archive, key)))).some((found) => found !== undefined);
}
