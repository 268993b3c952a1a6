/** One old credential and what is around it, as far as retiring it can matter. */
export interface World {
  /** Where AWSCURRENT is: on what the plan recorded, on the old version again, or on one that somebody else made. */
  readonly current: 'recorded' | 'old' | 'other';
  readonly isInFlight: boolean;
  readonly old: 'active' | 'inactive' | 'gone';
  /** Whether it was used since it had to be out of use. */
  readonly wasUsed: boolean;
  /** The target says that the old credential is inactive, and lets it in all the same. */
  readonly isLeaky: boolean;
  /** What the recorded credential opens: everything, only the managing of keys, or nothing. */
  readonly recorded: 'works' | 'manages' | 'dead';
}

/** What differs between targets, and between secrets. */
export interface Customs {
  /** Whether the target says when a credential was last used. */
  readonly tellsUse: boolean;
  /** Both versions hold one and the same credential. */
  readonly isOneKey: boolean;
}

export const pristine = (old: World['old']): World => ({
  current: 'recorded',
  isInFlight: false,
  old,
  wasUsed: false,
  isLeaky: false,
  recorded: 'works',
});

export const keyOf = (world: World): string => Object.values(world).join();

export const opensOld = ({ old, isLeaky }: World): boolean => old === 'active' || (old === 'inactive' && isLeaky);

/** Whether the recorded credential opens what clients need. */
export const opensRecorded = (world: World, { isOneKey }: Customs): boolean =>
  isOneKey ? opensOld(world) : world.recorded === 'works';

/** Whether it proves to the target who manages the keys. */
export const manages = (world: World, customs: Customs): boolean =>
  customs.isOneKey ? opensOld(world) : world.recorded !== 'dead';

/** Whether clients, who read AWSCURRENT, get in. What an outsider stores works: it is theirs to see to. */
export function clientsWork(world: World, customs: Customs): boolean {
  if (world.current === 'other') return true;
  return world.current === 'old' ? opensOld(world) : opensRecorded(world, customs);
}

/** What somebody may do meanwhile who knows nothing of the run, as sentences of a story. */
export interface Act {
  readonly says: string;
  readonly world: World;
}

/** Everything an outsider can do now that changes something. */
export function* acts(world: World): Generator<Act> {
  const { current, isInFlight, old, wasUsed, recorded } = world;
  if (current !== 'old')
    yield { says: 'moves AWSCURRENT back to the old version', world: { ...world, current: 'old' } };
  if (current !== 'recorded')
    yield { says: 'moves AWSCURRENT to the recorded version', world: { ...world, current: 'recorded' } };
  if (current !== 'other') yield { says: 'rotates the secret by hand', world: { ...world, current: 'other' } };
  yield {
    says: isInFlight ? 'drops AWSPENDING' : 'puts AWSPENDING on a version of their own',
    world: { ...world, isInFlight: !isInFlight },
  };
  if (old === 'active' && !wasUsed) yield { says: 'uses the old credential', world: { ...world, wasUsed: true } };
  if (old === 'active')
    yield { says: 'deactivates the old credential', world: { ...world, old: 'inactive', isLeaky: false } };
  if (old === 'inactive') yield { says: 'reactivates the old credential', world: { ...world, old: 'active' } };
  if (old !== 'gone') yield { says: 'deletes the old credential', world: { ...world, old: 'gone', isLeaky: false } };
  if (recorded === 'works')
    yield { says: 'takes rights from the recorded credential', world: { ...world, recorded: 'manages' } };
  if (recorded !== 'dead') yield { says: 'deletes the recorded credential', world: { ...world, recorded: 'dead' } };
}
