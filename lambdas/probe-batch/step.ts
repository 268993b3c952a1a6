import { archiveKeys, type Phase } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { type Asking, askPatiently } from '../../core/patience.ts';
import type { Batch, Run } from '../../core/plan.ts';
import type { CandidateBatch, Fact, OldFact } from '../../core/planning/draft.ts';
import type {
  Archive,
  Clock,
  CurrentValues,
  CurrentVersion,
  GoAhead,
  Hash,
  Log,
  Prober,
  Standings,
  Vault,
} from '../../core/ports.ts';
import type { SecretValue } from '../../core/secret-value.ts';
import { readCredential } from '../../core/selection/credential.ts';
import type { SelectedSecret } from '../../core/selection/selection.ts';
import type { ProbeSettings, RotatorSettings, Settings } from '../../core/settings.ts';
import { judgeBatch, type Probed, type Sighting, sayDoubt } from '../../core/verdict/probe.ts';
import { parseEvent } from './event.ts';

export interface ProbeBatchPorts {
  readonly values: CurrentValues;
  /** Reads one version of a secret by its id: what a restore would return to. */
  readonly versions: Pick<Vault, 'read'>;
  /** What a target knows of old credentials, where it holds several. */
  readonly standingsFor: (rotator: RotatorSettings, tier: string) => Standings | undefined;
  readonly proberFor: (probe: ProbeSettings, rotator: RotatorSettings, tier: string) => Prober;
  readonly archive: Archive;
  readonly goAhead: GoAhead;
  readonly settings: Settings;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
}

/** The ports, and the patience of one invocation. */
type AskingPorts = ProbeBatchPorts & { readonly ask: Asking };

export interface BatchProbed {
  /** False withdraws the run's go-ahead: no further batch starts. */
  readonly sound: boolean;
}

/** What a look between runs saw. */
export interface BatchSeen {
  readonly sightings: readonly Sighting[];
}

/**
 * Looks at a batch as a client would, under a role that can change nothing: which version is AWSCURRENT, and does its
 * target accept it. What was claimed is only held against what was seen.
 *
 * Deposits what it saw before it says anything, and withdraws the go-ahead before it answers, so that a batch that
 * failed has stopped the next one by the time that the workflow could start it.
 */
export const probeBatch = (ports: ProbeBatchPorts) => {
  const { archive, goAhead, log } = ports;

  return async (given: unknown): Promise<BatchProbed | BatchSeen> => {
    const event = parseEvent(given);
    const asking = { ...ports, ask: askPatiently(ports.clock) };
    if (event.phase === 'preflight') {
      await archive.deposit(
        archiveKeys.preflight(event.run, event.batch.index),
        JSON.stringify(await preflight(asking, event.batch)),
      );
      return { sound: true };
    }

    // Of no run: what it finds is for whoever asked, and no go-ahead depends on it.
    if (event.phase === 'drift') return { sightings: await look(asking, event.batch, 'baked') };

    const { run, phase, batch } = event;
    const sightings = await look(asking, batch, phase);
    const probed = 'answer' in event ? judgeBatch(batch, event.answer, sightings) : judgeSightings(sightings);
    const sound = probed.doubts.length === 0;

    if (!sound) {
      log.warn('a batch is in doubt', { run, phase, wave: batch.wave, doubts: probed.doubts.map(sayDoubt) });
      await goAhead.withdraw(run);
    }
    await archive.deposit(archiveKeys.probe(run, batch.wave, phase, batch.index), JSON.stringify(probed));
    return { sound };
  };
};

/** After a bake, and when a sound wave is looked at once more, nothing new was claimed: judge-wave holds what is seen against the earlier claims. */
const judgeSightings = (sightings: readonly Sighting[]): Probed => ({ answer: undefined, sightings, doubts: [] });

async function look(ports: AskingPorts, batch: Batch, phase: Phase): Promise<Sighting[]> {
  const { values, proberFor, settings, ask } = ports;
  const versions = await values.readCurrent(batch.secrets.map(({ arn }) => arn));
  const sightings: Sighting[] = [];
  for (const { arn, name, probe, rotator, tier, old } of batch.secrets) {
    const version = versions.get(arn);
    const probeSettings = settings.probes[probe];
    const rotatorSettings = settings.rotators[rotator];
    if (version?.kind !== 'read' || probeSettings === undefined || rotatorSettings === undefined) {
      // What these settings do not know how to try was read all the same.
      const versionId = version?.kind === 'read' ? version.versionId : undefined;
      sightings.push({ arn, name, versionId, answer: 'unknown' });
    } else {
      const prober = proberFor(probeSettings, rotatorSettings, tier);
      const answer = await ask(prober, version.value);
      const sighting = { arn, name, versionId: version.versionId, answer };
      if (old === undefined) sightings.push(sighting);
      else {
        const isSilent = answer === 'unknown';
        const given = {
          arn,
          version: old.version,
          current: version.value,
          rotator: rotatorSettings,
          tier,
          prober,
          isSilent,
        };
        const { state, answer: answerOfOld } = await lookAtOld(
          ports,
          given,
          phase === 'rolledBack' || phase === 'recovered',
        );
        // What is active opens something, and to try it would be to use it.
        sightings.push({ ...sighting, old: { state, answer: answerOfOld === 'unasked' ? 'accepted' : answerOfOld } });
      }
    }
  }
  return sightings;
}

