import type { Execution } from '../aws/states/execution.ts';
import type { Cloud } from '../cloud.ts';
import type { Door } from '../door/door.ts';
import type { VirtualTime } from '../virtual-time.ts';

export interface Stay {
  readonly time: VirtualTime;
  readonly door: Door;
  readonly cloud: Cloud;
  /** Waits until whoever stays has had enough. */
  readonly leave: () => Promise<void>;
  /** Sees to it that people answer what a run asks of them. */
  readonly answer: (execution: Execution) => Promise<void>;
  /** Says something to whoever stays. */
  readonly tell: (said: string) => void;
}

/**
 * Stays for whoever comes to the door: time stands still, but for what they ask for takes, and goes on for as long as a run
 * that they have started is under way. A run that is under way when they leave is left as it is.
 */
export async function stay({ time, door, cloud, leave, answer, tell }: Stay): Promise<void> {
  let hasLeft = false;
  const leaving = leave().then(() => {
    hasLeft = true;
  });
  while (!hasLeft) {
    const running = runsUnderWay(cloud);
    await Promise.race([running.length === 0 ? door.visited(time.hold()) : played(running), leaving]);
  }
  door.forget();

  async function played(running: readonly Execution[]): Promise<void> {
    await Promise.all(running.flatMap((execution) => [execution.finished, answer(execution)]));
    await cloud.settled();
    for (const { name } of running) tell(`${name} has ended; time stands still again`);
  }
}

const runsUnderWay = ({ states, machine, retirement }: Cloud): readonly Execution[] =>
  states
    .executions()
    .filter(({ status, label }) => status === 'RUNNING' && label === undefined)
    .filter((execution) => [machine.arn, retirement.arn].includes(execution.machine.arn));
