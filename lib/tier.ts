import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';

import { rotateBatchSeconds } from '../core/deadlines.ts';
import type { Settings, Tier as TierSettings } from '../core/settings.ts';
import type { Foundation } from './foundation.ts';
import { grantKeyUse } from './key-use.ts';
import { grantReading, grantRotating, secretsOf } from './secret-grants.ts';
import { Step } from './step.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface TierProps {
  readonly foundation: Foundation;
  readonly settings: Settings;
  readonly tier: TierSettings;
}

/**
 * The two functions that touch values, for the secrets below one path.
 *
 * They are two principals, so that what one claims to have done is seen by another; and they are made for each tier, so
 * that a mistake in one reaches no secret of the next.
 */
export class Tier extends Construct {
  readonly rotateBatch: Step;
  readonly probeBatch: Step;

  constructor(scope: Construct, id: string, props: TierProps) {
    super(scope, id);

    this.rotateBatch = rotateBatchOf(this, props);
    this.probeBatch = probeBatchOf(this, props);

    acknowledgeWildcards(this, 'A tier is a path: its functions reach what lies below it, and nothing beside it.', [
      secretsOf(this, props.tier),
    ]);
  }
}

function rotateBatchOf(scope: Construct, { foundation, settings, tier }: TierProps): Step {
  const { ground, archive, store, seal, killSwitch } = foundation;
  const step = new Step(scope, 'RotateBatch', {
    ground,
    step: 'rotate-batch',
    tier: tier.name,
    memorySize: 512,
    timeout: Duration.seconds(rotateBatchSeconds.run),
    environment: {
      ARCHIVE_BUCKET: archive.bucket.bucketName,
      DESK_BUCKET: store.bucket.bucketName,
      SEAL_KEY: seal.key.keyArn,
      SWITCH: killSwitch.name,
      TIER: tier.name,
    },
    reachesTargets: true,
  });

  grantReading(step, secretsOf(scope, tier), ...mastersOf(settings, tier));
  grantRotating(step, secretsOf(scope, tier));
  grantSecretKeys(step, settings, 'kms:Decrypt', 'kms:GenerateDataKey');
  archive.grantFetch(step);
  store.grantSeeGoAhead(step);
  store.grantSeeLock(step);
  killSwitch.grantRead(step);
  seal.grantCheck(step.grantPrincipal);
  return step;
}

function probeBatchOf(scope: Construct, { foundation, settings, tier }: TierProps): Step {
  const { ground, archive, store } = foundation;
  const step = new Step(scope, 'ProbeBatch', {
    ground,
    step: 'probe-batch',
    tier: tier.name,
    memorySize: 512,
    timeout: Duration.minutes(5),
    environment: {
      ARCHIVE_BUCKET: archive.bucket.bucketName,
      DESK_BUCKET: store.bucket.bucketName,
      TIER: tier.name,
    },
    reachesTargets: true,
  });

  grantReading(step, secretsOf(scope, tier));
  grantSecretKeys(step, settings, 'kms:Decrypt');
  archive.grantDeposit(step, 'preflight/*', 'probes/*');
  store.grantWithdrawGoAhead(step);
  return step;
}

/** A master is reached by its exact ARN, by the tier's own rotate-batch alone. */
const mastersOf = ({ rotators }: Settings, { name }: TierSettings): readonly string[] =>
  Object.values(rotators).flatMap((rotator) => ('masters' in rotator ? (rotator.masters[name] ?? []) : []));

function grantSecretKeys(
  step: Step,
  { secretKeyArns }: Settings,
  ...actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[]
): void {
  if (secretKeyArns.length > 0) grantKeyUse(step, { via: 'secretsmanager', keyArns: secretKeyArns, actions });
}