interface OldGiven {
  readonly arn: string;
  readonly version: string;
  /** The value of what is AWSCURRENT. */
  readonly current: SecretValue;
  readonly rotator: RotatorSettings;
  readonly tier: string;
  readonly prober: Prober;
  /** It says nothing of what is AWSCURRENT, so it is not asked about the old one either. */
  readonly isSilent: boolean;
}

const untold = { identity: 'unreadable', state: 'unknown', lastUsed: 'unknown', answer: 'unknown' } as const;

/** How an old credential stands. One that is active is tried only where it must open something again: that uses it. */
async function lookAtOld(
  { versions, standingsFor, ask, hash }: AskingPorts,
  { arn, version, current, rotator, tier, prober, isSilent }: OldGiven,
  mustOpen: boolean,
  run?: Run,
): Promise<OldFact> {
  const standings = standingsFor(rotator, tier);
  const old = await versions.read(arn, version).catch(() => undefined);
  if (standings === undefined || old === undefined) return { ...untold, account: undefined };

  const pair = { old, current };
  const credential = readCredential(rotator, tier, old);
  const account =
    run === undefined || credential.kind === 'malformed' ? undefined : hash(canonicalJson([run, credential.account]));
  const identity = standings.compare(pair);
  if (isSilent) return { ...untold, identity, account };
  const { state, lastUsed } = await standings.ask(pair);
  const answer =
    state === 'active' && !mustOpen ? 'unasked' : await ask(prober, old, state === 'active' ? 'accepted' : 'rejected');
  return { identity, state, lastUsed, answer, account };
}

async function preflight(ports: AskingPorts, { run, tier, secrets }: CandidateBatch): Promise<Fact[]> {
  const versions = await ports.values.readCurrent(secrets.map(({ arn }) => arn));
  const facts: Fact[] = [];
  for (const candidate of secrets) facts.push(await factOf(ports, run, tier, candidate, versions.get(candidate.arn)));
  return facts;
}

async function factOf(
  ports: AskingPorts,
  run: Run,
  tier: string,
  { arn, name, rotator, probe, before, old }: SelectedSecret,
  version: CurrentVersion | undefined,
): Promise<Fact> {
  const { versions, proberFor, settings, hash, ask } = ports;
  const nothing = { versionId: undefined, createdAt: undefined, malformed: undefined, account: undefined };
  const rotatorSettings = settings.rotators[rotator];
  const probeSettings = settings.probes[probe];
  if (version?.kind !== 'read' || rotatorSettings === undefined || probeSettings === undefined) {
    return { arn, name, ...nothing, answer: 'unknown' };
  }

  const { versionId, createdAt, value } = version;
  const credential = readCredential(rotatorSettings, tier, value);
  if (credential.kind === 'malformed') {
    return { arn, name, versionId, createdAt, malformed: credential.reason, account: undefined, answer: 'unknown' };
  }
  // Salted by the run: equal accounts of one plan are found, and nothing else can be read from it.
  const account = hash(canonicalJson([run, credential.account]));
  const prober = proberFor(probeSettings, rotatorSettings, tier);
  const answer = await ask(prober, value);
  const fact = { arn, name, versionId, createdAt, malformed: undefined, account, answer };
  if (old !== undefined) {
    const isSilent = answer === 'unknown';
    const given = { arn, version: old.version, current: value, rotator: rotatorSettings, tier, prober, isSilent };
    return { ...fact, old: await lookAtOld(ports, given, false, run) };
  }
  if (before === undefined) return fact;

  try {
    const earlier = await versions.read(arn, before.version);
    const isFit = earlier !== undefined && readCredential(rotatorSettings, tier, earlier).kind !== 'malformed';
    const kind = isFit ? 'fit' : earlier === undefined ? 'gone' : 'malformed';
    return { ...fact, before: { kind, answer: isFit ? await ask(prober, earlier) : 'unknown' } };
  } catch {
    // What cannot be read is not known to be gone.
    return { ...fact, before: { kind: 'unread', answer: 'unknown' } };
  }
}
