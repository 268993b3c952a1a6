import { archiveKeys } from '../core/archive-keys.ts';
import type { Instant } from '../core/instant.ts';
import type { Batch, Mode, Run } from '../core/plan.ts';
import type { NotPlanned } from '../core/planning/draft.ts';
import type { RunReport, SecretReport } from '../core/report/report.ts';
import type { Account } from '../rehearsal/account/account.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { Estate } from '../rehearsal/targets/estate.ts';
import type { SlackWorkspace } from '../rehearsal/targets/slack.ts';
import type { Overheard } from './eavesdropper.ts';
import type { Acted } from './outsider.ts';
import type { Managed, Noted, Staged } from './trail.ts';
import type { Before, Live } from './world.ts';

/** A client of a secret that could not authenticate, although it read AWSCURRENT once more. */
export interface Suffered {
  readonly arn: string;
  readonly service: string;
  readonly at: Instant;
}

/** What is looked at when every run is over and everything has settled. */
export interface Aftermath {
  readonly cloud: Cloud;
  readonly estate: Estate;
  readonly slack: SlackWorkspace | undefined;
  /** ARNs of the stack's roles. */
  readonly own: ReadonlySet<string>;
  readonly before: ReadonlyMap<string, Before>;
  readonly suffered: readonly Suffered[];
  /** Secrets with which their clients could not authenticate when they last tried. */
  readonly failing: ReadonlySet<string>;
  readonly acted: readonly Acted[];
  /** When anything of Keyturn last read a secret's value, of looks whose findings were deposited. */
  readonly lastLook: ReadonlyMap<string, Instant>;
  /** What was written into the living store. */
  readonly noted: readonly Noted[];
  /** When Keyturn made a new version of any secret. */
  readonly staged: readonly Staged[];
  /** What Keyturn did to keys that were there before, oldest first. */
  readonly managed: readonly Managed[];
  /** What an outsider used without changing anything. */
  readonly used: readonly Acted[];
  /** What played, and how: settings that were deployed, halts, audits, and what was left unsettled in between. */
  readonly live: Live;
  /** Whether the last thing was a look for drift, that nothing failed. */
  readonly looked: boolean;
  /** How many faults, each independent of the others, struck Keyturn. */
  readonly faults: number;
  /** Hosts that Keyturn asked for. */
  readonly asked: ReadonlySet<string>;
  /** What steps were given, answered, threw and logged. */
  readonly heard: readonly Overheard[];
  /** Every value that ever was in any version of any secret. */
  readonly canaries: ReadonlySet<string>;
  readonly tokens: ReadonlySet<string>;
  readonly asOf: Instant;
}

/** One run, as its own documents tell of it. */
export interface Told {
  readonly run: Run;
  readonly mode: Mode;
  readonly isApproved: boolean;
  /** The report that counts: the recovery's, if there was one. */
  readonly report: RunReport | undefined;
  readonly planned: Batch['secrets'];
  /** What its plan left alone, and why. */
  readonly leftAlone: readonly NotPlanned[];
}

export function runsIn(cloud: Cloud): readonly Told[] {
  const { s3, archiveBucket, states, machine, retirement } = cloud;
  const read = (key: string) => s3.text(archiveBucket, key);
  return states
    .executions()
    .filter(({ machine: { arn }, label }) => (arn === machine.arn || arn === retirement.arn) && label === undefined)
    .map(({ name }) => {
      const run = name as Run;
      const report = read(archiveKeys.recovery(run)) ?? read(archiveKeys.report(run));
      const waves = s3.keys(archiveBucket, archiveKeys.wave(run, 0).replace('0.jsonl', ''));
      const lines = waves.flatMap((key) => (read(key) ?? '').split('\n').filter((line) => line !== ''));
      return {
        run,
        mode: (JSON.parse(read(archiveKeys.start(run)) ?? '{}') as { mode?: Mode }).mode ?? 'rotate',
        isApproved: read(archiveKeys.decision(run))?.includes('"approved"') ?? false,
        report: report === undefined ? undefined : (JSON.parse(report) as RunReport),
        leftAlone: JSON.parse(read(archiveKeys.leftAlone(run)) ?? '[]') as NotPlanned[],
        planned: lines.flatMap((line) => (JSON.parse(line) as Batch).secrets),
      };
    });
}

/** The report of a run, if it left one. */
export const reportOf = (cloud: Cloud, run: Run | undefined): RunReport | undefined =>
  runsIn(cloud).find((told) => told.run === run)?.report;

/** What a run says became of a secret, and what the run was for. */
export type Said = SecretReport & Pick<RunReport, 'mode'>;

/** What the runs say became of a secret, in the order of their starts. */
export const said = (runs: readonly Told[], arn: string): readonly Said[] =>
  runs.flatMap(({ report }) => {
    const secret = report?.secrets.find((one) => one.arn === arn);
    return report === undefined || secret === undefined ? [] : { ...secret, mode: report.mode };
  });

export const wasActedOn = ({ acted }: Aftermath, arn: string): boolean => acted.some((act) => act.arn === arn);

export const moment = (at: Instant): string => new Date(at).toISOString();

export const deniedTo = (own: ReadonlySet<string>, { authorisation }: Account) =>
  authorisation.denials.filter(({ principal }) => own.has(principal));
