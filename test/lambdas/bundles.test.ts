/*
 * Goal: what is deployed of each step loads, is as small as it should be, and fails under the names that Step Functions
 * catches.
 *
 * Method: each step is bundled with the stack's own options, then loaded by a process of the pinned node that has nothing
 * but the variables of its function: no credentials, no node_modules beside it.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { type Bundle, bundleStep, steps } from '../../bench/bundle.ts';
import { chromepaySettings } from '../settings.ts';

/** What each step is bundled with of the SDK, and the most that it may weigh in bytes. */
const expected: Readonly<Record<string, { readonly clients: readonly string[]; readonly most: number }>> = {
  'admit-wave': { clients: ['s3', 'ssm'], most: 700_000 },
  'close-run': { clients: ['eventbridge', 'kms', 's3', 'secrets-manager', 'sesv2', 'sns'], most: 880_000 },
  'confirm-plan': { clients: ['s3', 'secrets-manager'], most: 650_000 },
  'deliver-decisions': { clients: ['s3', 'sfn'], most: 680_000 },
  'draft-plan': { clients: ['s3', 'secrets-manager'], most: 650_000 },
  'judge-wave': { clients: ['cloudwatch', 's3'], most: 730_000 },
  'probe-batch': { clients: ['s3', 'secrets-manager'], most: 730_000 },
  'recover-run': { clients: ['eventbridge', 'kms', 's3', 'secrets-manager', 'sesv2', 'sfn', 'sns'], most: 980_000 },
  'renew-expiry': { clients: ['s3', 'secrets-manager'], most: 650_000 },
  'request-approval': { clients: ['s3', 'secrets-manager', 'sesv2', 'sns'], most: 850_000 },
  review: { clients: ['kms', 's3', 'secrets-manager', 'sfn'], most: 750_000 },
  'rotate-batch': { clients: ['kms', 'lambda', 's3', 'secrets-manager', 'ssm'], most: 920_000 },
  'start-run': { clients: ['s3', 'sfn'], most: 680_000 },
  'watch-drift': { clients: ['lambda', 's3', 'secrets-manager', 'sesv2', 'sns'], most: 900_000 },
  'watch-runs': { clients: ['s3', 'sfn'], most: 680_000 },
};

const variables = {
  ARCHIVE_BUCKET: 'archive-bucket',
  DESK_BUCKET: 'desk-bucket',
  EVENT_BUS: 'default',
  EXECUTIONS: 'arn:aws:states:us-east-1:111122223333:execution:keyturn-prod',
  RECOVERY: 'arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-recovery',
  PROBES: '{"low":"arn:aws:lambda:us-east-1:111122223333:function:keyturn-prod-probe-batch-low:1"}',
  REVIEW_URL: 'https://review.example/review',
  SEAL_KEY: 'arn:aws:kms:us-east-1:111122223333:key/seal',
  SIGNING_KEY: 'arn:aws:kms:us-east-1:111122223333:key/signing',
  SWITCH: '/keyturn/prod/switch',
  TIER: 'low',
  TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:keyturn-prod',
  WORKFLOW: 'arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod',
  RETIREMENT: 'arn:aws:states:us-east-1:111122223333:stateMachine:keyturn-prod-retirement',
};

/** Loads the bundle, calls it with an event that is none, and prints what came of both. */
const loader = `
  const tell = (said) => process.stdout.write(JSON.stringify(said));
  const { handler } = await import(process.argv[1]).catch(({ name, message }) => {
    tell({ loaded: { name, message } });
    process.exit();
  });
  tell({ handler: typeof handler, ...(await handler({}).then(
    (answer) => ({ answer }),
    ({ name, message }) => ({ error: { name, message } }),
  )) });
`;

interface Said {
  /** Why it could not be loaded. */
  readonly loaded?: { readonly name: string; readonly message: string };
  readonly handler?: string;
  readonly answer?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

const directory = await mkdtemp(join(tmpdir(), 'keyturn-bundles-'));
const settingsFile = join(directory, 'settings.json');

async function load({ path }: Bundle, environment: Readonly<Record<string, string>>): Promise<Said> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--enable-source-maps', '--input-type=module', '--eval', loader, pathToFileURL(path).href],
    { env: { AWS_REGION: 'us-east-1', SETTINGS_FILE: settingsFile, ...environment }, cwd: dirname(path) },
  );
  return JSON.parse(stdout);
}

before(() => writeFile(settingsFile, JSON.stringify(chromepaySettings)));
after(() => rm(directory, { recursive: true }));

describe('the bundles', () => {
  it('are those of the steps that are expected here', () => {
    assert.deepEqual(steps, Object.keys(expected));
  });
});

for (const [step, { clients, most }] of Object.entries(expected)) {
  describe(`the bundle of ${step}`, () => {
    let bundle: Bundle;
    before(async () => {
      bundle = await bundleStep(step, directory);
      await mkdir(dirname(bundle.path), { recursive: true });
      await writeFile(bundle.path, bundle.code);
    });

    it(`weighs at most ${most.toLocaleString('en')} bytes`, () => {
      assert.ok(bundle.bytes <= most, `it weighs ${bundle.bytes.toLocaleString('en')}`);
    });

    it('holds no client of the SDK but its own', () => {
      const held = bundle.modules.flatMap((path) => /@aws-sdk\/client-([^/]+)\//.exec(path)?.[1] ?? []);
      assert.deepEqual([...new Set(held)].sort(), clients);
    });

    it('holds nothing that only builds, tests or rehearses', () => {
      const foreign = bundle.modules.filter((path) => /^(bin|bench|lib|rehearsal|test)\/|aws-cdk|esbuild/.test(path));
      assert.deepEqual(foreign, []);
    });

    it('loads, and refuses an event that is none, saying what is wrong with it', async () => {
      const { handler, answer, error } = await load(bundle, variables);

      assert.equal(handler, 'function');
      if (step === 'review') {
        assert.equal((answer as { statusCode: number }).statusCode, 404);
      } else {
        assert.equal(error?.name, 'ZodError');
        assert.match(error?.message ?? '', /Invalid (input: expected|option: expected|discriminator)/);
      }
    });

    it('does not load without its variables, and says so under the name that the source gives the error', async () => {
      const { loaded } = await load(bundle, {});
      assert.equal(loaded?.name, 'MissingVariableError');
      assert.match(loaded?.message ?? '', /^environment variable [A-Z_]+ is not set/);
    });
  });
}

describe('the errors that a step tells apart by their names', () => {
  it('keep them in a bundle, where classes have others', async () => {
    const { code } = await bundleStep('rotate-batch', directory);
    for (const name of ['LabelMovedError', 'NotInArchiveError', 'TargetError', 'VersionTakenError']) {
      assert.ok(code.includes(`name="${name}"`), name);
      assert.ok(!code.includes(`class ${name}`), `the class is still called ${name}: nothing was minified`);
    }
  });
});
