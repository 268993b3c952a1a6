import { ServiceError } from '../../rehearsal/account/replica.ts';
import { Cloud } from '../../rehearsal/cloud.ts';
import { SimulatedNetwork } from '../../rehearsal/targets/simulated.ts';
import type { Stack } from '../../rehearsal/template/stack.ts';
import { loadStack } from '../../rehearsal/template/template.ts';
import { VirtualTime } from '../../rehearsal/virtual-time.ts';
import { asOf } from '../entries.ts';

/** A call as one role would make it: service, operation, input. */
export type Attempt = readonly [service: string, operation: string, input: Readonly<Record<string, unknown>>];

const silent = { info: () => {}, warn: () => {}, error: () => {} };

export const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;
export const masterArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/low/postgres-q7RmXa';

/** The deployment before its first run: a secret in every tier, one beside them, a master, and a run's documents. */
export class Deployed {
  readonly stack: Stack;
  readonly time = new VirtualTime(asOf);
  readonly cloud: Cloud;

  /** With what runs share as if some had run before, unless the first one is still to come. */
  constructor(assembly: string, living: readonly string[] = ['lock', 'quarantine', 'ledger', 'history']) {
    this.stack = loadStack(assembly);
    const network = new SimulatedNetwork();
    this.cloud = new Cloud({ stack: this.stack, time: this.time, seed: 1, network, log: silent });
    const { secretsManager, s3, archiveBucket, deskBucket, ssm } = this.cloud;
    for (const name of ['prod/low/a', 'prod/medium/a', 'prod/high/a', 'prod/other/a']) {
      const stages = { 'version-old': ['AWSPREVIOUS'], 'version-now': ['AWSCURRENT'] };
      const entry = { ARN: secretArn(name), Name: name, SecretVersionsToStages: stages };
      secretsManager.seed(entry, { 'version-old': { value: 'old' }, 'version-now': { value: 'now' } });
    }
    const master = { ARN: masterArn, Name: 'masters/low/postgres', SecretVersionsToStages: { one: ['AWSCURRENT'] } };
    secretsManager.seed(master, { one: { value: 'master' } });
    for (const document of ['start.json', 'plan.json', 'draft.json', 'decision.json', 'probes/1/rotated/0.json']) {
      s3.tamper(archiveBucket, `runs/first/${document}`, '{}');
    }
    s3.tamper(deskBucket, 'pending/first.json', '{}');
    s3.tamper(deskBucket, 'go-ahead/first.json', '{}');
    for (const document of living) s3.tamper(deskBucket, `${document}.json`, '{}');
    ssm.set('/keyturn/prod/switch', '{"go":true}');
  }

  /** Every role of the stack, by the function that has it: `rotate-batch-low`; and `workflow`, `workflow-recovery`, `schedules`, `drift-schedule`. */
  get roles(): ReadonlyMap<string, string> {
    const { functions, stateMachines, schedules } = this.stack;
    return new Map([
      ...functions.map(({ name, roleArn }) => [name.replace('keyturn-prod-', ''), roleArn] as const),
      ...stateMachines.map(({ name, roleArn }) => [name.replace('keyturn-prod', 'workflow'), roleArn] as const),
      ...schedules.map(
        ({ target }) => [/DriftLook/.test(target.roleArn) ? 'drift-schedule' : 'schedules', target.roleArn] as const,
      ),
    ]);
  }

  get sealKey(): string {
    return this.stack.keys.find(({ usage }) => usage === 'GENERATE_VERIFY_MAC')?.arn ?? '';
  }

  /** Whether AWS lets a principal make a call. That it fails for another reason than a missing right means that it is let,
   * and that it makes no sense is a mistake of the test. */
  async lets(principal: string, [service, operation, input]: Attempt): Promise<boolean> {
    // A second later, so that no quota of requests answers in place of the policies.
    await this.time.run(this.time.sleep(1_000));
    try {
      await this.cloud.account.call(principal, service, operation, input);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError) || /^(InvalidParameter|Validation)/.test(error.name)) throw error;
      return !/AccessDenied|AuthorizationError/.test(error.name);
    }
  }
}
