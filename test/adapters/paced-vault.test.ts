import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PacedVault } from '../../adapters/paced-vault.ts';
import { instant } from '../../core/instant.ts';
import { millisecondsPerWrite } from '../../core/limits/pace.ts';
import type { Vault } from '../../core/ports.ts';
import { SecretValue } from '../../core/secret-value.ts';

const value = new SecretValue('value');

/** A vault whose calls take as many milliseconds as they are told, and when each was made. */
function paced(perWrite: number, takes = 0) {
  let now = 0;
  const made: (readonly [string, number])[] = [];
  const call = (name: string, answer: unknown) => async () => {
    made.push([name, now]);
    now += takes;
    return answer;
  };
  const vault = {
    describe: call('describe', 'entry'),
    read: call('read', value),
    readMaster: call('readMaster', value),
    readCurrent: call('readCurrent', new Map()),
    stage: call('stage', undefined),
    moveCurrent: call('moveCurrent', undefined),
    dropPending: call('dropPending', undefined),
  } as unknown as Vault;
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
  };
  return { vault: new PacedVault(vault, { now: () => instant(now), sleep }, perWrite), made };
}

/** Writes what one rotation does. */
async function rotate(vault: Vault): Promise<void> {
  await vault.stage('arn', 'v-new', value);
  await vault.moveCurrent('arn', { from: 'v-old', to: 'v-new' });
  await vault.dropPending('arn', 'v-new');
}

describe('writes to Secrets Manager', () => {
  it('are no more in all than is our share of the quota, whoever is at work beside', () => {
    assert.equal(millisecondsPerWrite({ concurrency: 1, writesPerSecond: 10 }), 100);
    assert.equal(millisecondsPerWrite({ concurrency: 4, writesPerSecond: 10 }), 400);
    assert.equal(millisecondsPerWrite({ concurrency: 1, writesPerSecond: 3 }), 334);
  });

  it('wait before a version is added and before AWSPENDING is dropped; what clients read never waits (S5)', async () => {
    const { vault, made } = paced(100);
    await rotate(vault);
    await rotate(vault);
    assert.deepEqual(made, [
      ['stage', 0],
      ['moveCurrent', 0],
      ['dropPending', 200],
      ['stage', 300],
      ['moveCurrent', 300],
      ['dropPending', 500],
    ]);
  });

  it('do not wait when all else takes longer than their share, nor save anything up for later', async () => {
    const { vault, made } = paced(100, 1_000);
    await rotate(vault);
    await vault.read('arn', 'v-old');
    await rotate(vault);
    assert.deepEqual(
      made.map(([, at]) => at),
      [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000],
    );
  });

  it('count when they fail: a request that was turned away is one', async () => {
    const { vault, made } = paced(100);
    const failing = new PacedVault(
      { ...vault, stage: async () => Promise.reject(new Error('throttled')) } as Vault,
      { now: () => instant(0), sleep: async (milliseconds) => void made.push(['slept', milliseconds]) },
      100,
    );
    await assert.rejects(failing.stage('arn', 'v-new', value), /throttled/);
    await assert.rejects(failing.stage('arn', 'v-new', value), /throttled/);
    assert.deepEqual(made, [['slept', 100]]);
  });

  it('leave what is read as it is', async () => {
    const { vault, made } = paced(100);
    assert.equal(await vault.describe('arn'), 'entry');
    assert.equal(await vault.read('arn', 'v-old'), value);
    assert.equal(await vault.readMaster('arn'), value);
    assert.equal((await vault.readCurrent(['arn'])).size, 0);
    assert.deepEqual(
      made.map(([name, at]) => [name, at]),
      [
        ['describe', 0],
        ['read', 0],
        ['readMaster', 0],
        ['readCurrent', 0],
      ],
    );
  });
});
