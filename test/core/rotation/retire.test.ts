/*
 * Goal: the loop makes the very calls that the explored machine decides, and stops writing at its deadline.
 *
 * Method: a key service in memory, and the deployed retirer and prober over it; what goes wrong is one call of theirs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { proberFor } from '../../../adapters/probes/choose.ts';
import { retirerFor } from '../../../adapters/rotators/choose.ts';
import { instant } from '../../../core/instant.ts';
import { askPatiently } from '../../../core/patience.ts';
import type { OldCredential, Retirement, Run } from '../../../core/plan.ts';
import type { Answer, Pair, Retirer } from '../../../core/ports.ts';
import { type RetireGiven, retire } from '../../../core/rotation/retire.ts';
import type { RetirementEnd } from '../../../core/rotation/retiring.ts';
import type { Goal } from '../../../core/rotation/rotation.ts';
import { SecretValue } from '../../../core/secret-value.ts';
import type { RotatorSettings } from '../../../core/settings.ts';
import { KeyService } from '../../../rehearsal/targets/key-service.ts';
import { SimulatedNetwork } from '../../../rehearsal/targets/simulated.ts';

const host = 'keys.chromepay.example';
const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/a-AAAAAA';
const settings: RotatorSettings = { kind: 'http-api-key', strategy: 'overlap', allowedHosts: [host], validityDays: 90 };
const replacedAt = instant(Date.parse('2026-11-11T00:00:00Z'));

class World {
  now = instant(Date.parse('2026-11-10T00:00:00Z'));
  readonly calls: string[] = [];
  readonly keys = new KeyService(this.#clock(), () => `hunter2-${this.keys.keysOf('a').length}`);
  readonly values = new Map<string, SecretValue>();
  labels: Record<string, readonly string[]> = { old: ['AWSPREVIOUS'], later: ['AWSCURRENT', 'AWSPENDING'] };
  /** What the target says of the old credential, one question after the other, before it says what is so. */
  answersOfOld: Answer[] = [];
  /** What happens to a call, by its name. */
  readonly trouble = new Map<string, 'lost' | 'answerLost' | (() => void)>();

  constructor() {
    for (const version of ['old', 'later']) this.values.set(version, this.#issue(version));
  }

  #issue(version: string): SecretValue {
    return new SecretValue(JSON.stringify({ host, client: 'a', ...this.keys.issue('a', version) }));
  }

  #clock() {
    const sleep = async (milliseconds: number) => {
      this.now = instant(this.now + milliseconds);
    };
    return { now: () => this.now, sleep };
  }

  get standing() {
    return Object.fromEntries(this.keys.keysOf('a').map(({ label, status }) => [label, status]));
  }

  async use(version: string): Promise<void> {
    await this.#prober().ask(this.values.get(version) as SecretValue);
  }

  #tools() {
    const network = new SimulatedNetwork();
    network.openHttp(host, this.keys.target);
    return { network, clock: this.#clock() };
  }

  #prober = () => proberFor({ kind: 'http' }, settings, 'low', this.#tools());

  async #call<T>(name: string, make: () => Promise<T>): Promise<T> {
    this.calls.push(name);
    const trouble = this.trouble.get(name);
    this.trouble.delete(name);
    if (typeof trouble === 'function') trouble();
    if (trouble === 'lost') throw new Error('lost');
    const answer = await make();
    if (trouble === 'answerLost') throw new Error('lost');
    return answer;
  }

  retire(goal: Goal, retirement: Retirement, deadline = instant(this.now + 240_000)): Promise<RetirementEnd> {
    const old: OldCredential = {
      version: 'old',
      retirement,
      replacedBy: 'run-1' as Run,
      replacedAt,
      unusedSince: instant(replacedAt + 7 * 86_400_000),
    };
    const retirer = retirerFor(settings, 'low', this.#tools()) as Retirer;
    const named = (name: 'deactivate' | 'reactivate' | 'remove') => (pair: Pair) =>
      this.#call(name, () => retirer[name](pair));
    const prober = this.#prober();
    const vault: RetireGiven['vault'] = {
      describe: () =>
        this.#call('look', async () => ({
          ...{ arn, name: 'prod/low/a', tags: [], versions: this.labels, rotationEnabled: false },
          ...{ rotationFunction: undefined, nextRotation: 'never' as const },
          ...{ owningService: undefined, managedType: undefined, primaryRegion: undefined, deletedAt: undefined },
        })),
      read: (_, version) => this.#call(`read ${version}`, async () => this.values.get(version)),
    };
    return retire({
      goal,
      secret: { arn, currentVersion: 'later' },
      old,
      vault,
      retirer: {
        compare: retirer.compare,
        ask: (pair) => this.#call('ask standing', () => retirer.ask(pair)),
        deactivate: named('deactivate'),
        reactivate: named('reactivate'),
        remove: named('remove'),
      },
      ask: askPatiently(this.#clock()),
      prober: {
        ask: (value) =>
          value === this.values.get('old')
            ? this.#call('ask old', async () => this.answersOfOld.shift() ?? (await prober.ask(value)))
            : this.#call('ask current', () => prober.ask(value)),
      },
      clock: this.#clock(),
      deadline,
    });
  }
}

