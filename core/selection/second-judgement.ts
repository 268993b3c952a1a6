import type { Instant } from '../instant.ts';
import type { SecretEntry } from '../inventory.ts';
import type { Settings } from '../settings.ts';
import type { SelectedSecret } from './selection.ts';

/*
 * The second pair of eyes on a selection, so that one mistake is never enough.
 *
 * Written apart from the first, and to stay apart: it shares no code with `due.ts`, `selection.ts` and what they are
 * made of, starts from the candidates instead of the list, and compares texts where the first compares numbers.
 */

/** Every way in which a fresh list can contradict a selection, and the sentence an operator reads. */
export const contradictions = {
  plannedTwice: 'the plan has it twice',
  missing: 'the list does not have it',
  listedTwice: 'the list has it twice, by name or by ARN',
  identityDiffers: 'plan and list do not name the same secret by name and ARN',
  pathDiffers: 'its name does not lie under the path of its tier alone',
  tierDiffers: 'its tier tag is not what the plan says',
  rotatorDiffers: 'its rotator tag is not what the plan says',
  probeDiffers: 'its probe tag is not what the plan says',
  serviceDiffers: 'its health tag is not what the plan says',
  expirationDiffers: 'its expiration tag is not what the plan says',
  rotatorUnfit: 'the configuration has no such rotator, with that strategy, for its tier',
  probeUnfit: 'the configuration has no such probe, or one that cannot try what the rotator makes',
  serviceUnknown: 'the configuration has no health address of its service',
  untouchable: 'the configuration says never to touch it',
  versionDiffers: 'the version that is AWSCURRENT is not the one in the plan',
  inFlight: 'a rotation of it is in flight',
  owned: 'somebody else rotates it: another AWS service, its vendor, or its native rotation',
  functionDiffers:
    'its native rotation is not on with the function of its rotator, or is to start by itself within 30 days',
  replica: 'it is a replica',
  deleted: 'it is scheduled for deletion',
  notDue: 'its expiration tag does not say that it has expired',
  frozen: 'a freeze is on',
  quarantined: 'it failed in an earlier run and was not released',
  returnsTo: 'only a restore returns a secret to what it was, and this run is none',
  notOfRun: 'the run that is undone did not rotate it to the version that the plan says is current',
  returnsElsewhere: 'the plan returns it to another version or date than the run recorded',
  forgotten: 'its target forgot the old credential when the new one was set',
  notAskedFor: 'the restore was asked for others',
  retires: 'only a retirement is about an old credential, and this run is none',
  retiresNothing: 'the plan names no old credential of it',
  oldIsCurrent: 'the old version is AWSCURRENT',
  notReplaced: 'the run that the plan names did not replace that version',
  notDeactivated: 'the run that the plan names did not deactivate it, so that it cannot be deleted',
  graceNotOver: 'its grace period is not over',
} as const;

export type Contradiction = keyof typeof contradictions;

export interface Contradicted {
  readonly name: string;
  readonly arn: string;
  readonly contradiction: Contradiction;
}

/** What a candidate must be in the plan for, and why it must not, when it must not. */
export type Grounds = (candidate: SelectedSecret, asOf: Instant) => Contradiction | undefined;

/** The grounds of a rotation: the credential has expired. */
export const expired: Grounds = ({ expirationDate, before, old }, asOf) => {
  if (old !== undefined) return 'retires';
  if (before !== undefined) return 'returnsTo';
  return hasExpired(expirationDate, new Date(asOf).toISOString()) ? undefined : 'notDue';
};

/** Judges every candidate once more against a fresh list. An empty answer confirms the selection. */
export function judgeAgain(
  candidates: readonly SelectedSecret[],
  entries: readonly SecretEntry[],
  settings: Settings,
  asOf: Instant,
  /** ARNs that failed in earlier runs and were not released. */
  quarantined: readonly string[] = [],
  grounds: Grounds = expired,
): readonly Contradicted[] {
  const planned = placesOf(candidates);
  const listed = placesOf(entries);

  return candidates.flatMap((candidate) => {
    const { name, arn } = candidate;
    const found = [...placesIn(listed, candidate)].flatMap((place) => entries[place] ?? []);
    const against = judgeOne(candidate, found, placesIn(planned, candidate).size, { settings, asOf, grounds });
    const barred: Contradicted[] = quarantined.includes(arn) ? [{ name, arn, contradiction: 'quarantined' }] : [];
    return [...Array.from(against, (contradiction) => ({ name, arn, contradiction })), ...barred];
  });
}

