import { type Instant, instant } from '../instant.ts';
import type { Guardrail, Run } from '../plan.ts';

/** How many secrets a run was let touch, and when. */
export interface Reservation {
  readonly run: Run;
  readonly at: Instant;
  readonly secrets: number;
}

export type Ledger = readonly Reservation[];

const day = 24 * 3_600_000;

/** @throws {Error} when it is not understood: then nobody knows how much was touched. */
export function parseLedger(text: string): Ledger {
  const ledger: unknown = JSON.parse(text);
  if (!Array.isArray(ledger) || !ledger.every(isReservation)) {
    throw new Error('the ledger is not understood; look who wrote it, and put it right before the next run');
  }
  return ledger;
}

/** What other runs were let touch in the last 24 hours. What is 24 hours old to the millisecond no longer counts. */
export const touchedLately = (ledger: Ledger, run: Run, now: Instant): number =>
  ledger.filter(({ run: other, at }) => other !== run && now - at < day).reduce((sum, { secrets }) => sum + secrets, 0);

/** Holds a run's selection, with what others touched in the last 24 hours, against the cap. Exactly at it is within. */
export function judgeDay(ledger: Ledger, limit: number, asked: Reservation): Guardrail {
  const actual = touchedLately(ledger, asked.run, asked.at) + asked.secrets;
  return {
    name: 'secretsPerDay',
    verdict: actual <= limit ? 'within' : 'exceeded',
    actual,
    limit,
    unit: 'secrets in 24 hours, over all runs',
  };
}

/** Writes down what a run may touch, if the cap allows it. A run that is written down already stays as it is. */
export function reserve(ledger: Ledger, limit: number, asked: Reservation): Ledger {
  const isThere = ledger.some(({ run }) => run === asked.run);
  if (isThere || judgeDay(ledger, limit, asked).verdict === 'exceeded') return ledger;
  // Twice the day that is looked back at: clocks differ, and whoever looks at it wants to see a little more.
  return [...ledger.filter(({ at }) => at > instant(asked.at - 2 * day)), asked];
}

const isReservation = (value: unknown): value is Reservation => {
  const { run, at, secrets } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof run === 'string' && Number.isSafeInteger(at) && Number.isSafeInteger(secrets) && Number(secrets) >= 0;
};
