import type { Deployed } from './deployment.ts';

/** A state of the machine, with the fields that these tests look at. */
export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: boolean;
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: readonly Readonly<Record<string, unknown>>[];
  readonly Seconds?: number;
  readonly TimeoutSeconds?: number;
  readonly MaxConcurrency?: number;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: unknown };
  readonly Output?: Readonly<Record<string, string>>;
  readonly ItemSelector?: Readonly<Record<string, string>>;
  readonly ItemProcessor?: Definition & { readonly ProcessorConfig: unknown };
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** A machine as it is deployed, with functions and buckets by their names. */
export const definitionIn = (deployed: Deployed, machine = 'RotationWorkflow'): Definition =>
  JSON.parse(deployed.say(deployed.the('AWS::StepFunctions::StateMachine', machine).DefinitionString));

/** All states, those of the maps' children included. */
export function statesOf(definition: Definition): ReadonlyMap<string, State> {
  const own = Object.entries(definition.States);
  const children = own.flatMap(([, { ItemProcessor }]) => (ItemProcessor ? [...statesOf(ItemProcessor)] : []));
  return new Map([...own, ...children]);
}

/** Where a state may lead, by whichever way. */
export const nextOf = ({ Next, Default, Choices = [], Catch = [] }: State): readonly string[] =>
  [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((handler) => handler.Next)].filter(
    (name) => name !== undefined,
  );

/** All states that can be reached from one, without passing through another. */
export function reachable({ States }: Definition, from: string, without: readonly string[] = []): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name) || without.includes(name)) continue;
    found.add(name);
    const state = States[name];
    if (state !== undefined) open.push(...nextOf(state));
  }
  return found;
}
