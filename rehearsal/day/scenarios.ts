import { archiveKeys } from '../../core/archive-keys.ts';
import type { Batch, Run } from '../../core/plan.ts';
import { isDue } from '../../core/selection/due.ts';
import type { BatchAnswer } from '../../core/verdict/claim.ts';
import type { DraftPlanPorts } from '../../lambdas/draft-plan/step.ts';
import { wire as wireDraftPlan } from '../../lambdas/draft-plan/wiring.ts';
import type { Cloud } from '../cloud.ts';
import type { AnyRuntime, Handler } from '../steps.ts';
import { killedStep, stoppedRun, twoRuns } from './dying-runs.ts';
import type { ArmedSecret } from './fleet.ts';
import { pluggedFunction } from './plugged-function.ts';
import type { RehearsalReport } from './report.ts';
import { restoredRun } from './restored-run.ts';
import { retiredKeys } from './retiring.ts';
import type { Scenario } from './scenario.ts';

/** The selection rule of the incident: every key *except* the expired ones. */
const inverted: typeof isDue = (expiration, asOf) => !isDue(expiration, asOf);

const draftInverted = (runtime: AnyRuntime): Handler => {
  const mistaken: Pick<DraftPlanPorts, 'due'> = { due: inverted };
  return wireDraftPlan({ ...runtime, ...mistaken });
};

const good: Scenario = {
  name: 'good-day',
  says: 'every expired credential is rotated and verified, and no client notices',
  outcome: 'completed',
  broken: (report) => [
    ...(report.selected > 0 ? [] : ['nothing was selected']),
    ...(report.rotated === report.selected ? [] : [`${report.rotated} of ${report.selected} were rotated`]),
    ...(report.verification.confirmed === report.rotated ? [] : ['not every claim was confirmed']),
    ...(report.denied.length === 0 ? [] : [`${report.denied.length} calls were denied`]),
  ],
};

const zeroWrites = (report: RehearsalReport): readonly string[] =>
  report.writesToSecrets === 0 ? [] : [`${report.writesToSecrets} writes to secrets, 0 promised`];

const invertedFilter: Scenario = {
  name: 'inverted-filter',
  says: 'the selection rule is inverted, as in the incident: refused over the caps and by the second judgement, with zero writes',
  outcome: 'refused',
  wireOtherwise: { 'draft-plan': draftInverted },
  broken: (report) => [
    ...zeroWrites(report),
    ...needs(report, 'secrets: ', 'the cap on the number of secrets did not speak'),
    ...needs(report, 'notDue: ', 'the second judgement did not speak'),
  ],
};

const smallInvertedFilter: Scenario = {
  name: 'small-inverted-filter',
  says: 'the same mistake on a fleet where the wrong selection stays under the caps: the second judgement alone refuses it',
  outcome: 'refused',
  inventory: (entries, isDueAsOf) => [
    ...entries.filter(isDueAsOf),
    ...entries.filter((entry) => !isDueAsOf(entry)).slice(0, 12),
  ],
  wireOtherwise: { 'draft-plan': draftInverted },
  broken: (report) => [
    ...zeroWrites(report),
    ...needs(report, 'notDue: ', 'the second judgement did not speak'),
    ...report.reasons
      .filter((reason) => /^(secrets|percentOfFleet): /.test(reason))
      .map((cap) => `a cap spoke: ${cap}`),
  ],
};

const rejectedCredential: Scenario = {
  name: 'rejected-credential',
  says: 'a target takes a change in wave 2 and then rejects the new credential: rolled back, and nothing after that batch starts',
  outcome: 'rolled-back',
  begin: async ({ estate, waves }) => {
    estate.keys.refuse(oneOf(waves[1], 'http-api-key').name);
    return {};
  },
  broken: (report) => [
    ...waveIs(report, 1, 'renewed'),
    ...waveIs(report, 2, 'rolled-back'),
    ...waveIs(report, 3, 'not started'),
    ...(report.held === 0 ? [] : [`${report.held} secrets are held`]),
    ...(startedAfterFailure(report) ? ['a batch started after the one that failed'] : []),
  ],
};

const sickService: Scenario = {
  name: 'sick-service',
  says: 'a target accepts a new credential in wave 2 that its service cannot work with: rolled back, and the service is well again',
  outcome: 'rolled-back',
  begin: async ({ cloud, waves }) => {
    const sick = oneOf(waves[1], 'http-api-key');
    const original = cloud.secretsManager.labels(sick.arn)['AWSCURRENT'];
    return {
      sufferer: sick.service,
      canUse: (_, secret, versionId) => secret.arn !== sick.arn || versionId === original,
    };
  },
  broken: (report, { sufferer = '' }) => [
    ...waveIs(report, 1, 'renewed'),
    ...waveIs(report, 2, 'rolled-back'),
    ...(report.rolledBack === 20 ? [] : [`${report.rolledBack} of 20 secrets of the wave went back`]),
    ...needs(report, `serviceUnhealthy: ${sufferer}`, 'the health of the service was not the reason'),
  ],
};

const falseClaim: Scenario = {
  name: 'false-claim',
  says: 'rotate-batch claims another version than the one that is current: the probe contradicts it, and the wave goes back',
  outcome: 'rolled-back',
  begin: async ({ cloud }) => {
    cloud.lambda.falsify(({ functionName, event }, answer) => {
      const { goal, batch } = event as { goal?: string; batch?: Batch };
      const isVictim =
        functionName.includes('rotate-batch') && goal === 'rotate' && batch?.wave === 2 && batch.index === 0;
      return isVictim ? withFalseClaim(answer as BatchAnswer) : answer;
    });
    return {};
  },
  broken: (report) => [
    ...waveIs(report, 1, 'renewed'),
    ...waveIs(report, 2, 'rolled-back'),
    ...(report.verification.contradicted === 1
      ? []
      : [`${report.verification.contradicted} claims contradicted, 1 promised`]),
  ],
};

