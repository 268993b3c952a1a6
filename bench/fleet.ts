import { entriesOf, type InventoryEntry } from '../rehearsal/day/fleet.ts';

/**
 * A fleet of any size with the mixture of the given one: the same services, tiers, targets and dates, over and over.
 *
 * Returned as `aws secretsmanager list-secrets` prints it.
 */
export function fleetOf(size: number, inventory: string): string {
  const originals = entriesOf(inventory);
  const copies = Array.from({ length: size }, (_, index) => {
    const original = originals[index % originals.length];
    if (original === undefined) throw new Error('a fleet cannot be made out of an empty one');
    return copyOf(original, Math.floor(index / originals.length));
  });
  return JSON.stringify({ SecretList: copies });
}

function copyOf(entry: InventoryEntry, round: number): InventoryEntry {
  const { ARN = '', Name = '' } = entry;
  const name = `${Name}-${round}`;
  return { ...entry, Name: name, ARN: ARN.replace(`:secret:${Name}-`, `:secret:${name}-`) };
}