/** Counts the fleet once more: the ARNs under the tiers' paths, and the services that their health tags name. */
export function countFleet(
  entries: readonly SecretEntry[],
  { tiers, tagKeys }: Settings,
): { readonly secrets: number; readonly services: number } {
  const secrets = new Set<string>();
  const services = new Set<string>();
  for (const { arn, name, tags } of entries) {
    if (!tiers.some(({ path }) => name.slice(0, path.length) === path)) continue;
    secrets.add(arn);
    for (const { key, value } of tags) if (key === tagKeys.health && value !== '') services.add(value);
  }
  return { secrets: secrets.size, services: services.size };
}

interface Identified {
  readonly name: string;
  readonly arn: string;
}

type Places = ReadonlyMap<string, readonly number[]>;

/** Where in a list each name, and each ARN, occurs. */
function placesOf(list: readonly Identified[]): Places {
  const places = new Map<string, number[]>();
  list.forEach(({ name, arn }, place) => {
    for (const id of [name, arn]) places.set(id, [...(places.get(id) ?? []), place]);
  });
  return places;
}

const placesIn = (places: Places, { name, arn }: Identified): ReadonlySet<number> =>
  new Set([...(places.get(name) ?? []), ...(places.get(arn) ?? [])]);

function* judgeOne(
  candidate: SelectedSecret,
  [entry, ...others]: readonly SecretEntry[],
  timesPlanned: number,
  { settings, asOf, grounds }: { readonly settings: Settings; readonly asOf: Instant; readonly grounds: Grounds },
): Generator<Contradiction> {
  if (timesPlanned > 1) yield 'plannedTwice';
  if (entry === undefined) return yield 'missing';
  if (others.length > 0) return yield 'listedTwice';

  yield* identityAgainst(candidate, entry, settings);
  yield* tagsAgainst(candidate, entry, settings);
  yield* settingsAgainst(candidate, settings);
  yield* stateAgainst(candidate, entry);
  yield* rotationAgainst(candidate, entry, settings, asOf);
  const groundless = grounds(candidate, asOf);
  if (groundless !== undefined) yield groundless;
  if (settings.freezes.some(({ from, to }) => !(asOf < from || asOf >= to))) yield 'frozen';
}

function* identityAgainst(
  candidate: SelectedSecret,
  { name, arn }: SecretEntry,
  { tiers }: Settings,
): Generator<Contradiction> {
  const suffix = arn.slice(arn.indexOf(`:secret:${name}-`) + `:secret:${name}-`.length);
  const isItsArn = arn.split(':').length === 7 && arn.includes(`:secret:${name}-`) && /^[0-9A-Za-z]{6}$/.test(suffix);
  if (candidate.name !== name || candidate.arn !== arn || !isItsArn) yield 'identityDiffers';

  const above = tiers.filter(({ path }) => name.slice(0, path.length) === path).map((tier) => tier.name);
  if (above.join('\n') !== candidate.tier) yield 'pathDiffers';
}

function* tagsAgainst(
  candidate: SelectedSecret,
  { tags }: SecretEntry,
  { tagKeys }: Settings,
): Generator<Contradiction> {
  const says = (key: string, text: string) => {
    const values = tags.flatMap((tag) => (tag.key === key ? [tag.value] : []));
    return text.trim() !== '' && JSON.stringify(values) === JSON.stringify([text]);
  };
  if (!says(tagKeys.tier, candidate.tier)) yield 'tierDiffers';
  if (!says(tagKeys.rotator, candidate.rotator)) yield 'rotatorDiffers';
  if (!says(tagKeys.probe, candidate.probe)) yield 'probeDiffers';
  if (!says(tagKeys.health, candidate.service)) yield 'serviceDiffers';
  if (!says(tagKeys.expirationDate, candidate.expirationDate)) yield 'expirationDiffers';
}

/** Whose credentials which probe can try. */
const trials = ['postgres by postgres', 'rotation-function by postgres', 'http-api-key by http', 'hmac-key by http'];

