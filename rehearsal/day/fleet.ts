import { documentsIn } from '../../adapters/json-documents.ts';
import { instant } from '../../core/instant.ts';
import type { RotatorSettings, Settings } from '../../core/settings.ts';
import type { SecretsManagerReplica, SeedEntry } from '../aws/secrets-manager.ts';
import type { Estate } from '../targets/estate.ts';

/** A secret of the fleet with a credential that its target accepts, and a service that lives from it. */
export interface ArmedSecret {
  readonly arn: string;
  readonly name: string;
  readonly tier: string;
  readonly service: string;
  readonly rotator: RotatorSettings;
  readonly probe: string;
}

/** One secret of an inventory, as `aws secretsmanager list-secrets` prints it. */
export type InventoryEntry = SeedEntry;

/**
 * Fills Secrets Manager from an inventory, with credentials that work at their targets.
 *
 * A secret whose tags do not say clearly what it is for, or that nobody can read, is there as well, with a value that
 * nobody can use.
 */
export async function armFleet(
  inventory: readonly InventoryEntry[],
  settings: Settings,
  estate: Estate,
  secretsManager: SecretsManagerReplica,
): Promise<readonly ArmedSecret[]> {
  seedMasters(settings, estate, secretsManager);

  const armed: ArmedSecret[] = [];
  const logins: { username: string; password: string; strategy: string }[] = [];
  for (const entry of inventory) {
    const secret = clearly(entry, settings);
    const value =
      secret === undefined ? { note: 'nobody knows what this is for' } : credentialFor(secret, estate, logins);
    const versions = Object.keys(entry.SecretVersionsToStages ?? {});
    secretsManager.seed(
      entry,
      Object.fromEntries(
        versions.map((id) => [id, { value: JSON.stringify(isCurrent(entry, id) ? value : { note: 'retired' }) }]),
      ),
    );
    if (secret !== undefined) armed.push(secret);
  }

  await estate.postgres.admitPairs(logins.filter(({ strategy }) => strategy === 'alternate'));
  await estate.postgres.admit(logins.filter(({ strategy }) => strategy === 'replace'));
  return armed;
}

const isCurrent = ({ SecretVersionsToStages: versions = {} }: InventoryEntry, id: string) =>
  versions[id]?.includes('AWSCURRENT') ?? false;

function clearly(entry: InventoryEntry, settings: Settings): ArmedSecret | undefined {
  const { ARN = '', Name = '', Tags = [], SecretVersionsToStages: versions = {}, DeletedDate } = entry;
  if (DeletedDate !== undefined || !Object.keys(versions).some((id) => isCurrent(entry, id))) return undefined;

  const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value ?? '';
  const { tagKeys } = settings;
  const rotator = named(settings.rotators, tag(tagKeys.rotator));
  const tier = settings.tiers.find(({ path }) => Name.startsWith(path));
  const probe = tag(tagKeys.probe);
  if (rotator === undefined || tier === undefined || named(settings.probes, probe) === undefined) return undefined;
  return { arn: ARN, name: Name, tier: tier.name, service: tag(tagKeys.health), rotator, probe };
}

/** The entry that a tag names, if it is one: tags come from outside, and `constructor` is none. */
const named = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

function credentialFor(
  { name, tier, rotator }: ArmedSecret,
  estate: Estate,
  logins: { username: string; password: string; strategy: string }[],
): Readonly<Record<string, unknown>> {
  const [host = ''] = rotator.allowedHosts;
  switch (rotator.kind) {
    case 'postgres':
    case 'rotation-function': {
      const username = name
        .replace(/[^a-z0-9]+/gi, '_')
        .toLowerCase()
        .slice(-56);
      const login = { username, password: `first password of ${username}`, strategy: rotator.strategy };
      logins.push(login);
      const master = rotator.strategy === 'alternate' ? { masterarn: rotator.masters[tier] } : {};
      const { password } = login;
      return { engine: 'postgres', host, port: 5432, username, password, dbname: 'postgres', ...master };
    }
    case 'http-api-key':
      return { host, client: name, ...estate.keys.issue(name, 'first') };
    case 'hmac-key': {
      const signingKey = Buffer.from(`first signing key of ${name}`).toString('base64url');
      estate.signatures.register(name, 'first', signingKey);
      return { host, client: name, keyId: 'first', signingKey };
    }
  }
}

/** Masters lie outside every tier's path, so they are not the fleet's and no inventory has to hold them. */
function seedMasters(settings: Settings, estate: Estate, secretsManager: SecretsManagerReplica): void {
  for (const rotator of Object.values(settings.rotators)) {
    if (rotator.strategy !== 'alternate') continue;
    const [host = ''] = rotator.allowedHosts;
    const value = { engine: 'postgres', host, port: 5432, dbname: 'postgres', ...estate.postgres.master };
    for (const arn of new Set(Object.values(rotator.masters))) {
      const name = arn
        .split(':')
        .slice(6)
        .join(':')
        .replace(/-[A-Za-z0-9]{6}$/, '');
      const entry: InventoryEntry = { ARN: arn, Name: name, SecretVersionsToStages: { master: ['AWSCURRENT'] } };
      secretsManager.seed(entry, { master: { value: JSON.stringify(value), createdAt: instant(0) } });
    }
  }
}

/**
 * The entries of an inventory, all pages, in the shapes that they have in the file. Read it with `parseInventory` first,
 * which says what is wrong with it.
 */
export function entriesOf(text: string): readonly InventoryEntry[] {
  const pages = (documentsIn(text) ?? []).flat() as { readonly SecretList: readonly Record<string, unknown>[] }[];
  return pages.flatMap(({ SecretList }) => SecretList.map(datesAsText));
}

/** Version 1 of the AWS command line prints moments as seconds since 1970. */
const datesAsText = (entry: Readonly<Record<string, unknown>>): InventoryEntry =>
  Object.fromEntries(
    Object.entries(entry).map(([field, value]) => [
      field,
      field.endsWith('Date') && typeof value === 'number' ? new Date(value * 1_000).toISOString() : value,
    ]),
  );
