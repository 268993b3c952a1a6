import { oneLine } from './plain-text.ts';
import type { Guardrail } from './plan.ts';

/** What a bound is about, in words. One that has none yet is called by its name. */
export const guardrailName = ({ name }: Guardrail): string => guardrailNames[name] ?? oneLine(name);

const guardrailNames: Readonly<Record<string, string>> = {
  secrets: 'Secrets in one run',
  percentOfFleet: 'Share of the fleet',
  secretsPerDay: 'Secrets in 24 hours',
  secondJudgement: 'Second judgement',
};

/** How near a bound came, in words. */
export const nearness = ({ actual, limit, unit }: Guardrail): string =>
  limit === 0 ? `${actual} ${unit}, and none is allowed` : `${actual} of at most ${limit} ${unit}`;
