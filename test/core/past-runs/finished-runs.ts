import assert from 'node:assert/strict';

import { sha256 } from '../../../adapters/sha256.ts';
import { canonicalJson } from '../../../core/canonical.ts';
import { NotInArchiveError } from '../../../core/errors.ts';
import type { Instant } from '../../../core/instant.ts';
import type { FinishedRun } from '../../../core/past-runs/history.ts';
import type { Batch, PlannedSecret, Run } from '../../../core/plan.ts';
import type { Archive } from '../../../core/ports.ts';
import { answerWith, decisionOf } from '../../decisions.ts';

/** The archive of runs that have ended, each approved by one person. What is altered in it is for a test to say. */
export class Documents implements Archive {
  readonly texts = new Map<string, string>();
  readonly history: FinishedRun[] = [];

  deposit = async () => assert.fail('nothing is deposited here');

  async fetch(key: string): Promise<string> {
    const text = this.texts.get(key);
    if (text === undefined) throw new NotInArchiveError(key);
    return text;
  }

  /** A run of one wave, with each secret in a batch of its own. */
  add(
    run: Run,
    mode: 'rotate' | 'restore' | 'retire',
    secret: PlannedSecret,
    kind: string,
    endedAt: Instant,
    ...others: readonly (readonly [PlannedSecret, string])[]
  ): this {
    const all = [[secret, kind] as const, ...others];
    const lines = all.map(([one], index) => {
      const batch: Batch = { run, wave: 1, index, tier: one.tier, secrets: [one] };
      return canonicalJson(batch);
    });
    const batches = lines.map((line) => ({ tier: 'low', secrets: 1, hash: sha256(line) }));
    const waves = [{ number: 1, tiers: ['low'], secrets: all.length, batches }];
    const plan = canonicalJson({ run, mode, waves });
    const answer = answerWith({ run, digest: sha256(plan) });
    this.texts.set(`runs/${run}/plan.json`, plan);
    this.texts.set(`runs/${run}/waves/1.jsonl`, lines.join('\n'));
    this.texts.set(`runs/${run}/decision.json`, JSON.stringify(decisionOf(answer)));
    this.texts.set(
      `runs/${run}/report.json`,
      JSON.stringify({ run, mode, endedAt, secrets: all.map(([{ arn }, became]) => ({ arn, kind: became })) }),
    );
    const done = all.filter(([, became]) => ['rotated', 'deactivated', 'deleted'].includes(became)).length;
    this.history.push({ run, mode, outcome: 'completed', endedAt, selected: all.length, rotated: done, rotators: [] });
    return this;
  }
}
