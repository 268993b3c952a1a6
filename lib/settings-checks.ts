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
    for (const tier of tiers) {
      if (Object.hasOwn(rotator.masters, tier.name)) continue;
      yield { path, message: `has no master for tier ${tier.name}; name one for each tier` };
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

/** The Slack token reaches approvers, so no run may rotate it, and no tier's functions may read it. */
export function* misplacedToken({
  tiers,
  rotators,
  channels: { slack },
}: Pick<Settings, 'tiers' | 'rotators' | 'channels'>): Generator<Problem> {
  if (slack === undefined) return;
  const path = ['channels', 'slack', 'tokenSecretArn'];
  const within = tierOf(slack.tokenSecretArn, tiers);
  if (within !== undefined) {
    yield { path, message: `lies in tier ${within.name}; keep the token outside of every tier's path` };
  }
  const masters = Object.values(rotators).flatMap((rotator) =>
    'masters' in rotator ? Object.values(rotator.masters) : [],
  );
  if (masters.includes(slack.tokenSecretArn)) {
    yield { path, message: 'is a master as well; give the token a secret of its own' };
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

const tierOf = (arn: string, tiers: readonly Tier[]): Tier | undefined =>
  tiers.find(({ path }) => (arn.split(':secret:')[1] ?? '').startsWith(path));
