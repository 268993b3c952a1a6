import { guardrailName, nearness } from '../guardrail-words.ts';
import type { Instant } from '../instant.ts';
import { counted, oneLine, utcMinute } from '../plain-text.ts';
import { type Guardrail, type PlannedSecret, type Unusual, unusualKinds } from '../plan.ts';
import type { Freeze } from '../settings.ts';

/** What is remembered of a run to compare later ones with. */
export interface PastRun {
  readonly selected: number;
  readonly rotators: readonly string[];
}

/** What a plan is looked at for. */
export interface Looked {
  readonly planned: readonly Pick<PlannedSecret, 'service' | 'rotator'>[];
  readonly guardrails: readonly Guardrail[];
  readonly startsAt: Instant;
  readonly expiresAt: Instant;
}

export interface Known {
  readonly freezes: readonly Freeze[];
  /**
   * Runs before this one. Without any there is nothing to compare with, and nothing is said of it. Undefined: nobody could
   * read what there was, which people must know.
   */
  readonly previous: readonly PastRun[] | undefined;
}

/** Finds what is out of the ordinary about a plan. It stops nothing: caps do, and people. */
export const unusualIn = (plan: Looked, known: Known): readonly Unusual[] => [
  ...comparedWithBefore(plan, known),
  ...servicesHitTwice(plan),
  ...nearCaps(plan),
  ...nearFreezes(plan, known),
];

/** One finding as one line. */
export const sayUnusual = ({ kind, of }: Unusual): string => `${unusualKinds[kind]}: ${of}`;

function* comparedWithBefore({ planned }: Looked, { previous }: Known): Generator<Unusual> {
  if (previous === undefined) return yield { kind: 'notCompared', of: 'the history could not be read' };
  if (previous.length === 0) return;

  const most = Math.max(...previous.map(({ selected }) => selected));
  if (planned.length > most) {
    yield { kind: 'moreThanUsual', of: `${planned.length}, against ${most} at most in ${lastRuns(previous)}` };
  }
  const seen = new Set(previous.flatMap(({ rotators }) => rotators));
  const first = [...new Set(planned.map(({ rotator }) => rotator))].filter((rotator) => !seen.has(rotator));
  if (first.length > 0) yield { kind: 'firstForRotator', of: listed(first) };
}

const lastRuns = ({ length }: readonly PastRun[]) => (length === 1 ? 'the run before' : `the last ${length} runs`);

function* servicesHitTwice({ planned }: Looked): Generator<Unusual> {
  const counts = [...Map.groupBy(planned, ({ service }) => service)]
    .map(([service, { length }]) => ({ service, length }))
    .filter(({ length }) => length > 1)
    .sort((one, other) => other.length - one.length || (one.service < other.service ? -1 : 1));
  if (counts.length > 0) {
    yield { kind: 'serviceHitTwice', of: listed(counts.map(({ service, length }) => `${service} (${length})`)) };
  }
}

/** From this share of a cap on, people should know how near it is. */
const nearShare = 0.8;

function* nearCaps({ guardrails }: Looked): Generator<Unusual> {
  for (const guardrail of guardrails) {
    const { actual, limit } = guardrail;
    if (limit > 0 && actual >= limit * nearShare) {
      yield { kind: 'nearCap', of: `${guardrailName(guardrail)}, ${nearness(guardrail)}` };
    }
  }
}

/** A freeze this long before or after a run is one that its approvers should know of. */
const nearMillis = 24 * 3_600_000;

function* nearFreezes({ startsAt, expiresAt }: Looked, { freezes }: Known): Generator<Unusual> {
  for (const { from, to, why } of freezes) {
    if (from <= expiresAt + nearMillis && to >= startsAt - nearMillis) {
      yield { kind: 'nearFreeze', of: `${oneLine(why)}, ${utcMinute(from)} to ${utcMinute(to)}` };
    }
  }
}

/** So many are named; whoever wants the others has the whole list below. */
const mostNamed = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).map(oneLine).join(', ');
  return names.length > mostNamed ? `${shown} and ${counted(names.length - mostNamed, 'other')}` : shown;
}