function* settingsAgainst(
  { name, arn, tier, rotator, strategy, probe, service }: SelectedSecret,
  { rotators, probes, health, exemptPatterns, channels }: Settings,
): Generator<Contradiction> {
  const tool = new Map(Object.entries(rotators)).get(rotator);
  const trial = new Map(Object.entries(probes)).get(probe);
  const masters = Object.values(rotators).flatMap((each) => (each.strategy === 'alternate' ? [each.masters] : []));

  const lacksMaster = tool?.strategy === 'alternate' && !Object.keys(tool.masters).includes(tier);
  const lacksFunction = tool?.kind === 'rotation-function' && !Object.keys(tool.functions).includes(tier);
  if (tool?.strategy !== strategy || lacksMaster || lacksFunction) yield 'rotatorUnfit';
  if (!trials.includes(`${tool?.kind} by ${trial?.kind}`)) yield 'probeUnfit';
  if (!Object.keys(health).includes(service)) yield 'serviceUnknown';

  const isMaster = masters.some((byTier) => Object.values(byTier).includes(arn));
  const isOwnToken = Object.values(channels).some((channel) => Object.values(channel).includes(arn));
  if (isMaster || isOwnToken || exemptPatterns.some((pattern) => covers(pattern, name))) yield 'untouchable';
}

function* stateAgainst(candidate: SelectedSecret, entry: SecretEntry): Generator<Contradiction> {
  const versionsWith = (label: string) =>
    Object.entries(entry.versions)
      .flatMap(([id, labels]) => (labels.includes(label) ? [id] : []))
      .join();

  const current = versionsWith('AWSCURRENT');
  if (current === '' || current !== candidate.currentVersion) yield 'versionDiffers';
  if (!['', candidate.currentVersion].includes(versionsWith('AWSPENDING'))) yield 'inFlight';
  if ([entry.owningService, entry.managedType].some((owner) => owner !== undefined)) yield 'owned';
  if (![undefined, entry.arn.split(':')[3]].includes(entry.primaryRegion)) yield 'replica';
  if (entry.deletedAt !== undefined) yield 'deleted';
}

/** Native rotation is somebody else's, unless it is by the very function that is to work for us, when we say so. */
function* rotationAgainst(
  { rotator, tier }: SelectedSecret,
  { rotationEnabled, rotationFunction, nextRotation }: SecretEntry,
  { rotators }: Settings,
  asOf: Instant,
): Generator<Contradiction> {
  const tool = new Map(Object.entries(rotators)).get(rotator);
  const byTier = tool?.kind === 'rotation-function' ? Object.entries(tool.functions) : [];
  const [plugged] = byTier.flatMap(([each, arn]) => (each === tier ? [arn] : []));
  if (plugged === undefined) {
    if (rotationEnabled) yield 'owned';
    return;
  }

  const inThirtyDays = new Date(asOf);
  inThirtyDays.setUTCDate(inThirtyDays.getUTCDate() + 30);
  const waits = nextRotation === 'never' || (nextRotation !== 'unknown' && nextRotation >= inThirtyDays.getTime());
  if (!rotationEnabled || rotationFunction !== plugged || !waits) yield 'functionDiffers';
}

/** Days, and moments in UTC, sort as texts as they do in time, as long as their years have four digits. */
function hasExpired(text: string, now: string): boolean {
  if (!isInCalendar(text.slice(0, 10))) return false;
  if (text.length === 10) return text < now.slice(0, 10);

  const isMoment = /^[-\d]{10}T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const moment = isMoment && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : '+';
  return /^\d/.test(moment) && moment < now;
}

function isInCalendar(day: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return false;
  const [year = '', month = '', date = ''] = day.split('-');
  const isLeap = Number(year) % 4 === 0 && (!year.endsWith('00') || Number(year) % 400 === 0);
  const last = { '02': isLeap ? '29' : '28', '04': '30', '06': '30', '09': '30', '11': '30' }[month] ?? '31';
  return '01' <= month && month <= '12' && '01' <= date && date <= last;
}

/** Whether a name has the pieces between a pattern's asterisks, in their order, from end to end. */
function covers(pattern: string, name: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;

  let middle = name.slice(first.length, name.length - last.length);
  for (const piece of pieces) {
    const at = middle.indexOf(piece);
    if (at < 0) return false;
    middle = middle.slice(at + piece.length);
  }
  return true;
}
