import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

import { rotateBatchSeconds } from '../core/deadlines.ts';
import { functionFor } from '../core/selection/native-rotation.ts';
import type { Settings, Tier as TierSettings } from '../core/settings.ts';
import type { Foundation } from './foundation.ts';
import { grantKeyUse } from './key-use.ts';
import { grantReading, grantRotating, secretsOf } from './secret-grants.ts';
import { SettingsError } from './settings.ts';
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
  grantFunctions(step, functionsOf(scope, settings, tier));
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

/** A master is reached by its exact ARN, by the tier's own rotate-batch alone; that of a function, by the function. */
const mastersOf = ({ rotators }: Settings, { name }: TierSettings): readonly string[] =>
  Object.values(rotators).flatMap((rotator) =>
    rotator.kind === 'postgres' && rotator.strategy === 'alternate' ? (rotator.masters[name] ?? []) : [],
  );

/**
 * The rotation functions that work for a tier.
 *
 * @throws {SettingsError} when one is elsewhere: Secrets Manager would have it rotate nothing here.
 */
function functionsOf(scope: Construct, { rotators }: Settings, { name }: TierSettings): readonly string[] {
  const arns = Object.values(rotators).flatMap((rotator) => functionFor(rotator, name) ?? []);
  const { region, account } = Stack.of(scope);
  for (const arn of arns) {
    const [, , , itsRegion = '', itsAccount = ''] = arn.split(':');
    const isHere = (its: string, here: string) => Token.isUnresolved(here) || its === here;
    if (isHere(itsRegion, region) && isHere(itsAccount, account)) continue;
    throw new SettingsError([
      `${arn} is not in ${region} of ${account}, where this is deployed; use a function from there`,
    ]);
  }
  return arns;
}

/** Lets the grantee invoke these functions, and no other. They are in its own account, and need not allow it as well. */
function grantFunctions(grantee: IGrantable, arns: readonly string[]): void {
  if (arns.length === 0) return;
  Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [...arns] });
}

function grantSecretKeys(
  step: Step,
  { secretKeyArns }: Settings,
  ...actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[]
): void {
  if (secretKeyArns.length > 0) grantKeyUse(step, { via: 'secretsmanager', keyArns: secretKeyArns, actions });
}
