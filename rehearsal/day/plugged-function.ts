import type { RotatorSettings, Settings } from '../../core/settings.ts';
import type { InventoryEntry } from './fleet.ts';
import type { Scenario } from './scenario.ts';

/* A rotation function of AWS's kind, which somebody deployed before Keyturn, and which Keyturn uses as it is. */

/** What the tag says of the secrets that it rotates. */
const rotator = 'rotation-function';

const functionOf = (tier: string) => `arn:aws:lambda:us-east-1:111122223333:function:rotate-${tier}`;

/** The fleet's settings with a function for each tier, beside its own rotator for PostgreSQL. */
export function withFunctions(settings: Settings): Settings {
  const { postgres } = settings.rotators;
  if (postgres?.kind !== 'postgres' || postgres.strategy !== 'alternate')
    throw new Error('these settings have no alternating rotator for PostgreSQL; play the scenario with others');
  const functions = Object.fromEntries(settings.tiers.map(({ name }) => [name, functionOf(name)]));
  const plugged: RotatorSettings = { ...postgres, kind: rotator, functions };
  return { ...settings, rotators: { ...settings.rotators, [rotator]: plugged } };
}

const tagOf = ({ Tags = [] }: InventoryEntry, key: string) => Tags.find(({ Key }) => Key === key)?.Value;

/** The same secret, handed over to the function of its tier, which rotates it when asked and never by itself. */
const handedOver = (entry: InventoryEntry): InventoryEntry => ({
  ...entry,
  Tags: (entry.Tags ?? []).map((tag) => (tag.Key === 'keyturn:rotator' ? { ...tag, Value: rotator } : tag)),
  RotationEnabled: true,
  RotationLambdaARN: functionOf(tagOf(entry, 'keyturn:tier') ?? ''),
});

const isLogin = (entry: InventoryEntry): boolean => tagOf(entry, 'keyturn:rotator') === 'postgres';

/** Which of the functions' invocations go wrong, and how. */
const mishaps = new Map([
  [2, 'responseLost'],
  [5, 'throttled'],
  [9, 'requestLost'],
] as const);

export const pluggedFunction: Scenario = {
  name: 'plugged-function',
  says: 'databases are rotated by functions that were there before, as they are, though calls of them are lost; what such a function may not rotate is left alone',
  outcome: 'completed',
  settings: withFunctions,
  inventory: (entries, isDueAsOf) => {
    // One is to be rotated by Secrets Manager itself tomorrow, and one names another function.
    const [scheduled, elsewhere] = entries.filter((entry) => isLogin(entry) && isDueAsOf(entry));
    return entries.map((entry) => {
      if (!isLogin(entry)) return entry;
      const handed = handedOver(entry);
      if (entry === scheduled) {
        return {
          ...handed,
          RotationRules: { AutomaticallyAfterDays: 30 },
          NextRotationDate: '2026-11-19T00:00:00Z',
        };
      }
      return entry === elsewhere ? { ...handed, RotationLambdaARN: functionOf('elsewhere') } : handed;
    });
  },
  begin: async (scene) => {
    const asked: Record<string, number> = {};
    let invocations = 0;
    scene.cloud.lambda.onAnswer(({ functionName, event }) => {
      if (!functionName.startsWith('rotate-')) return;
      const { Step = '' } = event as { readonly Step?: string };
      asked[Step] = (asked[Step] ?? 0) + 1;
    });
    return {
      fateOf: ({ service, input }) => {
        const { FunctionName = '' } = input as { readonly FunctionName?: string };
        if (service !== 'lambda' || !FunctionName.includes(':function:rotate-')) return 'works';
        invocations += 1;
        return mishaps.get(invocations as 2) ?? 'works';
      },
      settled: async () => {
        scene.tell(`the functions were asked for ${JSON.stringify(asked)}`);
        if (!asked['setSecret'] || !asked['testSecret'] || asked['finishSecret'] !== undefined) {
          throw new Error(`the functions were asked for ${JSON.stringify(asked)}`);
        }
      },
    };
  },
  broken: (report) => [
    ...(report.rotated === report.selected ? [] : [`${report.rotated} of ${report.selected} were rotated`]),
    ...(report.verification.confirmed === report.rotated ? [] : ['not every claim was confirmed']),
    ...(report.denied.length === 0 ? [] : [`${report.denied.length} calls were denied`]),
    ...['rotatesItself', 'otherFunction']
      .filter((reason) => report.leftAlone[reason] !== 1)
      .map((reason) => `${report.leftAlone[reason] ?? 0} were left alone for ${reason}, 1 promised`),
  ],
};
