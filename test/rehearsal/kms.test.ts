/*
 * Goal: a seal is genuine only for the key and the message it was made with.
 *
 * Method: seals made and checked as the SDK would, each input then changed in turn.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GenerateMacResponse } from '@aws-sdk/client-kms';
import { KmsReplica } from '../../rehearsal/kms.ts';
import { account, Caller, region } from './bench.ts';

function bench(seed = 'seed') {
  const replica = new KmsReplica({ account, region, seed });
  const KeyId = replica.createKey('k1', { usage: 'GENERATE_VERIFY_MAC', alias: 'alias/seal' });
  const input = { KeyId, MacAlgorithm: 'HMAC_SHA_256', Message: Uint8Array.from(Buffer.from('plan')) };
  const anybody = new Caller();
  const generate = (change: object = {}, caller = anybody) =>
    replica.call('GenerateMac', { ...input, ...change } as never, caller) as GenerateMacResponse;
  const verify = (change: object = {}, caller = anybody) =>
    replica.call('VerifyMac', { ...input, ...change } as never, caller);
  return { replica, KeyId, generate, verify };
}

describe('a MAC', () => {
  it('is genuine for its message and key', () => {
    const { generate, verify, KeyId } = bench();
    const { Mac, KeyId: told } = generate();
    assert.equal(Mac?.byteLength, 32);
    assert.equal(told, KeyId);
    assert.deepEqual(verify({ Mac }), { KeyId, MacValid: true, MacAlgorithm: 'HMAC_SHA_256' });
  });

  it('is not for another message or key, nor when a bit or a byte of it is different', () => {
    const { replica, generate, verify } = bench();
    const Mac = generate().Mac ?? new Uint8Array();
    const other = replica.createKey('k2', { usage: 'GENERATE_VERIFY_MAC' });
    const flipped = Uint8Array.from(Mac);
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    const wrong = { name: 'KMSInvalidMacException' };
    assert.throws(() => verify({ Mac, Message: Uint8Array.of(1) }), wrong);
    assert.throws(() => verify({ Mac, KeyId: other }), wrong);
    assert.throws(() => verify({ Mac: flipped }), wrong);
    assert.throws(() => verify({ Mac: Mac.subarray(1) }), wrong);
  });

  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(bench().generate().Mac, bench().generate().Mac);
    assert.notDeepEqual(bench('other').generate().Mac, bench().generate().Mac);
  });

  it('is made of 1 to 4,096 bytes', () => {
    const { generate } = bench();
    for (const length of [1, 4_096]) generate({ Message: new Uint8Array(length) });
    for (const length of [0, 4_097]) {
      assert.throws(() => generate({ Message: new Uint8Array(length) }), { name: 'ValidationException' });
    }
  });
});

describe('a key', () => {
  it('is found by id, ARN, alias and ARN of its alias', () => {
    const { generate, KeyId } = bench();
    for (const name of ['k1', KeyId, 'alias/seal', `arn:aws:kms:${region}:${account}:alias/seal`]) {
      assert.equal(generate({ KeyId: name }).KeyId, KeyId);
    }
    for (const name of ['k3', 'alias/other']) {
      assert.throws(() => generate({ KeyId: name }), { name: 'NotFoundException' });
    }
  });

  it('for another use makes no MAC', () => {
    const { replica, generate } = bench();
    const KeyId = replica.createKey('k2', { usage: 'ENCRYPT_DECRYPT' });
    assert.throws(() => generate({ KeyId }), { name: 'InvalidKeyUsageException' });
  });

  it('knows one algorithm', () => {
    assert.throws(() => bench().generate({ MacAlgorithm: 'HMAC_SHA_512' }), { name: 'InvalidKeyUsageException' });
  });

  it('that is disabled does nothing', () => {
    const { replica, generate, KeyId } = bench();
    replica.disable(KeyId);
    assert.throws(() => generate(), { name: 'DisabledException' });
  });
});

describe('permission', () => {
  it('to make and to check are two, both on the ARN of the key and with the algorithm', () => {
    const { generate, verify, KeyId } = bench();
    const checker = new Caller('kms:GenerateMac');
    const { Mac } = generate();
    assert.throws(() => generate({ KeyId: 'alias/seal' }, checker), { name: 'AccessDeniedException' });
    verify({ Mac }, checker);
    const conditions = { 'kms:MacAlgorithm': 'HMAC_SHA_256' };
    assert.deepEqual(checker.asked, [
      {
        action: 'kms:GenerateMac',
        resource: KeyId,
        conditions: { ...conditions, 'kms:RequestAlias': 'alias/seal' },
      },
      { action: 'kms:VerifyMac', resource: KeyId, conditions },
    ]);
  });
});
