import { LabelMovedError, VersionTakenError } from './errors.ts';
import type { Instant } from './instant.ts';
import { type SecretEntry, versionWith } from './inventory.ts';
import { askPatiently } from './patience.ts';
import type { PlannedSecret } from './plan.ts';
import type { Answer, Clock, Prober, Rotator, Vault } from './ports.ts';
import { type Goal, type Hold, next, type Observed, type Step } from './rotation.ts';
import type { SecretValue } from './secret-value.ts';

/** All that turning one credential takes. */
export interface Turn {
  readonly goal: Goal;
  readonly secret: PlannedSecret;
  readonly vault: Vault;
  readonly rotator: Rotator;
  readonly prober: Prober;
  readonly master: SecretValue | undefined;
  readonly clock: Clock;
  /** From this moment on, nothing is written any more. */
  readonly deadline: Instant;
  /** The description that the decision to touch the secret was made on, and the value that is AWSCURRENT. */
  readonly seen: { readonly entry: SecretEntry; readonly current: SecretValue | undefined };
}

export type Turned =
  | { readonly kind: 'done'; readonly versionId: string; readonly touched: boolean }
  | { readonly kind: 'held'; readonly reason: Hold };

/** How often one step is taken before the loop gives up: once more than never failing would need. */
const attemptsPerStep = 3;

type Taken = Exclude<Step['kind'], 'done' | 'hold'>;

/**
 * Turns one credential: observes, takes the step that {@link next} decides, and so on, until done or held.
 *
 * A step that worked says what is so now. One that failed, in whatever way, says nothing: then everything is observed
 * anew. No step runs twice without a look in between, so a lost answer is as good as one that arrived.
 */
export async function turn(given: Turn): Promise<Turned> {
  const credential = new CredentialInTurn(given);
  const taken = new Map<Taken, number>();
  let observed = credential.observe(given.seen.entry);

  for (;;) {
    const step = next(given.goal, given.secret.strategy, observed);
    if (step.kind === 'hold') return { kind: 'held', reason: step.reason };
    if (step.kind === 'done') return credential.done(observed);

    const attempts = taken.get(step.kind) ?? 0;
    if (attempts === attemptsPerStep) return { kind: 'held', reason: reasonWhenStuck(step.kind, observed) };
    if (given.clock.now() >= given.deadline) return { kind: 'held', reason: 'deadline' };

    taken.set(step.kind, attempts + 1);
    observed = await credential.take(step.kind, observed);
  }
}

/** A credential that is set and still rejected is the target's word; anything else is only not getting there. */
const reasonWhenStuck = (step: Taken, observed: Observed): Hold =>
  step === 'set' && observed.new === 'rejected' ? 'newRejected' : 'stuck';

/** One credential while it is turned: knows its two values, asks and acts. */
class CredentialInTurn {
  readonly #given: Turn;
  #old: SecretValue | undefined;
  #fresh: SecretValue | undefined;

  constructor(given: Turn) {
    this.#given = given;
    const isOld = versionWith('AWSCURRENT', given.seen.entry) === given.secret.currentVersion;
    this.#old = isOld ? given.seen.current : undefined;
  }

  observe(entry: SecretEntry): Observed {
    const { currentVersion, newVersion } = this.#given.secret;
    const name = (id: string | undefined) => (id === currentVersion ? 'old' : id === newVersion ? 'new' : 'other');
    const pending = versionWith('AWSPENDING', entry);
    return {
      current: name(versionWith('AWSCURRENT', entry)),
      pending: pending === undefined ? 'none' : name(pending),
      newVersion: newVersion in entry.versions ? 'present' : 'absent',
      old: 'unasked',
      new: 'unasked',
    };
  }

  done({ current, newVersion }: Observed): Turned {
    const { secret } = this.#given;
    return {
      kind: 'done',
      versionId: current === 'new' ? secret.newVersion : secret.currentVersion,
      touched: newVersion === 'present',
    };
  }

  /** Takes one step, and says what is so after it. */
  async take(step: Taken, observed: Observed): Promise<Observed> {
    try {
      return await this.#act(step, observed);
    } catch (error) {
      if (!(error instanceof LabelMovedError || error instanceof VersionTakenError))
        await this.#given.clock.sleep(1_000);
      return this.#observeAnew(observed);
    }
  }

  async #act(step: Taken, observed: Observed): Promise<Observed> {
    const { secret, vault, rotator } = this.#given;
    const { arn, currentVersion, newVersion } = secret;

    switch (step) {
      case 'ask old':
        return { ...observed, old: await this.#ask(await this.#oldValue()) };
      case 'test':
        return { ...observed, new: await this.#ask(await this.#freshValue()) };
      case 'create': {
        const value = await rotator.create(await this.#material());
        await vault.stage(arn, newVersion, value);
        this.#fresh = value;
        // Nobody has told the target yet; where the target itself issued the value, telling it does nothing.
        return { ...observed, newVersion: 'present', pending: 'new', new: 'rejected' };
      }
      case 'set':
        await rotator.set({ ...(await this.#material()), fresh: await this.#freshValue() });
        // `replace` has no time to ask: until AWSCURRENT follows, what clients read no longer works.
        return secret.strategy === 'replace'
          ? { ...observed, old: 'unasked', new: 'accepted' }
          : { ...observed, new: 'unasked' };
      case 'promote':
        await vault.moveCurrent(arn, { from: currentVersion, to: newVersion });
        return { ...observed, current: 'new', new: secret.strategy === 'replace' ? 'unasked' : observed.new };
      case 'restore target':
        await rotator.revert({ ...(await this.#material()), fresh: await this.#freshValue() });
        return { ...observed, old: 'accepted', new: 'unasked' };
      case 'demote':
        await vault.moveCurrent(arn, { from: newVersion, to: currentVersion });
        return { ...observed, current: 'old', old: secret.strategy === 'replace' ? 'unasked' : observed.old };
      case 'drop pending':
        await vault.dropPending(arn, newVersion);
        return { ...observed, pending: 'none' };
    }
  }

  /** Looks again at everything, or, if even that fails, goes on with what was known: attempts are counted. */
  async #observeAnew(known: Observed): Promise<Observed> {
    try {
      return this.observe(await this.#given.vault.describe(this.#given.secret.arn));
    } catch {
      return { ...known, old: 'unasked', new: 'unasked' };
    }
  }

  #ask(value: SecretValue): Promise<Answer> {
    return askPatiently(this.#given.prober, value, this.#given.clock);
  }

  async #material() {
    return { token: this.#given.secret.newVersion, old: await this.#oldValue(), master: this.#given.master };
  }

  async #oldValue(): Promise<SecretValue> {
    this.#old ??= await this.#version(this.#given.secret.currentVersion);
    return this.#old;
  }

  async #freshValue(): Promise<SecretValue> {
    this.#fresh ??= await this.#version(this.#given.secret.newVersion);
    return this.#fresh;
  }

  async #version(versionId: string): Promise<SecretValue> {
    const { vault, secret } = this.#given;
    const value = await vault.read(secret.arn, versionId);
    if (value === undefined)
      throw new Error(`version ${versionId} of ${secret.arn} is gone; nothing can be proved of it`);
    return value;
  }
}
