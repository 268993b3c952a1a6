import { askedForIt, isSamePerson } from '../core/approval/person.ts';
import { differentPeople } from '../core/approval/quorum.ts';
import { nameAtProvider } from '../core/approval/sign-in.ts';
import { rotateBatchSeconds } from '../core/deadlines.ts';
import { secondsPerBatch } from '../core/limits/pace.ts';
import type { Settings, Tier } from '../core/settings.ts';

/** What is wrong between fields: where, and what to do. */
interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** A master can change every login of its kind, so it must be none that a run could rotate. */
export function* misplacedMasters({ tiers, rotators }: Pick<Settings, 'tiers' | 'rotators'>): Generator<Problem> {
  for (const [name, rotator] of Object.entries(rotators)) {
    if (!('masters' in rotator)) continue;
    const path = ['rotators', name, 'masters'];
    const isFunction = rotator.kind === 'rotation-function';
    const needing = isFunction ? tiers.filter((tier) => Object.hasOwn(rotator.functions, tier.name)) : tiers;
    for (const tier of needing) {
      if (Object.hasOwn(rotator.masters, tier.name)) continue;
      const whom = isFunction ? 'each tier that has a function' : 'each tier';
      yield { path, message: `has no master for tier ${tier.name}; name one for ${whom}` };
    }
    for (const [tier, arn] of Object.entries(rotator.masters)) {
      const at = { path: [...path, tier] };
      if (!tiers.some(({ name }) => name === tier)) {
        yield { ...at, message: `is for ${tier}, which is no tier; name masters for the configured tiers only` };
      }
      const within = tierOf(arn, tiers);
      if (within !== undefined) {
        yield { ...at, message: `lies in tier ${within.name}; keep masters outside of every tier's path` };
      }
    }
  }
}

/**
 * A function changes whatever its own role reaches, for whoever invokes it. So each tier has functions of its own, which
 * work where its masters are: in one account and Region.
 */
export function* misplacedFunctions({ tiers, rotators }: Pick<Settings, 'tiers' | 'rotators'>): Generator<Problem> {
  const tierOfFunction = new Map<string, string>();
  for (const [name, rotator] of Object.entries(rotators)) {
    if (rotator.kind !== 'rotation-function') continue;
    for (const [tier, arn] of Object.entries(rotator.functions)) {
      const at = { path: ['rotators', name, 'functions', tier] };
      if (!tiers.some((each) => each.name === tier)) {
        yield { ...at, message: `is for ${tier}, which is no tier; name functions for the configured tiers only` };
      }
      const unqualified = withoutQualifier(arn);
      const other = tierOfFunction.get(unqualified) ?? tier;
      tierOfFunction.set(unqualified, other);
      if (other !== tier) {
        yield {
          ...at,
          message: `is the function of tier ${other} as well; deploy one for each tier, with a role of its own`,
        };
      }
      const master = rotator.masters[tier];
      if (master !== undefined && placeOf(master) !== placeOf(arn)) {
        const message = `is not in the account and Region of its master (${placeOf(master)}); use a function from there`;
        yield { ...at, message };
      }
    }
  }
}

/** Keyturn's own secrets let it reach approvers and know them, so no run may rotate them, and no tier's functions read them. */
export function* misplacedOwnSecrets({
  tiers,
  rotators,
  channels: { slack },
  signIn,
}: Pick<Settings, 'tiers' | 'rotators' | 'channels' | 'signIn'>): Generator<Problem> {
  const taken = Object.values(rotators).flatMap((rotator) =>
    'masters' in rotator ? Object.values(rotator.masters).map((arn) => ({ arn, as: 'a master' })) : [],
  );
  const own = [
    { path: ['channels', 'slack', 'tokenSecretArn'], what: 'the token', arn: slack?.tokenSecretArn },
    { path: ['signIn', 'clientSecretArn'], what: 'the client secret', arn: signIn?.clientSecretArn },
  ];
  for (const { path, what, arn } of own) {
    if (arn === undefined) continue;
    const within = tierOf(arn, tiers);
    if (within !== undefined) {
      yield { path, message: `lies in tier ${within.name}; keep ${what} outside of every tier's path` };
    }
    const other = taken.find((one) => one.arn === arn);
    if (other !== undefined) yield { path, message: `is ${other.as} as well; give ${what} a secret of its own` };
    taken.push({ arn, as: what });
  }
}

