/*
 * Goal: a seal is genuine only for the key and the message it was made with.
 *
 * Method: seals made and checked as the SDK would, each input then changed in turn.
 */
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import type { GenerateMacResponse, GetPublicKeyResponse, SignResponse } from '@aws-sdk/client-kms';
import { KmsReplica } from '../../../rehearsal/aws/kms.ts';
import { account, Caller, region } from '../bench.ts';

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

describe('a signature', () => {
  function signing(seed = 'seed') {
    const replica = new KmsReplica({ account, region, seed });
    const KeyId = replica.createKey('s1', { usage: 'SIGN_VERIFY' });
    const input = { KeyId, SigningAlgorithm: 'ECDSA_SHA_256', Message: Uint8Array.from(Buffer.from('manifest')) };
    const call = <T>(operation: string, change: object = {}, caller = new Caller()) =>
      replica.call(operation, { ...input, ...change } as never, caller) as T;
    const sign = (change: object = {}, caller?: Caller) =>
      call<SignResponse>('Sign', change, caller).Signature ?? assert.fail('there is no signature');
    return { replica, KeyId, call, sign };
  }

  it('is DER, and genuine for its message and key, to KMS and to whoever has the public half', () => {
    const { call, sign, KeyId } = signing();
    const Signature = sign();
    assert.equal(Signature[0], 0x30);
    assert.deepEqual(call('Verify', { Signature }), {
      KeyId,
      SignatureValid: true,
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    const { PublicKey = new Uint8Array(), KeySpec } = call<GetPublicKeyResponse>('GetPublicKey');
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    assert.deepEqual([KeySpec, key.asymmetricKeyDetails?.namedCurve], ['ECC_NIST_P256', 'prime256v1']);
    assert.ok(verify('sha256', Buffer.from('manifest'), key, Signature));
  });

  it('is not for another message or key, nor when a bit of it is different', () => {
    const { replica, call, sign } = signing();
    const Signature = sign();
    const other = replica.createKey('s2', { usage: 'SIGN_VERIFY' });
    const flipped = Uint8Array.from(Signature);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const wrong = { name: 'KMSInvalidSignatureException' };
    assert.throws(() => call('Verify', { Signature, Message: Uint8Array.of(1) }), wrong);
    assert.throws(() => call('Verify', { Signature, KeyId: other }), wrong);
    assert.throws(() => call('Verify', { Signature: flipped }), wrong);
    assert.throws(() => call('Verify', { Signature: new Uint8Array() }), wrong);
  });

  it('is of the same key for the same seed, and of another for another', () => {
    const publicKey = (seed: string) => signing(seed).call<GetPublicKeyResponse>('GetPublicKey').PublicKey;
    assert.deepEqual(publicKey('seed'), publicKey('seed'));
    assert.notDeepEqual(publicKey('seed'), publicKey('other'));
  });

  it('is made of 1 to 4,096 bytes, by one algorithm, with a key for it', () => {
    const { replica, sign } = signing();
    for (const length of [1, 4_096]) sign({ Message: new Uint8Array(length) });
    for (const length of [0, 4_097]) {
      assert.throws(() => sign({ Message: new Uint8Array(length) }), { name: 'ValidationException' });
    }
    assert.throws(() => sign({ SigningAlgorithm: undefined }), { name: 'ValidationException' });
    assert.throws(() => sign({ SigningAlgorithm: 'ECDSA_SHA_384' }), { name: 'InvalidKeyUsageException' });
    const KeyId = replica.createKey('m1', { usage: 'GENERATE_VERIFY_MAC' });
    assert.throws(() => sign({ KeyId }), { name: 'InvalidKeyUsageException' });
  });

  it('is asked for with its algorithm, and by who may sign, not who may check', () => {
    const { sign, call, KeyId } = signing();
    const checker = new Caller('kms:Sign');
    assert.throws(() => sign({}, checker), { name: 'AccessDeniedException' });
    call('GetPublicKey', {}, checker);
    assert.deepEqual(checker.asked, [
      {
        action: 'kms:Sign',
        resource: KeyId,
        conditions: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW' },
      },
      { action: 'kms:GetPublicKey', resource: KeyId, conditions: {} },
    ]);
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
