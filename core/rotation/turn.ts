import { LabelMovedError, VersionTakenError } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type SecretEntry, versionWith } from '../inventory.ts';
import type { Asking } from '../patience.ts';
import type { PlannedSecret } from '../plan.ts';
import type { Answer, Clock, Prober, Rotator, Vault } from '../ports.ts';
import type { SecretValue } from '../secret-value.ts';
import type { Goal, Hold } from './rotation.ts';
import {
  answered,
  begin,
  type Call,
  created,
  type End,
  failed,
  type Labels,
  looked,
  nextCall,
  type Turning,
  wasRead,
  written,
} from './turning.ts';

/** All that turning one credential takes. */
export interface Turn {
  readonly goal: Goal;
  readonly secret: PlannedSecret;
  readonly vault: Vault;
  readonly rotator: Pick<Rotator, 'create' | 'set' | 'test' | 'revert'>;
  readonly prober: Prober;
  readonly ask: Asking;
  readonly master: SecretValue | undefined;
  readonly clock: Clock;
  /** From this moment on, nothing is written any more. */
  readonly deadline: Instant;
  /**
   * The description that the decision to touch the secret was made on, and the value of the version that is AWSCURRENT
   * in it. Undefined, when what was read is of another version or of none.
   */
  readonly seen: { readonly entry: SecretEntry; readonly current: SecretValue | undefined };
}

export type Turned =
  | { readonly kind: 'done'; readonly versionId: string; readonly touched: boolean }
  | { readonly kind: 'held'; readonly reason: Hold };

/**
 * Turns one credential: makes the call that {@link nextCall} decides, learns from its answer, and so on, until done or
 * held.
 *
 * A call that worked says what is so now. One that failed, in whatever way, says nothing: then everything is looked at
 * anew. No call is made twice without a look in between, so a lost answer is as good as one that arrived.
 */
export async function turn(given: Turn): Promise<Turned> {
  const { goal, secret, seen, clock, deadline } = given;
  const labels = labelsOf(secret, seen.entry);
  let turning = begin(goal, secret.strategy, labels, labels.current === 'old' ? seen.current : undefined);

  for (;;) {
    const call = nextCall(turning);
    if (typeof call !== 'string') return ended(secret, call);
    if (clock.now() >= deadline) return { kind: 'held', reason: 'deadline' };
    turning = await make(call, turning, given);
  }
}

const ended = (secret: PlannedSecret, end: End): Turned =>
  end.kind === 'held'
    ? end
    : { kind: 'done', versionId: end.on === 'new' ? secret.newVersion : secret.currentVersion, touched: end.touched };

/** Makes one call, and learns from it, or from its failure. */
async function make(call: Call, turning: Turning<SecretValue>, given: Turn): Promise<Turning<SecretValue>> {
  try {
    return await learnFrom(call, turning, given);
  } catch (error) {
    if (!(error instanceof LabelMovedError || error instanceof VersionTakenError)) await given.clock.sleep(1_000);
    return failed(turning, call);
  }
}

async function learnFrom(call: Call, turning: Turning<SecretValue>, given: Turn): Promise<Turning<SecretValue>> {
  const { secret, vault, rotator, prober, master, ask } = given;
  const { arn, currentVersion, newVersion } = secret;
  const material = () => ({ token: newVersion, old: known(turning.old), master });

  switch (call) {
    case 'look':
      return looked(turning, labelsOf(secret, await vault.describe(arn)));
    case 'read old':
      return wasRead(turning, 'old', await vault.read(arn, currentVersion));
    case 'read new':
      return wasRead(turning, 'new', await vault.read(arn, newVersion));
    case 'ask old':
      return answered(turning, 'old', await ask(prober, known(turning.old)));
    case 'ask new':
      return answered(turning, 'new', await askAboutNew(turning, given));
    case 'create':
      return created(turning, await rotator.create(material()));
    case 'stage':
      await vault.stage(arn, newVersion, known(turning.made));
      return written(turning, call);
    case 'set':
      await rotator.set({ ...material(), fresh: known(turning.fresh) });
      return written(turning, call);
    case 'promote':
      await vault.moveCurrent(arn, { from: currentVersion, to: newVersion });
      return written(turning, call);
    case 'restore target':
      await rotator.revert({ ...material(), fresh: known(turning.fresh) });
      return written(turning, call);
    case 'demote':
      await vault.moveCurrent(arn, { from: newVersion, to: currentVersion });
      return written(turning, call);
    case 'drop pending':
      await vault.dropPending(arn, newVersion);
      return written(turning, call);
  }
}

/**
 * What our probe says of the new value. On its way to become current, whoever made it work must not say otherwise: their
 * word alone is not enough, nor is ours. They can be asked only while it is AWSPENDING.
 */
async function askAboutNew(turning: Turning<SecretValue>, given: Turn): Promise<Answer> {
  const { secret, rotator, prober, ask, clock, deadline } = given;
  const answer = await ask(prober, known(turning.fresh));
  if (answer !== 'accepted' || rotator.test === undefined || !isOnItsWay(turning)) return answer;

  // Asking may have taken until the deadline. Then the turn ends before anything is made of this.
  if (clock.now() >= deadline) return 'unknown';
  await rotator.test(secret.newVersion);
  return answer;
}

const isOnItsWay = ({ goal, observed }: Turning<SecretValue>): boolean =>
  goal === 'rotate' && observed?.current === 'old' && observed.pending === 'new';

function labelsOf({ currentVersion, newVersion }: PlannedSecret, entry: SecretEntry): Labels {
  const name = (id: string | undefined) => (id === currentVersion ? 'old' : id === newVersion ? 'new' : 'other');
  const pending = versionWith('AWSPENDING', entry);
  return {
    current: name(versionWith('AWSCURRENT', entry)),
    pending: pending === undefined ? 'none' : name(pending),
    isNewLabelled: newVersion in entry.versions,
  };
}

/** A call is only decided on once every value that it takes is at hand. */
function known(value: SecretValue | undefined): SecretValue {
  if (value === undefined) throw new Error('a call was decided on without a value that it takes');
  return value;
}
