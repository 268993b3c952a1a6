import { type Instant, toIso } from '../instant.ts';
import { capitalised, modeWords } from '../mode-words.ts';
import { counted, oneLine, utcMinute } from '../plain-text.ts';
import type { OldCredential, PlanHeader } from '../plan.ts';

export { guardrailName, nearness } from '../guardrail-words.ts';

/** What a wave that was held back would do, in one sentence without its full stop. */
export function waveHeadline({ mode, waves }: Pick<PlanHeader, 'mode' | 'waves'>, number: number): string {
  const { secrets = 0, tiers = [] } = waves.find((wave) => wave.number === number) ?? {};
  const of = `wave ${number} of ${waves.length}`;
  return `Go on with ${of}: ${modeWords[mode].act} ${counted(secrets, 'secret')}, ${tiers.map(oneLine).join(' and ')}`;
}

/** What would happen, in one sentence without its full stop. */
export function headline(header: PlanHeader, now: Instant): string {
  const { of, selected, fleet, waves, startsAt } = header;
  const start = startsAt <= now ? 'starting as soon as it is approved' : `starting ${utcMinute(startsAt)}`;
  const to = of === undefined ? '' : ` to what they were before run ${of}`;
  return `${capitalised(actOf(header))} ${selected} of ${counted(fleet.secrets, 'secret')}${to} in ${counted(waves.length, 'wave')}, ${start}`;
}

/** What is done to the secrets that are counted next: of a retirement, what can be undone and what cannot. */
function actOf({ mode, retirements }: PlanHeader): string {
  if (retirements === undefined) return modeWords[mode].act;
  const acts = Object.entries(retirements).filter(([, count]) => count > 0);
  const total = acts.reduce((sum, [, count]) => sum + count, 0);
  const verbs = acts.map(([retirement, count]) => `${retirement} ${count}`).join(' and ');
  return total === 0 ? modeWords[mode].act : `${verbs} old ${total === 1 ? 'credential' : 'credentials'} of`;
}

/** What becomes of a wave that fails, in sentences. */
export function wayBack({ mode, retirements }: Pick<PlanHeader, 'mode' | 'retirements'>): readonly string[] {
  const stops = 'At the first failed probe, the run stops before the next batch.';
  const stays = 'Waves that ended well stay. People are told.';
  if (mode !== 'retire') {
    const goesBack =
      'All that the wave has touched goes back to the versions recorded in this plan, and is probed again there.';
    return [stops, goesBack, stays];
  }
  const { deactivate = 0, delete: deleted = 0 } = retirements ?? {};
  return [
    stops,
    ...(deactivate > 0 ? ['A deactivation is reversed: the old credential is made active again, and probed.'] : []),
    ...(deleted > 0 ? ['A deletion cannot be reversed: an old credential that is deleted is gone for good.'] : []),
    stays,
  ];
}

/** What is known of an old credential: when it was replaced, last used and, if it is to be deleted, deactivated. */
export function oldHistory({ replacedAt, lastUsed, deactivatedAt }: OldCredential): string {
  const used =
    lastUsed === undefined ? 'last use unknown' : lastUsed === 'never' ? 'never used' : `last used ${day(lastUsed)}`;
  const deactivated = deactivatedAt === undefined ? '' : `, deactivated ${day(deactivatedAt)}`;
  return `replaced ${day(replacedAt)}, ${used}${deactivated}`;
}

const day = (at: Instant): string => toIso(at).slice(0, 10);
