import type { Instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import type { LeftAlone } from '../leave-alone.ts';
import type { PlannedSecret } from '../plan.ts';
import type { Settings } from '../settings.ts';
import { type DueRule, daysOverdue, isDue } from './due.ts';
import {
  nameInArn,
  readCurrentVersion,
  readExpirationTag,
  readFit,
  readNature,
  readPlace,
  readProbe,
  readRotator,
  readService,
  readTier,
  readTime,
  tiersAt,
} from './entry-reading.ts';
import { together } from './reading.ts';

export { type LeaveAloneReason, type LeftAlone, leaveAloneReasons } from '../leave-alone.ts';

export type SelectedSecret = Omit<PlannedSecret, 'newVersion' | 'currentSince'>;

/** A secret that is not the fleet's: under no tier's path, with none of Keyturn's tags. */
export interface Outsider {
  readonly name: string;
  readonly arn: string;
}

export type Judgement =
  | { readonly kind: 'selected'; readonly secret: SelectedSecret }
  | ({ readonly kind: 'leftAlone' } & LeftAlone)
  | ({ readonly kind: 'outside' } & Outsider);

/** How large the fleet is: the secrets under the tiers' paths, and the services that their health tags name. */
export interface Fleet {
  readonly secrets: number;
  readonly services: number;
}

export interface Selection {
  readonly fleet: Fleet;
  readonly selected: readonly SelectedSecret[];
  readonly leftAlone: readonly LeftAlone[];
  readonly outside: readonly Outsider[];
}

/**
 * Judges one secret by what the list says of it.
 *
 * It is selected only if every single thing about it is clear and nothing speaks against it. Otherwise everything that
 * does is listed, so that its owner mends it once.
 */
export function judgeEntry(entry: SecretEntry, settings: Settings, asOf: Instant, due: DueRule = isDue): Judgement {
  const { name, arn } = entry;
  if (!concernsFleet(entry, settings)) return { kind: 'outside', name, arn };

  const tier = readTier(entry, settings);
  const rotator = readRotator(entry, settings);
  const probe = readProbe(entry, settings);
  const expiration = readExpirationTag(entry, settings);
  const reading = together({
    nature: readNature(entry, settings, asOf),
    place: readPlace(entry, settings),
    tier,
    rotator,
    probe,
    fit: readFit(tier, rotator, probe),
    service: readService(entry, settings),
    currentVersion: readCurrentVersion(entry),
    expiration,
    time: readTime(expiration, settings, asOf, due),
  });

  if (reading.kind === 'unclear')
    return { kind: 'leftAlone', name, arn, reason: reading.reasons[0], reasons: reading.reasons };

  const clear = reading.value;
  return {
    kind: 'selected',
    secret: {
      name,
      arn,
      tier: clear.tier.name,
      service: clear.service.name,
      rotator: clear.rotator.name,
      strategy: clear.rotator.entry.strategy,
      probe: clear.probe.name,
      currentVersion: clear.currentVersion,
      expirationDate: clear.expiration.name,
      daysOverdue: daysOverdue(clear.expiration.entry, asOf),
    },
  };
}

/** Judges every secret of a list. What the list has twice is left alone both times: it cannot be told which is true. */
export function select(
  entries: readonly SecretEntry[],
  settings: Settings,
  asOf: Instant,
  due: DueRule = isDue,
): Selection {
  const isTwice = twiceIn(entries);
  const judgements = entries.map((entry) => {
    const judgement = judgeEntry(entry, settings, asOf, due);
    return isTwice(entry) ? asDuplicate(judgement) : judgement;
  });

  return {
    fleet: fleetOf(entries, settings),
    selected: judgements.flatMap((judged) => (judged.kind === 'selected' ? [judged.secret] : [])),
    leftAlone: judgements.flatMap((judged) => (judged.kind === 'leftAlone' ? [withoutKind(judged)] : [])),
    outside: judgements.flatMap((judged) => (judged.kind === 'outside' ? [withoutKind(judged)] : [])),
  };
}

/** Whether it lies under a tier's path, by name or by ARN, or has a tag that only secrets of the fleet have. */
function concernsFleet({ name, arn, tags }: SecretEntry, settings: Settings): boolean {
  const { tier, rotator, probe, health } = settings.tagKeys;
  return (
    [name, nameInArn(arn) ?? ''].some((path) => tiersAt(path, settings).length > 0) ||
    tags.some(({ key }) => [tier, rotator, probe, health].includes(key))
  );
}

function twiceIn(entries: readonly SecretEntry[]): (entry: SecretEntry) => boolean {
  const times = new Map<string, number>();
  for (const { name, arn } of entries)
    for (const id of [`name ${name}`, `arn ${arn}`]) times.set(id, (times.get(id) ?? 0) + 1);

  return ({ name, arn }) => times.get(`name ${name}`) !== 1 || times.get(`arn ${arn}`) !== 1;
}

function asDuplicate(judgement: Judgement): Judgement {
  if (judgement.kind === 'outside') return judgement;
  const { name, arn } = judgement.kind === 'selected' ? judgement.secret : judgement;
  const others = judgement.kind === 'selected' ? [] : judgement.reasons;
  return { kind: 'leftAlone', name, arn, reason: 'duplicate', reasons: ['duplicate', ...others] };
}

function fleetOf(entries: readonly SecretEntry[], settings: Settings): Fleet {
  const fleet = entries.filter(({ name }) => tiersAt(name, settings).length > 0);
  const health = fleet.flatMap(({ tags }) => tags.filter(({ key }) => key === settings.tagKeys.health));
  return {
    secrets: new Set(fleet.map(({ arn }) => arn)).size,
    services: new Set(health.map(({ value }) => value).filter((value) => value !== '')).size,
  };
}

const withoutKind = <Judged extends { readonly kind: string }>({ kind: _, ...rest }: Judged): Omit<Judged, 'kind'> =>
  rest;
