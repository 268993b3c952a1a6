import { archiveKeys } from '../../core/archive-keys.ts';
import { readWave } from '../../core/plan-reading.ts';
import type { Archive, ExpiryTags } from '../../core/ports.ts';
import { renewedExpiration } from '../../core/renewal.ts';
import type { Settings } from '../../core/settings.ts';
import type { WaveVerdict } from '../../core/verdict.ts';
import { parseEvent } from './event.ts';

export interface RenewExpiryPorts {
  readonly archive: Archive;
  readonly tags: ExpiryTags;
  readonly settings: Settings;
}

/**
 * Moves the expiry tag of what a sound wave rotated or restored, and of nothing else.
 *
 * Counts from the moment of the verdict, so that being called again writes the same dates.
 */
export const renewExpiry =
  ({ archive, tags, settings }: RenewExpiryPorts) =>
  async (given: unknown): Promise<{ renewed: number }> => {
    const { run, wave } = parseEvent(given);
    const verdict = JSON.parse(await archive.fetch(archiveKeys.verdict(run, wave, 'baked'))) as WaveVerdict;
    if (verdict.verdict !== 'sound') {
      throw new Error(`wave ${wave} of run ${run} was judged ${verdict.verdict}; only a sound wave is renewed`);
    }

    const rotated = new Set(verdict.secrets.filter(({ kind }) => kind === 'rotated').map(({ arn }) => arn));
    const planned = (await readWave(archive, run, wave)).flatMap(({ secrets }) => secrets);
    let renewed = 0;
    for (const { arn, rotator, expirationDate, before } of planned) {
      const validityDays = settings.rotators[rotator]?.validityDays;
      if (!rotated.has(arn) || validityDays === undefined) continue;
      // What is restored is as fresh as it was before, and not a day fresher.
      await tags.renew(
        arn,
        before?.expirationDate ?? renewedExpiration(expirationDate, verdict.judgedAt, validityDays),
      );
      renewed += 1;
    }
    return { renewed };
  };
