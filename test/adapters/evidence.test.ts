import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

import { KmsSigner } from '../../adapters/kms-signer.ts';
import { publicKeyFrom } from '../../adapters/public-key.ts';
import { S3RunDocuments } from '../../adapters/s3-run-documents.ts';
import type { Run } from '../../core/plan.ts';
import { Pair } from '../evidence.ts';

const kms = mockClient(KMSClient);
const s3 = mockClient(S3Client);
const run = 'run-1' as Run;
const documents = new S3RunDocuments(new S3Client({ region: 'us-east-1' }), 'archive');
const content = (text: string) => ({ Body: { transformToByteArray: async () => Buffer.from(text) } }) as never;

beforeEach(() => {
  kms.reset();
  s3.reset();
});

describe('a signature by KMS', () => {
  const signer = new KmsSigner(new KMSClient({ region: 'us-east-1' }), 'arn:key');

  it('is asked for over the message itself, and is base64', async () => {
    kms.on(SignCommand).resolves({ Signature: Uint8Array.of(1, 2, 3) });
    assert.deepEqual([await signer.sign('manifest'), signer.key], ['AQID', 'arn:key']);
    assert.deepEqual(kms.commandCalls(SignCommand)[0]?.args[0].input, {
      KeyId: 'arn:key',
      Message: new TextEncoder().encode('manifest'),
      MessageType: 'RAW',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
  });

  it('that KMS does not give is an error', async () => {
    kms.on(SignCommand).resolves({});
    await assert.rejects(signer.sign('manifest'), /without a signature for key arn:key/);
  });
});

describe('a public key', () => {
  it('tells its own signature from any other, and says it one way only', async () => {
    const pair = new Pair();
    const signature = await pair.sign('manifest');
    const { isGenuine } = publicKeyFrom(pair.publicKey.pem);
    assert.ok(isGenuine('manifest', signature));
    for (const other of [`${signature}=`, ` ${signature}`, '', 'AQID', await new Pair().sign('manifest')]) {
      assert.ok(!isGenuine('manifest', other), other);
    }
    assert.ok(!isGenuine('manifesto', signature));
  });

  it('is the same from PEM and from DER, and has one fingerprint', () => {
    const { publicKey } = new Pair();
    const der = Buffer.from(publicKey.pem.replace(/-----.*-----|\n/g, ''), 'base64');
    assert.equal(publicKeyFrom(der).fingerprint, publicKey.fingerprint);
    assert.match(publicKey.fingerprint, /^sha256:[0-9a-f]{64}$/);
  });

  it('is none when it is something else', () => {
    assert.throws(() => publicKeyFrom('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'));
  });
});

describe('what S3 holds of a run', () => {
  const version = (Key: string, VersionId: string, IsLatest = true) => ({
    Key,
    VersionId,
    IsLatest,
    LastModified: new Date(7),
  });

  it('is every version on every page, each with the hash of its own bytes', async () => {
    s3.on(ListObjectVersionsCommand)
      .resolvesOnce({
        Versions: [version('runs/run-1/a.json', 'v2')],
        IsTruncated: true,
        NextKeyMarker: 'runs/run-1/a.json',
        NextVersionIdMarker: 'v2',
      })
      .resolves({ Versions: [version('runs/run-1/a.json', 'v1', false)] });
    s3.on(GetObjectCommand).callsFake(({ VersionId }) => content(VersionId === 'v2' ? 'abc' : 'é'));

    assert.deepEqual(await documents.list(run), [
      {
        key: 'runs/run-1/a.json',
        version: 'v2',
        depositedAt: 7,
        bytes: 3,
        sha256: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      },
      {
        key: 'runs/run-1/a.json',
        version: 'v1',
        depositedAt: 7,
        bytes: 2,
        sha256: 'sha256:4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
      },
    ]);
    assert.deepEqual(
      s3
        .commandCalls(ListObjectVersionsCommand)
        .map(({ args: [{ input }] }) => [input.Prefix, input.KeyMarker, input.VersionIdMarker]),
      [
        ['runs/run-1/', undefined, undefined],
        ['runs/run-1/', 'runs/run-1/a.json', 'v2'],
      ],
    );
  });

  it('has the marker of a deletion as one without content, which is no document', async () => {
    s3.on(ListObjectVersionsCommand).resolves({ DeleteMarkers: [version('runs/run-1/a.json', 'm')] });
    assert.deepEqual(await Array.fromAsync(documents.read(run)), [
      { key: 'runs/run-1/a.json', version: 'm', depositedAt: 7, isLatest: true, content: undefined },
    ]);
    assert.deepEqual(await documents.list(run), []);
  });

  it('is an error when any of it cannot be read: evidence leaves nothing out', async () => {
    s3.on(ListObjectVersionsCommand).resolves({ Versions: [version('runs/run-1/a.json', 'v1')] });
    s3.on(GetObjectCommand).rejects(new Error('AccessDenied'));
    await assert.rejects(documents.list(run), /AccessDenied/);
  });
});
