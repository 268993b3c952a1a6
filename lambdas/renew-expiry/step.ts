import { archiveKeys } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import { readWave } from '../../core/plan-reading.ts';
import type { Archive, ExpiryTags } from '../../core/ports.ts';
import { renewedExpiration } from '../../core/renewal.ts';
import { findDocument } from '../../core/run-story.ts';
import type { Settings } from '../../core/settings.ts';
import type { SecretRecord, WaveVerdict } from '../../core/verdict.ts';
import { parseEvent } from './event.ts';

export interface RenewExpiryPorts {
  readonly archive: Archive;
  readonly tags: ExpiryTags;
  readonly settings: Settings;
}

/**
 * Moves the expiry tag of what a sound wave rotated or restored, and of nothing else; or puts it back where it was,
 * when the wave went back all the same after its run had died.
 *
 * It does not renew once the wave was sent back, nor when its run was settled: an execution that is redriven then must not
 * call fresh what is no longer there.
 */
export const renewExpiry =
  (ports: RenewExpiryPorts) =>
  async (given: unknown): Promise<{ renewed: number }> => {
    const { goal, run, wave } = parseEvent(given);
    return { renewed: goal === 'renew' ? await renew(ports, run, wave) : await putBack(ports, run, wave) };
  };

/** Counts from the moment of the verdict, so that being called again writes the same dates. */
async function renew({ archive, tags, settings }: RenewExpiryPorts, run: Run, wave: number): Promise<number> {
  const verdict = JSON.parse(await archive.fetch(archiveKeys.verdict(run, wave, 'baked'))) as WaveVerdict;
  if (verdict.verdict !== 'sound') {
    throw new Error(`wave ${wave} of run ${run} was judged ${verdict.verdict}; only a sound wave is renewed`);
  }
  if (await isOver(archive, run, wave)) {
    throw new Error(`wave ${wave} of run ${run} was sent back since, or its run was settled; start a new run`);
  }

  let renewed = 0;
  for (const { arn, rotator, expirationDate, before } of await plannedAs('rotated', verdict, archive, run)) {
    const validityDays = settings.rotators[rotator]?.validityDays;
    if (validityDays === undefined) continue;
    // What is restored is as fresh as it was before, and not a day fresher.
    await tags.renew(arn, before?.expirationDate ?? renewedExpiration(expirationDate, verdict.judgedAt, validityDays));
    renewed += 1;
  }
  return renewed;
}

/** A wave that was not sound was never renewed, and what could not be sent back is not what it was. */
async function putBack({ archive, tags }: RenewExpiryPorts, run: Run, wave: number): Promise<number> {
  const baked = await findDocument<WaveVerdict>(archive, archiveKeys.verdict(run, wave, 'baked'));
  if (baked?.verdict !== 'sound') return 0;

  const recovered = JSON.parse(await archive.fetch(archiveKeys.verdict(run, wave, 'recovered'))) as WaveVerdict;
  const secrets = await plannedAs('rolledBack', recovered, archive, run);
  for (const { arn, expirationDate } of secrets) await tags.renew(arn, expirationDate);
  return secrets.length;
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
