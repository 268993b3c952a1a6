import { type Instant, toIso } from '../core/instant.ts';
import type { Mode } from '../core/plan.ts';
import type { InventoryEntry } from '../rehearsal/day/fleet.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Disturbance } from './disturbances.ts';
import { besides, disturbancesOf, spans } from './draw-disturbances.ts';
import { actsOnOld } from './outsider.ts';
import type { Manner } from './person.ts';
import { redrivesOf } from './redrives.ts';

/** One run, all that goes wrong meanwhile, and whatever is left of it being settled. */
export interface Part {
  readonly mode: Mode;
  /** Its moment comes so many milliseconds after the part before it is over. */
  readonly after: number;
  readonly people: Manner;
  readonly disturbances: readonly Disturbance[];
}

/** Everything that chance decides. */
export interface Drawn {
  readonly seed: number;
  /** Index of the variant of the settings. */
  readonly variant: number;
  readonly entries: readonly InventoryEntry[];
  /** One after the other. What cannot follow what came before it is not played. */
  readonly parts: readonly Part[];
  /** Whether somebody looks for drift in the end. */
  readonly looks: boolean;
}

const kinds = [
  { rotator: 'postgres', probe: 'postgres' },
  { rotator: 'postgres-replace', probe: 'postgres' },
  { rotator: 'http-api-key', probe: 'http' },
  { rotator: 'hmac-key', probe: 'http' },
] as const;

const services = ['orders', 'ledger-core', 'fx-rates'] as const;
const day = 86_400_000;

/** Tags that say nothing clear, of which each makes a secret one that is left alone. */
const unclear: readonly Readonly<Record<string, string>>[] = [
  { expiration_date: 'soon' },
  { expiration_date: '2026-02-30' },
  { 'keyturn:tier': 'another' },
  { 'keyturn:tier': '' },
  { 'keyturn:rotator': 'https://elsewhere.invalid' },
  { 'keyturn:rotator': 'constructor' },
  { 'keyturn:probe': 'none' },
];

/** How the names of those end. */
export const unclearSuffix = '-unclear';

/** Of how much there is a choice. */
export interface Choices {
  readonly variants: number;
  readonly updates: number;
}

/** Draws from a seed: the same seed is the same story. */
export function draw(seed: number, asOf: Instant, { variants, updates }: Choices): Drawn {
  const chance = chanceOf(seed, 0x5bd1e995);
  const { below } = chance;
  const entries = Array.from({ length: 2 + below(5) }, (_, index) => entryOf(chance, asOf, index));
  const variant = below(variants);
  const people = chance.pick([
    'approve',
    'approve',
    'approve',
    'approve',
    'approve',
    'approve',
    'reject',
    'do not answer',
  ] as const);
  const restores = chance.oneIn(4);
  const rotation = [...disturbancesOf({ chance, seed, entries, span: spans.rotate })];

  const others = new Others(seed, entries, updates);
  return redriven({
    seed,
    variant,
    entries,
    parts: [
      ...others.before(),
      {
        mode: 'rotate',
        after: 0,
        people,
        disturbances: [...rotation, ...others.besides('rotate')],
      },
      ...(restores ? [others.restore()] : others.retirements()),
    ],
    looks: others.looks(),
  });
}

/** What is redriven is drawn apart, too: a seed of which nothing dies stays what it is. */
function redriven(drawn: Drawn): Drawn {
  const chance = chanceOf(drawn.seed, 0x165667b1);
  const parts = drawn.parts.map((part) => ({ ...part, disturbances: [...part.disturbances, ...redrivesOf(chance)] }));
  return { ...drawn, parts };
}

/** What comes before and after the rotation, and beside it. It is drawn apart, so that the rotation of a seed stays what it is. */
class Others {
  readonly #chance: Chance;
  readonly #seed: number;
  readonly #entries: readonly InventoryEntry[];
  readonly #updates: number;

  constructor(seed: number, entries: readonly InventoryEntry[], updates: number) {
    this.#chance = chanceOf(seed, 0x27d4eb2f);
    this.#seed = seed;
    this.#entries = entries;
    this.#updates = updates;
  }

  before(): readonly Part[] {
    if (!this.#chance.oneIn(6)) return [];
    return [{ mode: 'audit', after: 0, people: 'do not answer', disturbances: this.#some('audit') }];
  }

  besides(mode: Mode): readonly Disturbance[] {
    return [...besides({ chance: this.#chance, span: spans[mode] }, this.#updates)];
  }

  restore(): Part {
    return { mode: 'restore', after: 3_600_000, people: 'approve', disturbances: this.#some('restore') };
  }

  /** The first comes once the grace period is over, or just too early; the second, when what it deactivated may be deleted. */
  retirements(): readonly Part[] {
    if (this.#chance.oneIn(2)) return [];
    return [this.#retirement(), this.#retirement()];
  }

  looks(): boolean {
    return this.#chance.oneIn(2);
  }

  #retirement(): Part {
    const { below, oneIn, pick } = this.#chance;
    const after = 7 * day + pick([600_000, 600_000, 3_600_000, 3_600_000, day, -7_200_000]);
    const people = pick(['approve', 'approve', 'approve', 'approve', 'approve', 'approve', 'reject'] as const);
    const secret = () => pick(this.#entries).Name ?? '';
    const meddles = (): Disturbance => ({
      ...{ kind: 'outsider', act: pick(actsOnOld), secret: secret(), moment: 0, after: below(after) },
    });
    const meanwhile = oneIn(3) ? [meddles()] : [];
    return { mode: 'retire', after, people, disturbances: [...meanwhile, ...this.#some('retire')] };
  }

  /** One in three of these runs is left in peace, so that those after it have something to begin with. */
  #some(mode: Mode): readonly Disturbance[] {
    const given = { chance: this.#chance, seed: this.#seed, entries: this.#entries, span: spans[mode] };
    return [...(this.#chance.oneIn(3) ? [] : disturbancesOf(given)), ...this.besides(mode)];
  }
}

function entryOf({ below, oneIn, pick, hex }: Chance, asOf: Instant, index: number): InventoryEntry {
  const { rotator, probe } = pick(kinds);
  const tier = pick(['low', 'medium', 'high']);
  const service = pick(services);
  const strange = oneIn(8) ? pick(unclear) : undefined;
  const name = `prod/${tier}/${service}/${rotator}-${index}${strange === undefined ? '' : unclearSuffix}`;
  const daysToExpiry = oneIn(5) ? 30 + below(60) : -below(20);
  const tags = {
    expiration_date: toIso((asOf + daysToExpiry * day) as Instant).slice(0, 10),
    'keyturn:tier': tier,
    'keyturn:rotator': rotator,
    'keyturn:probe': probe,
    'keyturn:health': service,
    ...strange,
  };
  const version = () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  return {
    ARN: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-${hex(6)}`,
    Name: name,
    CreatedDate: '2025-01-15T12:00:00Z',
    LastChangedDate: '2026-08-15T12:00:00Z',
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    SecretVersionsToStages: { [version()]: ['AWSCURRENT'], [version()]: ['AWSPREVIOUS'] },
  };
}
