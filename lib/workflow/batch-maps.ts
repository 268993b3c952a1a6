import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { DistributedMap, Fail, type IChainable, S3JsonLItemReader } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

import type { Tier } from '../tier.ts';
import { unlessRedriven } from './redrive.ts';
import { serviceFault, turnedAway, unread, untilBack } from './retries.ts';
import { callTier } from './tasks.ts';

export interface BatchMapsProps {
  readonly archive: Bucket;
  readonly tiers: ReadonlyMap<string, Tier>;
  /** Batches under way at the same time. */
  readonly concurrency: number;
}

/** Everything that is done batch by batch. One line of a file in the archive is one batch, and one child execution. */
export interface BatchMaps {
  readonly preflight: DistributedMap;
  readonly rotateWave: DistributedMap;
  readonly probeWave: DistributedMap;
  readonly rollBackWave: DistributedMap;
}

const name = unlessRedriven('$states.context.Execution.Name');
const run = `{% ${name} %}`;

/** Children know nothing of the run but what they are given. */
const given = (of: string) => ({ run: of, batch: '{% $states.context.Map.Item.Value %}' });
const batch = { run: '{% $states.input.run %}', batch: `{% ${unlessRedriven('$states.input.batch')} %}` };

const draftedBatches = '{% $states.input.preflightKey %}';
const batchesOfWave = `{% 'runs/' & ${name} & '/waves/' & $string($wave) & '.jsonl' %}`;

/** A failure travels on as data: an execution that fails would take the batches beside it down, mid-write. */
const failure = "{% $merge([$states.input, { 'answer': { 'kind': 'failed', 'error': $states.errorOutput.Error } }]) %}";
const withAnswer = "{% $merge([$states.input, { 'answer': $states.result.Payload }]) %}";

/**
 * Nothing but `true` counts as sound. A batch has ended unless its function's answer is missing, and never was sound then: it says
 * one of the two, since all that the batches of a wave say must keep within 256 KiB, or no catch takes what becomes of the run.
 */
const verdictOfBatch =
  "{% $states.result.Payload.sound = true ? {'sound': true} : {'ended': $states.input.answer.kind != 'failed'} %}";
const verdictOfWave = {
  sound: '{% $count($states.result) > 0 and $count($states.result[sound = true]) = $count($states.result) %}',
  ended: '{% $count($states.result[sound = true or ended = true]) = $count($states.result) %}',
};

export function batchMaps(scope: Construct, props: BatchMapsProps): BatchMaps {
  const rotate = new Map([...props.tiers].map(([name, { rotateBatch }]) => [name, rotateBatch]));
  const probe = new Map([...props.tiers].map(([name, { probeBatch }]) => [name, probeBatch]));
  const output = {};

  const preflight = callTier(scope, 'Probe candidates', {
    steps: probe,
    event: { phase: 'preflight', ...batch },
    output,
    retry: serviceFault,
  });

  const rotateBatch = callTier(scope, 'Rotate batch', {
    steps: rotate,
    event: { goal: 'rotate', batch: batch.batch },
    output: withAnswer,
    retry: turnedAway,
    onFailure: { next: 'Probe batch', output: failure },
  });
  const probeBatch = callTier(scope, 'Probe batch', {
    steps: probe,
    event: { phase: 'rotated', ...batch, answer: '{% $states.input.answer %}' },
    output: verdictOfBatch,
    retry: serviceFault,
  });
  const lost = new Fail(scope, 'Batch lost', {
    error: 'BatchLost',
    cause: 'What the batch did is unknown, and the go-ahead of its run may not be withdrawn',
  });

  return {
    preflight: overBatches(scope, 'Preflight', props, { key: draftedBatches, each: preflight, output }),
    rotateWave: overBatches(scope, 'Rotate wave', props, {
      key: batchesOfWave,
      each: rotateBatch.next(probeBatch.addCatch(lost)),
      output: verdictOfWave,
    }),
    probeWave: lookMap(scope, props, { name: 'Probe wave', phase: 'baked', key: batchesOfWave, run }),
    rollBackWave: wayBackMap(scope, props, { name: 'Roll back wave', phase: 'rolledBack', key: batchesOfWave, run }),
  };
}

interface OfWave<Phase> {
  readonly name: string;
  readonly phase: Phase;
  /** The file of the wave's batches. */
  readonly key: string;
  readonly run: string;
}

/** All batches of one wave are looked at, by the principal that did not rotate them. */
export function lookMap(
  scope: Construct,
  props: BatchMapsProps,
  { name, phase, ...wave }: OfWave<'baked' | 'verified'>,
): DistributedMap {
  const output = {};
  const each = callTier(scope, `Probe ${phase}`, {
    steps: new Map([...props.tiers].map(([tier, { probeBatch }]) => [tier, probeBatch])),
    event: { phase, ...batch },
    output,
    retry: serviceFault,
  });
  return overBatches(scope, name, props, { ...wave, each, output });
}

/** All batches of one wave go back, and another principal looks whether they are there. */
export function wayBackMap(
  scope: Construct,
  props: BatchMapsProps,
  { name, phase, ...wave }: OfWave<'rolledBack' | 'recovered'>,
): DistributedMap {
  const output = {};
  const rollBackBatch = callTier(scope, 'Roll back batch', {
    steps: new Map([...props.tiers].map(([tier, { rotateBatch }]) => [tier, rotateBatch])),
    event: { goal: 'roll back', batch: batch.batch },
    output: withAnswer,
    retry: untilBack,
    onFailure: { next: 'Probe rolled back', output: failure },
  });
  const probeRolledBack = callTier(scope, 'Probe rolled back', {
    steps: new Map([...props.tiers].map(([tier, { probeBatch }]) => [tier, probeBatch])),
    event: { phase, ...batch, answer: '{% $states.input.answer %}' },
    output,
    retry: untilBack,
  });
  return overBatches(scope, name, props, {
    ...wave,
    each: rollBackBatch.next(probeRolledBack),
    output,
    // One batch that cannot go back must not keep the others from it.
    toleratedFailurePercentage: 100,
  });
}

interface OverBatches {
  readonly key: string;
  /** Whose batches they are, when not the execution's own. */
  readonly run?: string;
  readonly each: IChainable;
  readonly output: unknown;
  readonly toleratedFailurePercentage?: number;
}

function overBatches(
  scope: Construct,
  name: string,
  { archive, concurrency }: BatchMapsProps,
  { key, run: of = run, each, output, ...tolerance }: OverBatches,
): DistributedMap {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`'${name}' would run without a limit (concurrency is ${concurrency}); set it to 1 or more`);
  }
  const map = DistributedMap.jsonata(scope, name, {
    // CDK's interface says of an optional property what its class does not: the bucket is one all the same.
    itemReader: new S3JsonLItemReader({ bucket: archive as IBucket, key }),
    itemSelector: given(of),
    maxConcurrency: concurrency,
    label: name.replace(/ (.)/g, (_, letter: string) => letter.toUpperCase()),
    outputs: output,
    ...tolerance,
  });
  map.addRetry(unread);
  return map.itemProcessor(each);
}
