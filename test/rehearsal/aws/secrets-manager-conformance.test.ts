/*
 * Goal: where others recorded what AWS answered, the replica answers the same.
 *
 * Method: the scripts and their matcher stand beside the project, not in it. Each script runs in a fresh account. What
 * an SDK does on the way (it fills in tokens, and turns base64 into bytes) is done here, unless the script was raw.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { type CallContext, ServiceError } from '../../../rehearsal/account/replica.ts';
import { type RotationFunction, SecretsManagerReplica } from '../../../rehearsal/aws/secrets-manager.ts';

interface Step {
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly raw?: boolean;
}

interface Script {
  readonly id: string;
  readonly steps: readonly Step[];
}

interface Matcher {
  smDefaults(): object;
  matchStep(step: Step, result: object, state: object): string[];
  resolve(args: unknown, state: object): Record<string, unknown>;
}

const folder = new URL('../../../../shared/conformance/', import.meta.url);
const scripts = new URL('secrets-manager.json', folder);
const skip = existsSync(scripts) ? false : 'the conformance scripts do not stand beside this project';

const anybody: CallContext = {
  principal: 'arn:aws:iam::111111111111:role/anybody',
  require: () => {},
  allows: () => true,
};
const tokenised = new Set(['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'RotateSecret']);

describe('Secrets Manager, where AWS was recorded', { skip }, async () => {
  if (skip) return;
  const matcher: Matcher = await import(new URL('match.mjs', folder).href);
  const { cases }: { cases: readonly Script[] } = JSON.parse(readFileSync(scripts, 'utf8'));

  for (const { id, steps } of cases) {
    it(`answers ${id} as AWS does`, () => {
      const account = new Account();
      const state = { opts: matcher.smDefaults(), responses: [] as unknown[] };
      steps.forEach((step, index) => {
        const args = matcher.resolve(step.args, state);
        const result = account.answer({ ...step, args });
        assert.deepEqual(matcher.matchStep(step, result, state), [], `step ${index}, ${step.op}`);
        state.responses.push('response' in result ? result.response : undefined);
      });
    });
  }
});

class Account {
  #now = instant(Date.UTC(2026, 10, 18, 12));
  #tokens = 0;
  #chance = 0;

  readonly #replica = new SecretsManagerReplica({
    clock: { now: () => this.#now },
    random: () => {
      this.#chance = (this.#chance + 0.618_033_988_749_895) % 1;
      return this.#chance;
    },
    account: '111111111111',
    region: 'us-east-1',
    rotationFunction: () => this.#rotate,
  });

  answer({ op, args, raw = false }: Step): { response: unknown } | { error: { code: string; message: string } } {
    this.#now = instant(this.#now + 1_000);
    const token = tokenised.has(op) && !raw ? { ClientRequestToken: this.#token() } : {};
    try {
      const response = this.#replica.call(op, { ...token, ...fromWire(args) } as never, anybody);
      return { response: toWire(response, raw) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { error: { code: error.name, message: error.message } };
    }
  }

  #token(): string {
    this.#tokens += 1;
    return `00000000-0000-4000-8000-${String(this.#tokens).padStart(12, '0')}`;
  }

  /** The rotation function that AWS's own templates describe, without a target. */
  readonly #rotate: RotationFunction = ({ Step, SecretId, ClientRequestToken }) => {
    const call = (operation: string, input: object) =>
      this.#replica.call(operation, { SecretId, ...input } as never, anybody);
    if (Step === 'createSecret') {
      call('PutSecretValue', { ClientRequestToken, SecretString: 'rotated', VersionStages: ['AWSPENDING'] });
    }
    if (Step === 'finishSecret') {
      call('UpdateSecretVersionStage', {
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: ClientRequestToken,
        RemoveFromVersionId: this.#replica.labels(SecretId)['AWSCURRENT'],
      });
    }
  };
}

/** `{$base64: …}` in the arguments of a script stands for bytes. */
function fromWire(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, isBase64(value) ? decode(value) : value]));
}

const isBase64 = (value: unknown): value is { $base64: string } =>
  typeof value === 'object' && value !== null && '$base64' in value;

const decode = ({ $base64 }: { $base64: string }) => Uint8Array.from(Buffer.from($base64, 'base64'));

function toWire(value: unknown, raw: boolean): unknown {
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString('base64');
    return raw ? text : { $base64: text };
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => toWire(item, raw));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toWire(item, raw)]));
}
