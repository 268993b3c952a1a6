import { proberFor } from '../../adapters/probes/choose.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import type { RunReport } from '../../core/report/report.ts';
import { SecretValue } from '../../core/secret-value.ts';
import type { ArmedSecret } from './fleet.ts';
import { playBeside } from './restored-run.ts';
import type { Scenario, Scene } from './scenario.ts';

/* Days after a rotation: what it replaced is taken out of use, and later away. */

const day = 24 * 3_600_000;

/** Plays one run of the machine that retires, and answers with its report. */
export async function retire(scene: Scene, name: string): Promise<RunReport> {
  const run = `${scene.run}-${name}` as Run;
  const start = { mode: 'retire', requestedBy: 'schedule:retirement', why: 'rehearsal of retiring' } as const;
  return (await playBeside(scene, { run, start })) ?? recovered(scene, run);
}

function recovered({ cloud }: Scene, run: Run): RunReport {
  const text = cloud.s3.text(cloud.archiveBucket, archiveKeys.recovery(run));
  if (text === undefined) throw new Error(`nobody reported on run ${run}`);
  return JSON.parse(text) as RunReport;
}

/** What a version of a secret holds. */
function heldBy({ cloud }: Scene, { arn, name }: ArmedSecret, version: string): string {
  const value = cloud.secretsManager.value(arn, version);
  if (value === undefined) throw new Error(`${name} has no version ${version}`);
  return String(value);
}

/** Uses what a version of a secret holds, as somebody would who never heard of a newer one. */
export async function use(scene: Scene, secret: ArmedSecret, version: string): Promise<void> {
  const { cloud, estate, time } = scene;
  const probe = cloud.settings.probes[secret.probe];
  if (probe === undefined) throw new Error(`there is no probe ${secret.probe}`);
  const prober = proberFor(probe, secret.rotator, secret.tier, { network: estate.network, clock: time });
  const value = new SecretValue(heldBy(scene, secret, version));
  const answer = await time.real(() => prober.ask(value));
  if (answer !== 'accepted') throw new Error(`${secret.name} does not open anything with version ${version}`);
}

/** Whether the target would let in what a version of a secret holds. To ask so is not to use it. */
export function opens(scene: Scene, secret: ArmedSecret, version: string): boolean {
  const { keys, signatures } = scene.estate;
  const { apiKey, client, keyId, signingKey } = JSON.parse(heldBy(scene, secret, version));
  return apiKey === undefined ? signatures.accepts(client, keyId, signingKey) : keys.accepts(apiKey);
}

/** AWSCURRENT of every secret that is due, before anything is rotated. */
export const versionsBefore = ({ cloud, waves }: Scene): ReadonlyMap<ArmedSecret, string> =>
  new Map(waves.flat().map((secret) => [secret, cloud.secretsManager.labels(secret.arn)['AWSCURRENT'] ?? '']));

function unlessSo(what: string, is: unknown, promised: unknown): readonly string[] {
  const [said, meant] = [is, promised].map((value) => JSON.stringify(value));
  return said === meant ? [] : [`${what}: ${said}, ${meant} promised`];
}

/** A few secrets of the first wave: enough to show it, and few enough to live through two weeks in seconds. */
const fewOfEach = 4;

export const retiredKeys: Scenario = {
  name: 'retired-keys',
  says: 'a week after the rotation the old keys are deactivated, but for one that somebody still uses; a week later they are deleted',
  outcome: 'completed',
  clientsEvery: 6 * 3_600_000,
  inventory: (entries, isDueAsOf) => {
    const ofRotator = (name: string) =>
      entries
        .filter(isDueAsOf)
        .filter(({ Tags = [] }) => Tags.some(({ Value }) => Value === name))
        .slice(0, fewOfEach);
    const due = ['http-api-key', 'hmac-key', 'postgres'].flatMap(ofRotator);
    return [...due, ...entries.filter((entry) => !isDueAsOf(entry)).slice(0, due.length * 2)];
  },
  begin: async (scene) => {
    const before = versionsBefore(scene);
    const keys = [...before].filter(([{ rotator }]) => rotator.strategy === 'overlap');
    const [forgotten] = keys;
    if (forgotten === undefined) throw new Error('this fleet has no keys that are due; play the scenario on another');
    const stillOpen = () => keys.filter(([secret, version]) => opens(scene, secret, version)).map(([{ name }]) => name);
    const broken: string[] = [];
    const mustBe = (...promise: Parameters<typeof unlessSo>) => broken.push(...unlessSo(...promise));
    return {
      broken: () => broken,
      settled: async () => {
        const { time } = scene;
        const count = (report: RunReport, kind: string) => report.secrets.filter((one) => one.kind === kind).length;

        // Thursdays, in the window of the night.
        await time.sleep(5 * day);
        scene.tell('somebody who nobody knows of uses one old key');
        await use(scene, ...forgotten);
        await time.sleep(2 * day);
        const first = await retire(scene, 'week-1');
        mustBe('the first retirement', first.outcome, 'completed');
        mustBe('deactivated in the first', count(first, 'deactivated'), keys.length - 1);
        mustBe('kept since it is used', first.leftAlone['stillUsed'], 1);
        mustBe('with nothing to retire', first.leftAlone['nothingToRetire'], before.size - keys.length);
        mustBe('old keys that open something after the first', stillOpen(), [forgotten[0].name]);

        await time.sleep(7 * day);
        const second = await retire(scene, 'week-2');
        mustBe('the second retirement', second.outcome, 'completed');
        mustBe('deleted in the second', count(second, 'deleted'), keys.length - 1);
        mustBe('deactivated in the second', count(second, 'deactivated'), 1);
        mustBe('old keys that open something after the second', stillOpen(), []);
      },
    };
  },
};
