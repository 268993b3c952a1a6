import type { Instant } from '../core/instant.ts';
import type { Run } from '../core/plan.ts';
import type { Settings } from '../core/settings.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { ArmedSecret, InventoryEntry } from '../rehearsal/day/fleet.ts';
import type { Services } from '../rehearsal/day/services.ts';
import type { Estate } from '../rehearsal/targets/estate.ts';
import type { VirtualTime } from '../rehearsal/virtual-time.ts';
import type { Ground } from './ground.ts';
import type { Outsider } from './outsider.ts';
import type { Strikes } from './strikes.ts';
import type { UnsteadyNetwork } from './unsteady.ts';

/** A secret of the fleet as it was before anything happened. */
export interface Before {
  readonly entry: InventoryEntry;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: nobody is to touch it, since what it is for is not clear. */
  readonly strategy: string | undefined;
}

/** What runs are played in. */
export interface World {
  readonly time: VirtualTime;
  readonly cloud: Cloud;
  readonly estate: Estate;
  readonly ground: Ground;
  readonly strikes: Strikes;
  readonly unsteady: UnsteadyNetwork;
  readonly services: Services;
  readonly outsider: Outsider;
  readonly secrets: readonly ArmedSecret[];
  readonly before: ReadonlyMap<string, Before>;
  readonly live: Live;
}

/** What changes as it is played. */
export interface Live {
  /** How far the clocks of functions are ahead. */
  skew: number;
  /** Settings that were deployed, the first first. */
  readonly deployed: Settings[];
  readonly halts: Halt[];
  readonly audited: Audited[];
  /** What was not settled when a part was over. */
  readonly unsettled: string[];
}

/** When the kill switch was removed, and when it was there again. */
export interface Halt {
  readonly from: Instant;
  until: Instant | undefined;
}

/** What an audit that was played alone left otherwise than it had found it. */
export interface Audited {
  readonly run: Run;
  readonly changed: readonly string[];
}
