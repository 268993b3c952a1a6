import type { Instant } from '../instant.ts';
import { regionOf, type SecretEntry } from '../inventory.ts';
import type { LeaveAloneReason } from '../leave-alone.ts';
import { isFrozen } from '../limits/windows.ts';
import type { ProbeSettings, RotatorKind, RotatorSettings, Settings, TagKeys, Tier } from '../settings.ts';
import { type DueRule, type Expiration, readExpiration } from './due.ts';
import { functionFor, reasonInNativeRotation } from './native-rotation.ts';
import { clear, type Reading, unclear, unlessAny } from './reading.ts';

/** An entry of the configuration, and the name by which a tag picked it. */
export interface Named<Entry> {
  readonly name: string;
  readonly entry: Entry;
}

/** What a tag can be wrong in. */
const tagReasons = {
  tier: { missing: 'noTier', empty: 'emptyTier', twice: 'twoTiers', unknown: 'unknownTier' },
  rotator: { missing: 'noRotator', empty: 'emptyRotator', twice: 'twoRotators', unknown: 'unknownRotator' },
  probe: { missing: 'noProbe', empty: 'emptyProbe', twice: 'twoProbes', unknown: 'unknownProbe' },
  health: { missing: 'noHealth', empty: 'emptyHealth', twice: 'twoHealths', unknown: 'unknownHealth' },
  expirationDate: {
    missing: 'noExpirationDate',
    empty: 'emptyExpirationDate',
    twice: 'twoExpirationDates',
    unknown: 'malformedExpirationDate',
  },
} as const satisfies Record<keyof TagKeys, Record<string, LeaveAloneReason>>;

/** The kind of probe that can try what a rotator makes. */
const probeFor: Readonly<Record<RotatorKind, ProbeSettings['kind']>> = {
  postgres: 'postgres',
  'rotation-function': 'postgres',
  'http-api-key': 'http',
  'hmac-key': 'http',
};

export const tiersAt = (name: string, { tiers }: Settings): readonly Tier[] =>
  tiers.filter(({ path }) => name.startsWith(path));

/** The name that an ARN carries, without the six characters that Secrets Manager adds. */
export const nameInArn = (arn: string): string | undefined =>
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+)-[A-Za-z0-9]{6}$/.exec(arn)?.[1];

/** Whether it is a secret of its own that this account may change. */
export const readNature = (entry: SecretEntry, settings: Settings, asOf: Instant): Reading<undefined> =>
  unlessAny(reasonsInNature(entry, settings, asOf));

function* reasonsInNature(entry: SecretEntry, settings: Settings, asOf: Instant): Generator<LeaveAloneReason> {
  if (nameInArn(entry.arn) !== entry.name) yield 'arnContradictsName';
  if (settings.exemptPatterns.some((pattern) => fits(entry.name, pattern))) yield 'exempt';
  if (mastersOf(settings).includes(entry.arn)) yield 'master';
  if (settings.channels.slack?.tokenSecretArn === entry.arn) yield 'keyturnsOwn';
  if (entry.deletedAt !== undefined) yield 'scheduledForDeletion';
  if (entry.owningService !== undefined) yield 'ownedByService';
  if (entry.managedType !== undefined) yield 'managedExternal';
  if (entry.primaryRegion !== undefined && entry.primaryRegion !== regionOf(entry.arn)) yield 'replica';
  const native = reasonInNativeRotation(entry, ourFunction(entry, settings), asOf);
  if (native !== undefined) yield native;
}

/** The function that rotates it for us. None, where its tags do not say so clearly. */
function ourFunction(entry: SecretEntry, settings: Settings): string | undefined {
  const [rotator, tier] = [readRotator(entry, settings), readTier(entry, settings)];
  return rotator.kind === 'clear' && tier.kind === 'clear'
    ? functionFor(rotator.value.entry, tier.value.name)
    : undefined;
}

const mastersOf = ({ rotators }: Settings): readonly string[] =>
  Object.values(rotators).flatMap((rotator) => ('masters' in rotator ? Object.values(rotator.masters) : []));

/** Whether a name fits a pattern in which `*` stands for any characters. */
const fits = (name: string, pattern: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, 's').test(name);

/** Whether it lies where the fleet does. */
export const readPlace = (entry: SecretEntry, settings: Settings): Reading<undefined> =>
  unlessAny(tiersAt(entry.name, settings).length === 0 ? ['outsideTiers'] : []);

