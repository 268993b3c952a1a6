import { type Instant, instant, toIso } from '../instant.ts';
import type { Mode } from '../plan.ts';
import type { WaveVerdict } from './verdict.ts';

const day = 86_400_000;

/** Until when a credential rotated now counts as fresh, written as its tag was: a day, or a moment. */
export function renewedExpiration(previous: string, rotatedAt: Instant, validityDays: number): string {
  const iso = toIso(instant(rotatedAt + validityDays * day));
  return previous.includes('T') ? iso : iso.slice(0, 10);
}

/** What became of the expiration tags of a wave, one attempt. Each is tried, whatever became of the others. */
export interface Renewal {
  readonly goal: 'renew' | 'put back';
  /** ARNs of the secrets whose tag was moved. */
  readonly moved: readonly string[];
  readonly failed: readonly TagFailure[];
}

export interface TagFailure {
  readonly arn: string;
  readonly name: string;
  /** The name of the error. */
  readonly error: string;
}

/** A wave that was judged sound, and what was said of its tags last. */
export interface RenewedWave {
  readonly number: number;
  readonly baked: WaveVerdict | undefined;
  readonly rolledBack: WaveVerdict | undefined;
  /** Undefined: nothing was said, so any of its tags may have been moved, or none. */
  readonly renewal: Renewal | undefined;
}

/** What retiring does makes no secret fresh, so it moves no tag. */
export const renews = (mode: Mode): boolean => mode !== 'retire';

/** The secrets of a sound wave of which nobody knows that their tag says until when they are fresh, and why not. */
export function unrenewed({ baked, rolledBack, renewal }: RenewedWave): readonly TagFailure[] {
  if (baked?.verdict !== 'sound' || rolledBack !== undefined) return [];
  const moved = renewal?.goal === 'renew' ? renewal.moved : [];
  return baked.secrets
    .filter(({ arn, kind }) => kind === 'rotated' && !moved.includes(arn))
    .map(({ arn, name }) => ({ arn, name, error: failureOf(renewal, arn) }));
}

const failureOf = (renewal: Renewal | undefined, arn: string): string =>
  renewal?.failed.find((failed) => failed.arn === arn)?.error ?? 'unknown';

/** Which tags do not say what they should, as reasons of the run: those that were not renewed, and those not put back. */
export function sayTags(waves: readonly RenewedWave[], mode: Mode): readonly string[] {
  if (!renews(mode)) return [];
  return waves.flatMap((wave) => [
    ...unrenewed(wave).map(({ name, error }) => `tagNotRenewed: ${name}: ${error}`),
    ...(wave.renewal?.goal === 'put back' ? wave.renewal.failed : []).map(
      ({ name, error }) => `tagNotPutBack: ${name}: ${error}`,
    ),
  ]);
}
