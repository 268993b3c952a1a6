import { Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

import type { Settings } from '../core/settings.ts';
import { Alarms } from './alarms.ts';
import { Announcements } from './announcements.ts';
import { ApprovalDesk } from './approval-desk.ts';
import { DataKey } from './data-key.ts';
import { Door } from './door.ts';
import { DriftLook } from './drift-look.ts';
import type { Foundation } from './foundation.ts';
import { KillSwitch } from './kill-switch.ts';
import { LivingStore } from './living-store.ts';
import { PlanArchive } from './plan-archive.ts';
import { Recovery } from './recovery.ts';
import { RunStarter } from './run-starter.ts';
import { RunSteps } from './run-steps.ts';
import { RunWorkflow } from './run-workflow.ts';
import { Schedules } from './schedules.ts';
import { Seal } from './seal.ts';
import { SettingsLayer } from './settings-layer.ts';
import { Signature } from './signature.ts';
import { Tier } from './tier.ts';

export interface GuardedRotationProps {
  /** As `defineSettings` returns them. */
  readonly settings: Settings;
  /** Where targets and services are, when they cannot be reached from the internet. */
  readonly vpc?: IVpc;
}

/**
 * Rotates the credentials of a fleet, with a preview, an approval, waves, probes and a way back.
 *
 * Deploying it rotates nothing: it is halted until somebody turns its kill switch on.
 */
export class GuardedRotation extends Construct {
  readonly archive: PlanArchive;
  readonly announcements: Announcements;
  readonly workflow: RunWorkflow;
  readonly retirement: RunWorkflow;

  constructor(scope: Construct, id: string, { settings, vpc }: GuardedRotationProps) {
    super(scope, id);

    const foundation = this.lay(settings, vpc);
    this.archive = foundation.archive;
    this.announcements = foundation.announcements;

    const desk = new ApprovalDesk(this, 'ApprovalDesk', { foundation, settings });
    const steps = new RunSteps(this, 'Steps', { foundation, settings });
    const tiers = new Map(
      settings.tiers.map((tier) => [tier.name, new Tier(this, `Tier-${tier.name}`, { foundation, settings, tier })]),
    );
    const conducted = { foundation, settings, steps, desk, tiers };
    this.workflow = new RunWorkflow(this, 'Workflow', { ...conducted, conducts: 'rotations' });
    this.retirement = new RunWorkflow(this, 'Retirement', { ...conducted, conducts: 'retirements' });

    const recovery = new Recovery(this, 'Recovery', { foundation, settings, steps, tiers });

    const { stateMachine: rotation } = this.workflow;
    const { stateMachine: retirement } = this.retirement;
    const { startRun } = new RunStarter(this, 'RunStarter', { foundation, rotation, retirement });
    const { undelivered } = new Schedules(this, 'Schedules', { settings, startRun });
    const driftLook = new DriftLook(this, 'DriftLook', { foundation, settings, tiers, undelivered });
    new Alarms(this, 'Alarms', {
      stage: settings.stage,
      stateMachines: [rotation, retirement],
      recovery,
      steps,
      driftLook,
      deliverDecisions: desk.deliverDecisions,
      undelivered,
      topic: this.announcements.topic,
    });
  }

  private lay(settings: Settings, vpc: IVpc | undefined): Foundation {
    const { stage, retentionDays } = settings;
    const encryptionKey = new DataKey(this, 'DataKey');
    return {
      ground: { stage, encryptionKey, vpc, settingsLayer: new SettingsLayer(this, 'Settings', settings) },
      door: new Door(this, 'Door', { encryptionKey }),
      archive: new PlanArchive(this, 'Archive', { encryptionKey, retention: Duration.days(retentionDays) }),
      store: new LivingStore(this, 'Store', { encryptionKey }),
      announcements: new Announcements(this, 'Announcements', { encryptionKey, settings }),
      seal: new Seal(this, 'Seal', { description: "Seals Keyturn's approvals" }),
      signature: new Signature(this, 'Signature'),
      killSwitch: new KillSwitch(this, stage),
    };
  }
}
