/*
 * Goal: an auditor reads and checks a run with one command, from the archive or from a copy, and the exit code says how it is.
 *
 * Method: the command over clients whose every answer is given; a small run whose manifest is signed with a real key.
 */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { GetPublicKeyCommand, KMSClient, KMSServiceException, VerifyMacCommand } from '@aws-sdk/client-kms';
import { GetFunctionConfigurationCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

import { sha256 } from '../../adapters/sha256.ts';
import { commandLine } from '../../bin/command-line.ts';
import { evidence } from '../../bin/commands/evidence.ts';
import { serialiseDecision } from '../../core/approval/decision.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { instant } from '../../core/instant.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import { type Manifest, messageToSign } from '../../core/report/evidence.ts';
import { answerWith, sealed } from '../decisions.ts';
import { Pair } from '../evidence.ts';

const run = 'run-1' as Run;
const pair = new Pair();
const config = join(import.meta.dirname, '..', 'fixtures', 'chromepay.config.ts');
const folder = mkdtempSync(join(tmpdir(), 'keyturn-evidence-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const answer = answerWith({
  run,
  digest: sha256('{"waves":[]}') as PlanDigest,
  approver: 'first-approver',
  decidedAt: instant(Date.UTC(2026, 10, 18, 20)),
  expiresAt: instant(Date.UTC(2026, 10, 20)),
});
const draft = { mode: 'rotate', requestedBy: 'requester', why: 'The quarter\nis over', selected: [1], leftAlone: [] };
const texts = new Map([
  ['draft.json', JSON.stringify(draft)],
  ['plan.json', '{"waves":[]}'],
  [
    'decision.json',
    serialiseDecision({ decision: 'approved', answers: [sealed(answer, Buffer.alloc(32, 7).toString('base64'))] }),
  ],
]);
const manifest: Manifest = {
  run,
  stage: 'prod',
  madeBy: 'close-run',
  madeAt: instant(Date.UTC(2026, 10, 19, 5)),
  signedWith: pair.key,
  documents: [...texts].map(([path, text], index) => ({
    key: `runs/run-1/${path}`,
    version: `v-${path}`,
    depositedAt: instant(Date.UTC(2026, 10, 18, 19, index)),
    bytes: text.length,
    sha256: sha256(text),
  })),
};
texts.set('manifest.json', canonicalJson({ manifest, signature: await pair.sign(messageToSign(manifest, sha256)) }));

/** The archive as it was left, and what somebody did to it since. */
function archive(since: ReadonlyMap<string, string> = new Map(), mayCheckSeals = false) {
  const [s3, lambda, kms] = [mockClient(S3Client), mockClient(LambdaClient), mockClient(KMSClient)];
  const now = new Map([...texts, ...since]);
  s3.on(ListObjectVersionsCommand).callsFake(async ({ Prefix }) => ({
    Versions: [...now.keys()]
      .map((path) => ({ Key: `runs/run-1/${path}`, VersionId: `v-${path}`, IsLatest: true, LastModified: new Date(0) }))
      .filter(({ Key }) => Key.startsWith(Prefix)),
  }));
  s3.on(GetObjectCommand).callsFake(async ({ Key }) => ({
    Body: { transformToByteArray: async () => Buffer.from(now.get(Key.replace('runs/run-1/', '')) ?? '') },
  }));
  lambda.on(GetFunctionConfigurationCommand).callsFake(async ({ FunctionName }) => {
    const variables = FunctionName.endsWith('close-run')
      ? { ARCHIVE_BUCKET: 'archive', SIGNING_KEY: 'arn:signing' }
      : { SEAL_KEY: 'arn:seal' };
    if (!/close-run|rotate-batch-low/.test(FunctionName)) {
      throw new ResourceNotFoundException({ $metadata: {}, message: 'none', Message: 'none' } as never);
    }
    return { Environment: { Variables: variables } };
  });
  const der = Buffer.from(pair.publicKey.pem.replace(/-----.*-----|\n/g, ''), 'base64');
  kms.on(GetPublicKeyCommand, { KeyId: 'arn:signing' }).resolves({ PublicKey: der });
  const denied = { name: 'AccessDeniedException', $fault: 'client', $metadata: {}, message: 'no' } as const;
  if (mayCheckSeals) kms.on(VerifyMacCommand, { KeyId: 'arn:seal' }).resolves({ MacValid: true });
  else kms.on(VerifyMacCommand).rejects(new KMSServiceException(denied));
  const region = { region: 'us-east-1' };
  return () => ({ s3: new S3Client(region), lambda: new LambdaClient(region), kms: new KMSClient(region) });
}

async function keyturn(clients: ReturnType<typeof archive>, ...args: string[]) {
  let [printed, complained] = ['', ''];
  const exitCode = await commandLine({ evidence: evidence(clients) }, ['evidence', ...args, '--config', config], {
    print: (text) => {
      printed += text;
    },
    complain: (text) => {
      complained += text;
    },
  });
  return { exitCode, printed, complained };
}

const late = new Map([['late.json', '{}']]);
const copied = async (name: string) => {
  const out = join(folder, name);
  assert.equal((await keyturn(archive(), 'run-1', '--out', out)).exitCode, 0);
  return out;
};

describe('keyturn evidence', () => {
  it('tells who asked, who approved and when, each document in its order, on a line of its own', async () => {
    const { exitCode, printed } = await keyturn(archive(), 'run-1');
    assert.equal(exitCode, 0);
    const lines = printed.trimEnd().split('\n');
    assert.equal(lines.length, 4);
    assert.match(
      lines[0] ?? '',
      /^2026-11-18 19:00:00 +draft-plan +draft\.json +rotate, asked for by requester: The quarter is over/,
    );
    assert.match(
      lines[2] ?? '',
      /review +decision\.json +approved by first-approver \(by their link\) at 2026-11-18T20:00:00\.000Z$/,
    );
    assert.match(lines[3] ?? '', /^2026-11-19 05:00:00 +close-run +manifest\.json +signed 3 documents/);
  });

  it('verifies, and says by which key and that nobody checked the seal', async () => {
    const { exitCode, printed } = await keyturn(archive(), 'run-1', '--verify');
    assert.equal(exitCode, 0);
    assert.match(printed, /All 4 documents are as they were signed/);
    assert.ok(printed.includes(`checked with the key of arn:signing, ${pair.publicKey.fingerprint}`));
    assert.match(printed, /Seal of the decision: not checked/);
  });

  it('checks the seal for whoever may', async () => {
    const { printed } = await keyturn(archive(new Map(), true), 'run-1', '--verify');
    assert.match(printed, /Seal of the decision: genuine/);
  });

  it('says where something is not as it was signed, with both hashes, and exits 1', async () => {
    const changed = new Map([['plan.json', '{"waves":[ ]}']]);
    const { exitCode, printed } = await keyturn(archive(changed), 'run-1', '--verify');
    assert.equal(exitCode, 1);
    assert.match(printed, /plan\.json: changed: its bytes are not those that the manifest lists/);
    assert.ok(printed.includes(`expected ${sha256('{"waves":[]}')}`));
    assert.ok(printed.includes(`found    ${sha256('{"waves":[ ]}')}`));
    assert.equal((await keyturn(archive(changed), 'run-1')).exitCode, 0, 'telling is not checking');
  });

  it('names whole what a manifest of another run lists', async () => {
    const out = await copied('of-another');
    const { exitCode, printed } = await keyturn(
      () => assert.fail('AWS is not asked'),
      'run-10',
      '--verify',
      '--from',
      out,
    );
    assert.equal(exitCode, 1);
    assert.match(printed, /^ {2}runs\/run-1\/plan\.json: missing: /m);
    assert.match(printed, /^ {2}plan\.json: added: /m);
  });

  it('prints JSON, with everything that it found', async () => {
    const { exitCode, printed } = await keyturn(archive(late), 'run-1', '--verify', '--json');
    const { run: named, documents, verification } = JSON.parse(printed);
    assert.deepEqual(
      [exitCode, named, documents.length, verification.sound, verification.seal],
      [1, 'run-1', 5, false, 'unchecked'],
    );
    assert.deepEqual(verification.findings, [{ kind: 'added', key: 'runs/run-1/late.json', found: sha256('{}') }]);
    assert.deepEqual(verification.key, { fingerprint: pair.publicKey.fingerprint, from: 'of arn:signing' });
  });

  it('leaves a copy that is verified without AWS, with the key that lies in it or with one that is given', async () => {
    const out = await copied('copy');
    const nobody = () => assert.fail('AWS is not asked');
    const own = await keyturn(nobody, 'run-1', '--verify', '--from', out);
    assert.equal(own.exitCode, 0);
    assert.match(own.printed, /that lies in the copy itself/);

    const pem = join(folder, 'key.pem');
    writeFileSync(pem, pair.publicKey.pem);
    const given = await keyturn(nobody, 'run-1', '--verify', '--from', out, '--public-key', pem);
    assert.equal(given.exitCode, 0);
    writeFileSync(pem, new Pair().publicKey.pem);
    const other = await keyturn(nobody, 'run-1', '--verify', '--from', out, '--public-key', pem);
    assert.equal(other.exitCode, 1);
    assert.match(other.printed, /manifest\.json: signatureBroken/);

    appendFileSync(join(out, 'draft.json'), ' ');
    const changed = await keyturn(nobody, 'run-1', '--verify', '--from', out);
    assert.match(changed.printed, /draft\.json: changed/);
    assert.equal(changed.exitCode, 1);
  });

  it('reads what was downloaded as it stands in the bucket, and says that there is no key', async () => {
    const root = join(folder, 'bucket');
    const below = join('bucket', 'runs', 'run-1');
    await copied(below);
    rmSync(join(folder, below, 'public-key.pem'));
    const { exitCode, printed } = await keyturn(archive(), 'run-1', '--verify', '--from', root);
    assert.equal(exitCode, 1);
    assert.match(printed, /manifest\.json: signatureUnchecked/);
  });

  it('copies what was written over beside what is there, and nothing beside the folder', async () => {
    const out = join(folder, 'versions');
    const clients = archive();
    const s3 = mockClient(S3Client);
    const versions = (IsLatest: boolean, Key: string, VersionId: string) => ({ IsLatest, Key, VersionId });
    s3.on(ListObjectVersionsCommand).resolves({
      Versions: [versions(true, 'runs/run-1/a.json', 'v2'), versions(false, 'runs/run-1/a.json', 'v1')],
    });
    s3.on(GetObjectCommand).callsFake(async ({ VersionId }) => ({
      Body: { transformToByteArray: async () => Buffer.from(VersionId) },
    }));
    await keyturn(clients, 'run-1', '--out', out);
    assert.equal(readFileSync(join(out, 'a.json'), 'utf8'), 'v2');
    assert.equal(readFileSync(join(out, 'superseded', 'v1', 'a.json'), 'utf8'), 'v1');

    s3.on(ListObjectVersionsCommand).resolves({ Versions: [versions(true, 'runs/run-1/../../b.json', 'v1')] });
    const { exitCode, complained } = await keyturn(clients, 'run-1', '--out', join(folder, 'beside'));
    assert.deepEqual([exitCode, existsSync(join(folder, 'b.json'))], [70, false]);
    assert.match(complained, /is no key of a document/);
  });

  for (const path of ['public-key.pem', 'superseded/v1/a.json']) {
    it(`copies no document that would stand for something else in a copy: ${path}`, async () => {
      const out = join(folder, path.replaceAll('/', '-'));
      const { exitCode, complained } = await keyturn(archive(new Map([[path, '{}']])), 'run-1', '--out', out);
      assert.deepEqual([exitCode, existsSync(join(out, path))], [70, false]);
      assert.match(complained, /is no key of a document/);
    });
  }

  it('prints a document’s name on its one line, whatever somebody named it', async () => {
    const { printed } = await keyturn(
      archive(new Map([['a\n2026-11-19 06:00:00  close-run\u001b[2J', '{}']])),
      'run-1',
    );
    assert.equal(printed.trimEnd().split('\n').length, 5);
    assert.ok(!printed.includes('\u001b'));
  });

  for (const [args, complaint] of [
    [[], /the run is missing/],
    [['../run'], /the run is missing/],
    [['run-2'], /there is no document of run run-2 in the archive/],
    [['run-1', '--from', join(folder, 'nowhere')], /cannot be read \(ENOENT\)/],
    [['run-1', '--from', 'a', '--out', 'b'], /--from and --out are given/],
    [['run-1', '--public-key', config], /is no public key/],
    [['run-1', '--public-key', join(folder, 'nowhere.pem')], /cannot be read \(ENOENT\)/],
  ] as const) {
    it(`is wrong usage with ${args.join(' ').replaceAll(folder, '') || 'nothing'}`, async () => {
      const { exitCode, complained } = await keyturn(archive(), ...args);
      assert.equal(exitCode, 2, complained);
      assert.match(complained, complaint);
    });
  }

  it('lays no copy into a folder that holds something', async () => {
    const out = await copied('twice');
    const { exitCode, complained } = await keyturn(archive(), 'run-1', '--out', out);
    assert.equal(exitCode, 2);
    assert.match(complained, /is not empty/);
  });
});
