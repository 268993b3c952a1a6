import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

/** An execution to start: of which machine, under which name, with what. */
export interface NamedExecution {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

/**
 * Starts an execution, once: Step Functions itself lets one name be one execution. One that is under way, with the same
 * input, is answered as if it had just been started.
 */
export async function startOnce(sfn: SFNClient, execution: NamedExecution): Promise<'underWay' | 'ended'> {
  try {
    await sfn.send(new StartExecutionCommand(execution));
    return 'underWay';
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return 'ended';
    throw error;
  }
}