/** Whoever signs in must be one approver, and each approver somebody who can. */
export function* unknownAtProvider({ approvers, signIn }: Pick<Settings, 'approvers' | 'signIn'>): Generator<Problem> {
  const names = new Set<string>();
  for (const [index, approver] of approvers.entries()) {
    const path = ['approvers', index, 'signIn'];
    if (signIn === undefined) {
      if (approver.signIn !== undefined) {
        yield { path, message: 'is of no use without signIn; configure the provider or leave it out' };
      }
      continue;
    }
    if (approver.signIn === undefined && signIn.claim !== 'email') {
      yield { path, message: `is needed, since approvers are known by ${signIn.claim}; say what it holds for them` };
    }
    const name = nameAtProvider(approver).toLowerCase();
    if (names.has(name)) yield { path, message: 'is how another approver signs in; one person is one approver' };
    names.add(name);
  }
}

/** Who is listed as none of the approvers must be none of them, or one person would count as two. */
export function* requestersWhoApprove({
  approvers,
  requesters,
}: Pick<Settings, 'approvers' | 'requesters'>): Generator<Problem> {
  for (const [index, { name, principal }] of requesters.entries()) {
    const own = approvers.find((approver) => isSamePerson(approver.name, name) || askedForIt(approver, principal));
    if (own === undefined) continue;
    const path = ['requesters', index];
    yield {
      path,
      message: `is the approver ${own.name}; leave it out, and put the principal into that approver's own entry`,
    };
  }
}

/** Whoever may approve must be reached by a link, where links are sent at all. */
export function* unreachableApprovers({
  approvers,
  channels: { email, slack },
}: Pick<Settings, 'approvers' | 'channels'>): Generator<Problem> {
  for (const [index, { slackUser }] of approvers.entries()) {
    const path = ['approvers', index, 'slackUser'];
    if (slackUser !== undefined && slack === undefined) {
      yield { path, message: 'is of no use without channels.slack; configure Slack or leave it out' };
    }
    if (slackUser === undefined && slack !== undefined && email === undefined) {
      yield { path, message: 'is needed, since Slack alone carries links; add it, or configure channels.email' };
    }
  }
}

/** As many people as a tier demands must be there to approve. */
export function* unreachableQuorums({ tiers, approvers }: Pick<Settings, 'tiers' | 'approvers'>): Generator<Problem> {
  const people = differentPeople(approvers).length;
  for (const [index, { name, approvals }] of tiers.entries()) {
    if (approvals <= people) continue;
    const path = ['tiers', index, 'approvals'];
    yield {
      path,
      message: `demands ${approvals} approvals for tier ${name}, and ${people} may approve; name more approvers, or demand fewer`,
    };
  }
}

/** Half of the time that a function may write in is for the pace of its writes, and the rest for all else. */
export function* tooSlowWrites(
  settings: Pick<Settings, 'batchSize' | 'concurrency' | 'writesPerSecond'>,
): Generator<Problem> {
  const seconds = secondsPerBatch(settings);
  const most = rotateBatchSeconds.write / 2;
  if (seconds <= most) return;
  yield {
    path: ['writesPerSecond'],
    message: `is so few for ${settings.concurrency} batches of ${settings.batchSize} at a time that one would take ${seconds} seconds of at most ${most}; make batches smaller, fewer at a time, or allow more writes`,
  };
}

/** Region and account of an ARN. */
const placeOf = (arn: string): string => arn.split(':').slice(3, 5).join(':');

/** A function is one, whichever version or alias of it is named. */
const withoutQualifier = (arn: string): string => arn.split(':').slice(0, 7).join(':');

const tierOf = (arn: string, tiers: readonly Tier[]): Tier | undefined =>
  tiers.find(({ path }) => (arn.split(':secret:')[1] ?? '').startsWith(path));