const forgedPlan: Scenario = {
  name: 'forged-plan',
  says: 'after the approval a batch is replaced in S3, and another one is invoked past the workflow: the seal refuses both, halted',
  outcome: 'halted',
  begin: async ({ run, cloud, waves }) => {
    const insider = 'arn:aws:iam::111122223333:role/insider';
    cloud.account.authorisation.admit(insider, 'administrator');
    let invoked: Promise<unknown> | undefined;
    const answers: unknown[] = [];
    return {
      onTransition: ({ kind, state }) => {
        if (kind !== 'entered' || state !== 'Admit wave' || invoked !== undefined) return;
        const forged = forge(cloud, run, waves);
        const arn = [...cloud.rotateBatchArns].find(([tier]) => tier === forged.tier)?.[1];
        const payload = JSON.stringify({ goal: 'rotate', batch: forged });
        invoked = cloud.account
          .call(insider, 'lambda', 'Invoke', { FunctionName: arn, Payload: payload })
          .then((answer) => answers.push((answer as { Payload: string }).Payload));
      },
      settled: async () => {
        await invoked;
      },
      broken: () =>
        JSON.stringify(answers).includes('batchNotInPlan')
          ? []
          : [`the batch past the workflow was not refused: ${JSON.stringify(answers)}`],
    };
  },
  broken: (report) => [...zeroWrites(report), ...needs(report, 'batchNotInPlan', 'the seal was not the reason')],
};

const unreadableSwitch: Scenario = {
  name: 'unreadable-switch',
  says: 'the kill switch cannot be read when wave 2 is to be admitted: halted, and wave 1 stays, verified and renewed',
  outcome: 'halted',
  begin: async () => {
    let waves = 0;
    return {
      onTransition: ({ kind, state }) => {
        if (kind === 'entered' && state === 'Renew expiry') waves += 1;
      },
      fateOf: ({ service }) => (service === 'ssm' && waves > 0 ? 'throttled' : 'works'),
    };
  },
  broken: (report) => [
    ...waveIs(report, 1, 'renewed'),
    ...waveIs(report, 2, 'not started'),
    ...needs(report, 'switchAbsent', 'the kill switch was not the reason'),
  ],
};

const noApproval: Scenario = {
  name: 'no-approval',
  says: 'nobody answers in time: expired, with nothing touched',
  outcome: 'expired',
  nobodyAnswers: true,
  broken: zeroWrites,
};

export const scenarios: Readonly<Record<string, Scenario>> = Object.fromEntries(
  [
    good,
    invertedFilter,
    smallInvertedFilter,
    rejectedCredential,
    sickService,
    falseClaim,
    forgedPlan,
    unreadableSwitch,
    noApproval,
    stoppedRun,
    killedStep,
    twoRuns,
    restoredRun,
    retiredKeys,
    pluggedFunction,
  ].map((scenario) => [scenario.name, scenario]),
);

function oneOf(wave: readonly ArmedSecret[] | undefined, kind: string): ArmedSecret {
  const secret = wave?.find(({ rotator }) => rotator.kind === kind);
  if (secret === undefined)
    throw new Error(`this fleet has no ${kind} secret in that wave; play the scenario on another`);
  return secret;
}

const needs = ({ reasons }: RehearsalReport, beginning: string, otherwise: string): readonly string[] =>
  reasons.some((reason) => reason.includes(beginning)) ? [] : [otherwise];

function waveIs({ waves }: RehearsalReport, number: number, outcome: string): readonly string[] {
  const wave = waves.find((one) => one.number === number);
  return wave?.outcome === outcome ? [] : [`wave ${number} is ${wave?.outcome}, ${outcome} promised`];
}

/** In wave 2 the first tier's batch fails: no secret of a later tier may have been touched. */
const startedAfterFailure = ({ secrets }: RehearsalReport): boolean =>
  secrets.some(({ wave, tier, promotedAt }) => wave === 2 && tier !== 'low' && promotedAt !== undefined);

function withFalseClaim(answer: BatchAnswer): BatchAnswer {
  if (answer.kind !== 'turned') return answer;
  const [first, ...others] = answer.claims;
  if (first?.kind !== 'rotated') return answer;
  return { kind: 'turned', claims: [{ ...first, versionId: '00000000-0000-0000-0000-000000000000' }, ...others] };
}

/** What an insider would write into the archive who gets past its policy: another batch in the place of an approved one. */
function forge(cloud: Cloud, run: Run, waves: readonly (readonly ArmedSecret[])[]): Batch {
  const key = archiveKeys.wave(run, 1);
  const lines = (cloud.s3.text(cloud.archiveBucket, key) ?? '').split('\n');
  const [first = '{}', ...others] = lines;
  const batch = JSON.parse(first) as Batch;
  const planned = new Set(waves.flat().map(({ arn }) => arn));
  const path = cloud.settings.tiers.find(({ name }) => name === batch.tier)?.path ?? '';
  const secrets = batch.secrets.map((secret) => {
    const other =
      cloud.secretsManager.arns().find((arn) => arn.includes(`:secret:${path}`) && !planned.has(arn)) ?? secret.arn;
    planned.add(other);
    return { ...secret, arn: other, currentVersion: cloud.secretsManager.labels(other)['AWSCURRENT'] ?? '' };
  });
  const forged = { ...batch, secrets };
  cloud.s3.tamper(cloud.archiveBucket, key, [JSON.stringify(forged), ...others].join('\n'));
  return forged;
}
