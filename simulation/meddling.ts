import type { S3Client } from '@aws-sdk/client-s3';

import type { Mode } from '../core/plan.ts';
import type { Settings } from '../core/settings.ts';
import { type AnyRuntime, type Handler, steps } from '../rehearsal/steps.ts';
import type { Stack } from '../rehearsal/template/stack.ts';
import type { Broken } from './checks.ts';
import type { Disturbance } from './disturbances.ts';
import type { Drawn, Part } from './draw.ts';
import type { Meddling } from './simulate.ts';

/* What mistakes are made of. */

/** A mistake in whole runs, put in on purpose. */
export interface Defect extends Meddling {
  readonly name: string;
  /** The promise that the simulation finds broken. */
  readonly breaks: Broken['promise'];
}

export type Change = (runtime: AnyRuntime) => AnyRuntime;

/** The step as it is deployed, but for the world that it is wired into. */
const wiredInto =
  (step: string, change: Change) =>
  (runtime: AnyRuntime): Handler =>
    stepNamed(step)(change(runtime));

export function stepNamed(step: string): (runtime: AnyRuntime) => Handler {
  const wire = steps[step];
  if (wire === undefined) throw new Error(`there is no step ${step}`);
  return wire;
}

export const each = (names: readonly string[], change: Change): NonNullable<Meddling['wires']> =>
  Object.fromEntries(names.map((name) => [name, wiredInto(name, change)]));

type Input = Readonly<Record<string, unknown>>;
type Send = (input: Input) => Promise<{ output: object }>;

/** Changes what becomes of a client's calls. The client is a function's own, and of this run alone. */
export const meddling =
  (
    name: 'ses' | 'sns' | 's3' | 'ssm' | 'secretsManager',
    meddle: (operation: string, input: Input, send: Send) => unknown,
  ): Change =>
  (runtime) => {
    const middleware =
      (next: (args: { input: Input }) => Promise<{ output: object }>, context: { commandName?: string }) =>
      async (args: { input: Input }) => {
        const operation = (context.commandName ?? '').replace('Command', '');
        const send: Send = (input) => next({ ...args, input });
        return meddle(operation, args.input, send);
      };
    const { middlewareStack } = runtime.clients[name] as S3Client;
    middlewareStack.add(middleware as never, { step: 'initialize', name: 'defect' });
    return runtime;
  };

export const believing =
  (change: (settings: Settings) => Partial<Settings>): Change =>
  (runtime) => ({
    ...runtime,
    settings: { ...runtime.settings, ...change(runtime.settings) },
  });

export const network =
  (change: (network: AnyRuntime['network'], runtime: AnyRuntime) => Partial<AnyRuntime['network']>): Change =>
  (runtime) => {
    const { fetch, connectPostgres } = runtime.network;
    return { ...runtime, network: { fetch, connectPostgres, ...change(runtime.network, runtime) } };
  };

interface Listed {
  readonly Name?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** Tags as somebody reads them who does not take them at their word. */
export const reading = (read: (key: string, value: string, name: string) => string): Change =>
  meddling('secretsManager', async (_, input, send) => {
    const { output, ...rest } = await send(input);
    const misread = <T extends Listed>(entry: T): T => ({
      ...entry,
      ...(entry.Tags && {
        Tags: entry.Tags.map(({ Key, Value }) => ({ Key, Value: read(Key, Value, entry.Name ?? '') })),
      }),
    });
    const { SecretList } = output as { SecretList?: readonly Listed[] };
    return { ...rest, output: { ...misread(output), ...(SecretList && { SecretList: SecretList.map(misread) }) } };
  });

/** Something that happens besides in the runs of a mode. */
export const amid =
  (mode: Mode, ...more: readonly Disturbance[]) =>
  (drawn: Drawn): Drawn => ({
    ...drawn,
    parts: drawn.parts.map((part) =>
      part.mode === mode ? { ...part, disturbances: [...part.disturbances, ...more] } : part,
    ),
  });

/** A run in which nothing goes wrong. */
export const peaceful = (mode: Mode): Part => ({ mode, after: 0, people: 'approve', disturbances: [] });

/** The stack as it would be if a redriven execution went on, with its batches too. */
export const redrivable = (stack: Stack): Stack => ({
  ...stack,
  stateMachines: stack.stateMachines.map((machine) => ({
    ...machine,
    definition: JSON.parse(
      JSON.stringify(machine.definition).replaceAll('$states.context.Execution.RedriveCount > 0', 'false'),
    ),
  })),
  roles: stack.roles.map((role) => {
    const acting = stack.stateMachines.some(({ roleArn }) => roleArn === role.arn);
    const statements = [{ Effect: 'Allow', Action: 'states:RedriveExecution', Resource: '*' } as const];
    return acting ? { ...role, statements: [...role.statements, ...statements] } : role;
  }),
});