describe('S7: an old credential', () => {
  it('is deactivated once AWSCURRENT is proved to work and the target knows of no use, and is then seen rejected', async () => {
    const world = new World();
    assert.deepEqual(await world.retire('rotate', 'deactivate'), { kind: 'done', touched: true });
    assert.deepEqual(world.standing, { old: 'inactive', later: 'active' });
    const before = world.calls.slice(0, world.calls.indexOf('deactivate'));
    assert.deepEqual(before, ['look', 'read old', 'read later', 'ask standing', 'ask current', 'look', 'ask standing']);
    assert.equal(world.calls.indexOf('ask old') > world.calls.indexOf('deactivate'), true);
  });

  it('is deleted only when it is inactive, and seen rejected before', async () => {
    const world = new World();
    await world.retire('rotate', 'deactivate');
    world.calls.length = 0;
    assert.deepEqual(await world.retire('rotate', 'delete'), { kind: 'done', touched: true });
    assert.deepEqual(world.standing, { later: 'active' });
    assert(world.calls.indexOf('ask old') < world.calls.indexOf('remove'));
  });

  it('is not deleted when somebody reactivated it', async () => {
    const world = new World();
    assert.deepEqual(await world.retire('rotate', 'delete'), { kind: 'held', reason: 'activeAgain', untouched: false });
    assert.deepEqual(world.standing, { old: 'active', later: 'active' });
  });

  it('stays when it was used at the very moment from which it had to be unused, and goes when it was before', async () => {
    for (const [at, end] of [
      ['2026-11-18T00:00:00.000Z', { kind: 'held', reason: 'stillUsed', untouched: true }],
      ['2026-11-17T23:59:59.999Z', { kind: 'done', touched: true }],
    ] as const) {
      const world = new World();
      world.now = instant(Date.parse(at));
      await world.use('old');
      world.now = instant(Date.parse('2026-11-25T00:00:00Z'));
      assert.deepEqual(await world.retire('rotate', 'deactivate'), end);
    }
  });

  it('stays when AWSCURRENT was moved back to it in the last moment', async () => {
    const world = new World();
    world.trouble.set('ask current', () => {
      world.labels = { old: ['AWSCURRENT'], later: ['AWSPREVIOUS'] };
    });
    assert.deepEqual(await world.retire('rotate', 'deactivate'), {
      kind: 'held',
      reason: 'oldIsCurrent',
      untouched: true,
    });
    assert.deepEqual(world.standing, { old: 'active', later: 'active' });
  });

  it('stays while its secret is being rotated', async () => {
    const world = new World();
    world.labels = { old: ['AWSPREVIOUS'], later: ['AWSCURRENT'], next: ['AWSPENDING'] };
    assert.deepEqual(await world.retire('rotate', 'deactivate'), { kind: 'held', reason: 'inFlight', untouched: true });
  });

  it('stays when both versions hold it', async () => {
    const world = new World();
    world.values.set('old', world.values.get('later') as SecretValue);
    const { reason } = (await world.retire('rotate', 'deactivate')) as { reason: string };
    assert.equal(reason, 'sameCredential');
    assert.deepEqual(world.standing, { old: 'active', later: 'active' });
  });

  it('stays when its version, or the one that is AWSCURRENT, is not there any more', async () => {
    for (const version of ['old', 'later']) {
      const world = new World();
      world.values.delete(version);
      const end = await world.retire('rotate', 'deactivate');
      assert.deepEqual(end, { kind: 'held', reason: 'oldUnreadable', untouched: false });
    }
  });

  it('stays when AWSCURRENT is on a version that the plan does not know', async () => {
    const world = new World();
    world.labels = { old: [], later: ['AWSPREVIOUS'], newer: ['AWSCURRENT'] };
    const end = await world.retire('rotate', 'deactivate');
    assert.deepEqual(end, { kind: 'held', reason: 'currentMoved', untouched: true });
  });

  it('goes when nothing carries AWSPENDING', async () => {
    const world = new World();
    world.labels = { old: ['AWSPREVIOUS'], later: ['AWSCURRENT'] };
    assert.deepEqual(await world.retire('rotate', 'deactivate'), { kind: 'done', touched: true });
  });

  it('is asked about for seven seconds, where a target may only not know yet that it works, or that it does not', async () => {
    const there = new World();
    there.answersOfOld = ['accepted', 'unknown', 'rejected'];
    assert.deepEqual(await there.retire('rotate', 'deactivate'), { kind: 'done', touched: true });
    const asked = ({ calls }: World) => calls.filter((call) => call === 'ask old').length;
    assert.deepEqual([there.answersOfOld, asked(there)], [[], 3]);
    const back = new World();
    await back.retire('rotate', 'deactivate');
    back.calls.length = 0;
    back.answersOfOld = ['rejected', 'unknown', 'accepted'];
    assert.deepEqual(await back.retire('roll back', 'deactivate'), { kind: 'done', touched: true });
    assert.deepEqual([back.answersOfOld, asked(back)], [[], 3]);
  });

  it('is brought back, whatever was lost on the way, and wherever AWSCURRENT is by then', async () => {
    for (const lost of ['lost', 'answerLost'] as const) {
      const world = new World();
      world.trouble.set('deactivate', lost);
      await world.retire('rotate', 'deactivate');
      world.labels = { old: ['AWSPREVIOUS'], later: [], other: ['AWSCURRENT'] };
      world.trouble.set('reactivate', lost);
      assert.deepEqual(await world.retire('roll back', 'deactivate'), { kind: 'done', touched: true });
      assert.deepEqual(world.standing, { old: 'active', later: 'active' });
    }
  });

  it('that is gone cannot come back: people are called', async () => {
    const world = new World();
    await world.retire('rotate', 'deactivate');
    await world.retire('rotate', 'delete');
    const end = await world.retire('roll back', 'delete');
    assert.deepEqual(end, { kind: 'held', reason: 'gone', untouched: false });
  });
});

describe('S11: retiring', () => {
  it('twice is retiring once', async () => {
    const world = new World();
    await world.retire('rotate', 'deactivate');
    assert.deepEqual(await world.retire('rotate', 'deactivate'), { kind: 'done', touched: false });
  });

  it('writes nothing from its deadline on', async () => {
    const world = new World();
    const end = await world.retire('rotate', 'deactivate', world.now);
    assert.deepEqual(end, { kind: 'held', reason: 'deadline', untouched: false });
    assert.deepEqual([world.calls, world.standing['old']], [[], 'active']);
  });

  it('gives up when a call fails again and again', async () => {
    const world = new World();
    const fail = () => {
      world.trouble.set('deactivate', fail);
      throw new Error('lost');
    };
    world.trouble.set('deactivate', fail);
    assert.deepEqual(await world.retire('rotate', 'deactivate'), { kind: 'held', reason: 'stuck', untouched: false });
    assert.equal(world.calls.filter((call) => call === 'deactivate').length, 3);
  });
});
