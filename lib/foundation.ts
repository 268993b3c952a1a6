import type { Announcements } from './announcements.ts';
import type { Door } from './door.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { LivingStore } from './living-store.ts';
import type { PlanArchive } from './plan-archive.ts';
import type { Seal } from './seal.ts';
import type { Signature } from './signature.ts';
import type { StepGround } from './step.ts';

/** What the steps of a deployment share: each is granted its part of it. */
export interface Foundation {
  readonly ground: StepGround;
  readonly door: Door;
  readonly archive: PlanArchive;
  readonly store: LivingStore;
  readonly announcements: Announcements;
  readonly seal: Seal;
  readonly signature: Signature;
  readonly killSwitch: KillSwitch;
}