/** Its tier, when its tag names one and its path does not name another. */
export function readTier(entry: SecretEntry, settings: Settings): Reading<Tier> {
  const tag = readTag(entry, settings, 'tier', (name) => settings.tiers.find((tier) => tier.name === name));
  if (tag.kind === 'unclear') return tag;

  const agrees = tiersAt(entry.name, settings).every((tier) => tier === tag.value);
  return agrees ? tag : unclear('tierContradictsPath');
}

export const readRotator = (entry: SecretEntry, settings: Settings): Reading<Named<RotatorSettings>> =>
  readTag(entry, settings, 'rotator', (name) => entryNamed(name, settings.rotators));

export const readProbe = (entry: SecretEntry, settings: Settings): Reading<Named<ProbeSettings>> =>
  readTag(entry, settings, 'probe', (name) => entryNamed(name, settings.probes));

export const readService = (entry: SecretEntry, settings: Settings): Reading<Named<string>> =>
  readTag(entry, settings, 'health', (name) => entryNamed(name, settings.health));

export const readExpirationTag = (entry: SecretEntry, settings: Settings): Reading<Named<Expiration>> =>
  readTag(entry, settings, 'expirationDate', (text) => {
    const expiration = readExpiration(text);
    return expiration && { name: text, entry: expiration };
  });

/** Whether tier, rotator and probe go together. What is unclear by itself is not judged here. */
export const readFit = (
  tier: Reading<Tier>,
  rotator: Reading<Named<RotatorSettings>>,
  probe: Reading<Named<ProbeSettings>>,
): Reading<undefined> => unlessAny(reasonsInFit(tier, rotator, probe));

function* reasonsInFit(
  tier: Reading<Tier>,
  rotator: Reading<Named<RotatorSettings>>,
  probe: Reading<Named<ProbeSettings>>,
): Generator<LeaveAloneReason> {
  if (rotator.kind === 'unclear') return;
  const { entry } = rotator.value;
  if (tier.kind === 'clear' && 'masters' in entry && !Object.hasOwn(entry.masters, tier.value.name)) yield 'noMaster';
  if (tier.kind === 'clear' && 'functions' in entry && !Object.hasOwn(entry.functions, tier.value.name))
    yield 'noFunction';
  if (probe.kind === 'clear' && probe.value.entry.kind !== probeFor[entry.kind]) yield 'probeUnfit';
}

/** The version that is AWSCURRENT, when exactly one is and no other is on its way. */
export function readCurrentVersion({ versions }: SecretEntry): Reading<string> {
  const labelled = (label: string) => Object.keys(versions).filter((id) => versions[id]?.includes(label));
  const [current, ...others] = labelled('AWSCURRENT');
  if (current === undefined) return unclear('noCurrentVersion');
  if (others.length > 0) return unclear('twoCurrentVersions');

  return labelled('AWSPENDING').every((id) => id === current) ? clear(current) : unclear('rotationInFlight');
}

/** Whether it is time. An expiration that is unclear is not judged here. */
export function readTime(
  expiration: Reading<Named<Expiration>>,
  { freezes }: Settings,
  asOf: Instant,
  due: DueRule,
): Reading<undefined> {
  const reasons: LeaveAloneReason[] = [];
  if (expiration.kind === 'clear' && !due(expiration.value.entry, asOf)) reasons.push('notDue');
  if (isFrozen(freezes, asOf)) reasons.push('frozen');
  return unlessAny(reasons);
}

function readTag<Value>(
  { tags }: SecretEntry,
  { tagKeys }: Settings,
  tag: keyof TagKeys,
  understand: (text: string) => Value | undefined,
): Reading<Value> {
  const [text, ...others] = tags.filter(({ key }) => key === tagKeys[tag]).map(({ value }) => value);
  const reasons = tagReasons[tag];
  if (text === undefined) return unclear(reasons.missing);
  if (others.length > 0) return unclear(reasons.twice);
  if (text.trim() === '') return unclear(reasons.empty);

  const value = understand(text);
  return value === undefined ? unclear(reasons.unknown) : clear(value);
}

/** A tag may say `constructor`: only what the configuration itself holds counts. */
const entryNamed = <Entry>(name: string, entries: Readonly<Record<string, Entry>>): Named<Entry> | undefined => {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  return entry === undefined ? undefined : { name, entry };
};
