import type { Instant } from './instant.ts';
import { capitalised, modeWords } from './mode-words.ts';
import { counted, oneLine, utcMinute } from './plain-text.ts';
import type { PlanHeader } from './plan.ts';

export { guardrailName, nearness } from './guardrail-words.ts';

/** What a wave that was held back would do, in one sentence without its full stop. */
export function waveHeadline({ mode, waves }: Pick<PlanHeader, 'mode' | 'waves'>, number: number): string {
  const { secrets = 0, tiers = [] } = waves.find((wave) => wave.number === number) ?? {};
  const of = `wave ${number} of ${waves.length}`;
  return `Go on with ${of}: ${modeWords[mode].act} ${counted(secrets, 'secret')}, ${tiers.map(oneLine).join(' and ')}`;
}

/** What would happen, in one sentence without its full stop. */
export function headline({ mode, of, selected, fleet, waves, startsAt }: PlanHeader, now: Instant): string {
  const start = startsAt <= now ? 'starting as soon as it is approved' : `starting ${utcMinute(startsAt)}`;
  const to = of === undefined ? '' : ` to what they were before run ${of}`;
  return `${capitalised(modeWords[mode].act)} ${mode === 'retire' ? 'the old credentials of ' : ''}${selected} of ${counted(fleet.secrets, 'secret')}${to} in ${counted(waves.length, 'wave')}, ${start}`;
}
