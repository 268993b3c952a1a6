import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { GenerateMacCommand, KMSClient, KMSInvalidMacException, VerifyMacCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';

import { KmsSealChecker, KmsSealer } from '../../adapters/kms-seal.ts';

const kms = mockClient(KMSClient);
const client = new KMSClient({ region: 'us-east-1' });
const sealer = new KmsSealer(client, 'seal-key');
const checker = new KmsSealChecker(client, 'seal-key');

const mac = new Uint8Array(32).fill(7);
const seal = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=';
const message = new TextEncoder().encode('approved');

beforeEach(() => kms.reset());

describe('the seal by KMS', () => {
  it('is the HMAC of the message, in base64', async () => {
    kms.on(GenerateMacCommand).resolves({ Mac: mac });

    assert.equal(await sealer.seal('approved'), seal);
    assert.deepEqual(kms.commandCalls(GenerateMacCommand)[0]?.args[0].input, {
      KeyId: 'seal-key',
      MacAlgorithm: 'HMAC_SHA_256',
      Message: message,
    });
  });

  it('is not made over more than KMS takes, and is over just so much', async () => {
    kms.on(GenerateMacCommand).resolves({ Mac: mac });

    await assert.rejects(sealer.seal('é'.repeat(2_049)), /at most 4096 bytes, got 4098/);
    assert.equal(await sealer.seal('é'.repeat(2_048)), seal);
    assert.equal(kms.commandCalls(GenerateMacCommand).length, 1);
  });

  it('is genuine when KMS says so', async () => {
    kms.on(VerifyMacCommand).resolves({ MacValid: true });

    assert.equal(await checker.isGenuine('approved', seal), true);
    const { Mac, ...input } = kms.commandCalls(VerifyMacCommand)[0]?.args[0].input ?? {};
    assert.deepEqual(input, { KeyId: 'seal-key', MacAlgorithm: 'HMAC_SHA_256', Message: message });
    assert.deepEqual(Uint8Array.from(Mac ?? []), mac);
  });

  it('is not genuine when KMS says that it is invalid, or does not say', async () => {
    kms.on(VerifyMacCommand).rejects(new KMSInvalidMacException({ message: 'no', $metadata: {} }));
    assert.equal(await checker.isGenuine('approved', seal), false);
    kms.on(VerifyMacCommand).resolves({});
    assert.equal(await checker.isGenuine('approved', seal), false);
  });

  it('is not genuine when it never could have been made', async () => {
    for (const [text, made] of [
      ['approved', ''],
      ['approved', '!!!'],
      ['approved', 'A'.repeat(64)],
      ['x'.repeat(4_097), seal],
    ] as const) {
      assert.equal(await checker.isGenuine(text, made), false);
    }
    assert.equal(kms.calls().length, 0);
  });

  it('is neither genuine nor broken when it cannot be checked', async () => {
    kms.on(VerifyMacCommand).rejects(Object.assign(new Error('denied'), { name: 'AccessDeniedException' }));
    await assert.rejects(checker.isGenuine('approved', seal), { name: 'AccessDeniedException' });
  });
});
