import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { archiveKeys } from '../core/archive-keys.ts';
import type { Instant } from '../core/instant.ts';
import type { Run } from '../core/plan.ts';
import type { Settings } from '../core/settings.ts';
import { synthesise } from '../lib/synthesise.ts';
import type { CallContext } from '../rehearsal/account/replica.ts';
import type { HistoryEvent } from '../rehearsal/aws/states/history.ts';
import { play } from '../rehearsal/day/play.ts';
import type { RehearsalReport } from '../rehearsal/day/report.ts';
import type { Scene } from '../rehearsal/day/scenario.ts';
import { scenarios } from '../rehearsal/day/scenarios.ts';

export interface Rehearsed {
  readonly report: RehearsalReport;
  readonly synthSeconds: number;
  readonly wallSeconds: number;
  /** Of this process: what is left when others use the machine as well. */
  readonly cpuSeconds: number;
  readonly largestStateBytes: number;
  /** The state of which that was an input or an output, and which of the two. */
  readonly largestState: string;
  readonly plan: { readonly headerBytes: number; readonly wavesBytes: number; readonly largestLineBytes: number };
}

/** Plays the good day on a fleet with simulated targets, and weighs what it left behind. */
export async function rehearsed(settings: Settings, inventory: string, asOf: Instant): Promise<Rehearsed> {
  const assembly = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const scenario = scenarios['good-day'];
  if (scenario === undefined) throw new Error('there is no good day any more');
  const executions = new Set<string>();
  let scene: Scene | undefined;
  try {
    const [synthSeconds] = await timed(() =>
      synthesise({ settings, outdir: assembly, account: '111122223333', region: 'us-east-1', bundling: false }),
    );
    const cpu = process.cpuUsage();
    const [wallSeconds, report] = await timed(() =>
      play({
        assembly,
        inventory,
        asOf,
        seed: 1,
        mode: 'rotate',
        targets: 'simulated',
        person: false,
        watch: () => {},
        scenario: {
          ...scenario,
          begin: async (given) => {
            scene = given;
            return { onTransition: ({ executionArn }) => executions.add(executionArn) };
          },
        },
      }),
    );
    const { user, system } = process.cpuUsage(cpu);
    if (scene === undefined) throw new Error('the rehearsal never began');
    const [largestStateBytes, largestState] = largestIn(scene, executions);
    return {
      report,
      synthSeconds,
      wallSeconds,
      cpuSeconds: (user + system) / 1_000_000,
      largestStateBytes,
      largestState,
      plan: planSizes(scene, report),
    };
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

/** Seconds that it took, and what came of it. */
export async function timed<T>(work: () => T | Promise<T>): Promise<readonly [number, T]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1_000, result];
}

/** Every input and output in the history of the run and of its child executions. */
function largestIn({ cloud }: Scene, executions: ReadonlySet<string>): readonly [number, string] {
  let largest: readonly [number, string] = [0, 'none'];
  for (const executionArn of executions) {
    let state = 'the execution';
    for (const event of historyOf(cloud, executionArn)) {
      for (const details of Object.values(event)) {
        if (typeof details !== 'object' || details === null || details instanceof Date) continue;
        if ('name' in details) state = String(details.name);
        for (const [what, text] of Object.entries(details)) {
          if (!['input', 'output', 'parameters'].includes(what) || typeof text !== 'string') continue;
          const bytes = Buffer.byteLength(text);
          if (bytes > largest[0]) largest = [bytes, `${what} of ${state}`];
        }
      }
    }
  }
  return largest;
}

const anybody: CallContext = { principal: 'bench', require: () => {}, allows: () => true };

function historyOf({ states }: Scene['cloud'], executionArn: string): readonly HistoryEvent[] {
  const input = { executionArn, maxResults: 25_000 } as never;
  return (states.call('GetExecutionHistory', input, anybody) as { events: HistoryEvent[] }).events;
}

function planSizes({ cloud }: Scene, { run, waves }: RehearsalReport): Rehearsed['plan'] {
  const read = (key: string) => cloud.s3.text(cloud.archiveBucket, key) ?? '';
  const files = waves.map(({ number }) => read(archiveKeys.wave(run as Run, number)));
  const lines = files.flatMap((file) => file.split('\n'));
  return {
    headerBytes: Buffer.byteLength(read(archiveKeys.plan(run as Run))),
    wavesBytes: files.reduce((sum, file) => sum + Buffer.byteLength(file), 0),
    largestLineBytes: Math.max(0, ...lines.map((line) => Buffer.byteLength(line))),
  };
}
