import type { Outcome } from '../../core/outcome.ts';
import type { Run } from '../../core/plan.ts';
import type { Settings } from '../../core/settings.ts';
import type { Call, Fate } from '../account/faults.ts';
import type { Transition } from '../aws/states/world.ts';
import type { Cloud } from '../cloud.ts';
import type { Door } from '../door/door.ts';
import type { AnyRuntime, Handler } from '../steps.ts';
import type { Estate } from '../targets/estate.ts';
import type { SlackWorkspace } from '../targets/slack.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { ArmedSecret, InventoryEntry } from './fleet.ts';
import type { RehearsalReport } from './report.ts';
import type { CanUse } from './services.ts';

/** The scene of a run that is about to start: everything is there, and nothing has happened yet. */
export interface Scene {
  readonly run: Run;
  readonly time: VirtualTime;
  readonly door: Door;
  readonly cloud: Cloud;
  readonly estate: Estate;
  /** Where Slack's messages come to, if Slack is set up. */
  readonly slack: SlackWorkspace | undefined;
  /** The secrets that are due, wave by wave, as a faultless selection would order them. */
  readonly waves: readonly (readonly ArmedSecret[])[];
  /** Says something to whoever watches. */
  tell(said: string): void;
}

/** A day that goes wrong in one way, and what is promised for it. */
export interface Scenario {
  readonly name: string;
  /** The promise, in a sentence. */
  readonly says: string;
  readonly outcome: Outcome;
  /** The settings that it is played with, when not as they are. They are synthesised: every policy is theirs. */
  readonly settings?: (settings: Settings) => Settings;
  /** The fleet that it is played on, when not the whole one. */
  readonly inventory?: (
    entries: readonly InventoryEntry[],
    isDueAsOf: (entry: InventoryEntry) => boolean,
  ) => readonly InventoryEntry[];
  readonly wireOtherwise?: Readonly<Record<string, (runtime: AnyRuntime) => Handler>>;
  readonly nobodyAnswers?: boolean;
  /** How often a client authenticates, in milliseconds, when not as often as usual: for days that are many. */
  readonly clientsEvery?: number;
  /** Sets the trap. */
  readonly begin?: (scene: Scene) => Promise<Trap>;
  /** What is not as promised, beside the outcome. */
  readonly broken?: (report: RehearsalReport, trap: Trap) => readonly string[];
}

/** What a scenario does while its run goes on. */
export interface Trap {
  readonly onTransition?: (transition: Transition) => void;
  readonly fateOf?: (call: Call) => Fate;
  readonly canUse?: CanUse;
  /** Waits for what it has begun by itself. */
  readonly settled?: () => Promise<void>;
  /** The service that is allowed to suffer. */
  readonly sufferer?: string;
  /** What is not as promised, as it can be seen in the end on the scene alone. */
  readonly broken?: () => readonly string[];
}

/** What the report shows that the scenario did not promise. */
export function brokenPromises(scenario: Scenario, report: RehearsalReport, trap: Trap): readonly string[] {
  const strangers = Object.keys(report.clients.failing).filter((service) => service !== trap.sufferer);
  return [
    ...(report.outcome === scenario.outcome ? [] : [`it ended ${report.outcome}, ${scenario.outcome} promised`]),
    ...strangers.map((service) => `clients of ${service} failed`),
    ...report.clients.stillFailing.map((service) => `${service} still cannot authenticate at the end`),
    ...(scenario.broken?.(report, trap) ?? []),
    ...(trap.broken?.() ?? []),
  ];
}
