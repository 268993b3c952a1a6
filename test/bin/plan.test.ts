import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { ExitCode } from '../../bin/command.ts';
import { commandLine } from '../../bin/command-line.ts';
import { plan } from '../../bin/commands/plan.ts';
import { chromepayInventory } from '../settings.ts';

const root = join(import.meta.dirname, '..', '..');
const chromepay = fileURLToPath(chromepayInventory);
const config = join(root, 'test', 'fixtures', 'chromepay.config.ts');
const now = '2026-11-18T19:15:00Z';

const folder = mkdtempSync(join(tmpdir(), 'keyturn-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Said {
  readonly exitCode: ExitCode;
  readonly printed: string;
  readonly complained: string;
}

async function keyturn(...args: string[]): Promise<Said> {
  let [printed, complained] = ['', ''];
  const exitCode = await commandLine({ plan }, args, {
    print: (text) => {
      printed += text;
    },
    complain: (text) => {
      complained += text;
    },
  });
  return { exitCode, printed, complained };
}

const judge = (inventory: string, ...others: string[]) =>
  keyturn('plan', '--inventory', inventory, '--as-of', now, '--config', config, ...others);

const secret = (name: string, tags: Record<string, string>, others: object = {}) => ({
  ARN: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-q0mPiF`,
  Name: name,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  SecretVersionsToStages: { v2: ['AWSCURRENT'], v1: ['AWSPREVIOUS'] },
  ...others,
});

const tags = (expirationDate: string) => ({
  expiration_date: expirationDate,
  'keyturn:tier': 'low',
  'keyturn:rotator': 'http-api-key',
  'keyturn:probe': 'http',
  'keyturn:health': 'orders',
});

const fleet = (...secrets: object[]) => JSON.stringify({ SecretList: secrets });

describe('keyturn plan --json', () => {
  it('prints what a run over the ChromePay fleet would do, and nothing else', async () => {
    const { exitCode, printed, complained } = await judge(chromepay, '--json');
    const judged = JSON.parse(printed);

    assert.deepEqual([exitCode, complained], [0, '']);
    assert.deepEqual(Object.keys(judged), ['selected', 'leftAlone', 'guardrails', 'verdict']);
    assert.equal(judged.selected.length, 38);
    assert.equal(judged.leftAlone.length, 89);
    assert.equal(judged.verdict, 'confirmed');
    assert.deepEqual(judged.selected[0], {
      name: 'prod/low/clickstream-ingest/api-key-2',
      arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/clickstream-ingest/api-key-2-RSvZOX',
      tier: 'low',
      wave: 1,
      service: 'clickstream-ingest',
      rotator: 'http-api-key',
      strategy: 'overlap',
      probe: 'http',
      currentVersion: '32494f7a-bc63-4f8b-9c5d-1dccfb7f93ed',
      expirationDate: '2026-11-13',
      daysOverdue: 5,
    });
    assert.deepEqual(judged.leftAlone[0], {
      name: 'prod/low/clickstream-ingest/api-key-1',
      arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/clickstream-ingest/api-key-1-wdeU5s',
      reason: 'notDue',
      reasons: ['notDue'],
    });
    assert.deepEqual(judged.guardrails, [
      { name: 'secrets', verdict: 'within', actual: 38, limit: 60, unit: 'secrets' },
      { name: 'percentOfFleet', verdict: 'within', actual: 29.93, limit: 40, unit: '% of the fleet' },
      { name: 'secondJudgement', verdict: 'within', actual: 0, limit: 0, unit: 'contradictions', contradicted: [] },
    ]);
  });

  it('says of each secret in which wave it is', async () => {
    const { printed } = await judge(chromepay, '--json');
    const waves = JSON.parse(printed).selected.map(({ wave }: { wave: number }) => wave);
    assert.deepEqual(
      [1, 2, 3].map((wave) => waves.filter((each: number) => each === wave).length),
      [5, 20, 13],
    );
  });

  it('lists what is not the fleet’s with the rest that is left alone', async () => {
    const inventory = file('outside.json', fleet(secret('corp/vpn', {})));
    const { exitCode, printed } = await judge(inventory, '--json');
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(printed), {
      selected: [],
      leftAlone: [
        {
          name: 'corp/vpn',
          arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:corp/vpn-q0mPiF',
          reason: 'outsideFleet',
          reasons: ['outsideFleet'],
        },
      ],
      guardrails: JSON.parse(printed).guardrails,
      verdict: 'nothingDue',
    });
  });

  it('says nothingDue of an empty fleet, and exits with 0', async () => {
    const { exitCode, printed } = await judge(file('empty.json', fleet()), '--json');
    assert.deepEqual([exitCode, JSON.parse(printed).verdict, JSON.parse(printed).selected], [0, 'nothingDue', []]);
  });

  it('says refused of a selection beyond a cap, and exits with 1', async () => {
    const inventory = file('all-due.json', fleet(secret('prod/low/a', tags('2026-11-01'))));
    const { exitCode, printed } = await judge(inventory, '--json');
    assert.deepEqual([exitCode, JSON.parse(printed).verdict], [1, 'refused']);
  });
});

describe('keyturn plan', () => {
  it('tells a person what would happen, wave by wave, and the verdict', async () => {
    const { exitCode, printed } = await judge(chromepay);
    assert.equal(exitCode, 0);
    assert.match(printed, /^Fleet {7}127 secrets, 50 services$/m);
    assert.match(printed, /^Selected {4}38 secrets in 3 waves$/m);
    assert.match(
      printed,
      /^Wave 1: 5 secrets\n {2}tier .*\n {2}low .*clickstream-ingest\/api-key-2 +http-api-key +overlap +2026-11-13 +5$/m,
    );
    assert.match(printed, /^ {2}89 {2}notDue {2}it has not expired$/m);
    assert.match(printed, /^ {2}percentOfFleet +within +29\.93 of at most 40 % of the fleet$/m);
    assert.match(printed, /^Verdict: confirmed \(.*\)\nWaves could start 2026-11-19 02:00 UTC\n$/m);
  });

  it('names the secrets of a reason when they are few, with what else is wrong with them', async () => {
    const owned = secret('prod/low/b', tags('soon'), { OwningService: 'rds' });
    const { printed } = await judge(file('few.json', fleet(secret('prod/low/a', tags('2026-02-30')), owned)));
    assert.match(printed, /^Selected {4}none$/m);
    assert.match(printed, /^ {2}1 {2}malformedExpirationDate {2}its expiration tag is neither .*\n {7}prod\/low\/a$/m);
    assert.match(printed, /^ {2}1 {2}ownedByService .*\n {7}prod\/low\/b \(also malformedExpirationDate\)$/m);
    assert.match(printed, /^Verdict: nothingDue/m);
  });

  it('shows no control characters of a name, which could rewrite the terminal', async () => {
    const { printed } = await judge(file('control.json', fleet(secret('prod/low/\u001b[2Jx\ny', tags('soon')))));
    assert.match(printed, /^ {7}prod\/low\/ \[2Jx y \(also malformedExpirationDate\)$|^ {7}prod\/low\/ \[2Jx y$/m);
    assert(!printed.includes('\u001b'));
  });
});

describe('keyturn plan, asked wrongly,', () => {
  const valid = ['--inventory', chromepay, '--as-of', now, '--config', config];
  for (const [what, args, complaint] of [
    ['without an inventory', ['--as-of', now], /--inventory is missing; add it, as in --inventory fleet\.json/],
    ['without a moment', ['--inventory', chromepay], /--as-of is missing; add it, as in --as-of 2026-11-18T19:15:00Z/],
    [
      'with a day for a moment',
      ['--inventory', chromepay, '--as-of', '2026-11-18'],
      /--as-of is 2026-11-18, which is no moment; write it with its offset/,
    ],
    [
      'with a moment that does not exist',
      ['--inventory', chromepay, '--as-of', '2026-02-30T00:00:00Z'],
      /--as-of is 2026-02-30T00:00:00Z/,
    ],
    [
      'with a flag that there is not',
      [...valid, '--yes'],
      /there is no flag --yes; there are --inventory, --as-of, --config, --json/,
    ],
    ['with a flag that JavaScript has', [...valid, '--constructor'], /there is no flag --constructor/],
    ['with a short flag', [...valid, '-j'], /there is no flag -j/],
    ['with a flag that lacks its value', ['--inventory', '--as-of', now], /--inventory needs a value/],
    ['with a flag whose value is empty', ['--inventory=', '--as-of', now], /--inventory needs a value/],
    ['with a flag twice', [...valid, '--as-of', now], /--as-of is given twice; give it once/],
    ['with a value that a flag does not take', [...valid, '--json=no'], /--json takes no value, but got no/],
    ['with a stray word', [...valid, 'now'], /now is not expected here; flags begin with --/],
    ['with a stray --', [...valid, '--'], /-- is not expected here; leave it out/],
    [
      'with a file that is not there',
      ['--inventory', '/nowhere/fleet.json', '--as-of', now, '--config', config],
      /\/nowhere\/fleet\.json: cannot be read \(ENOENT\)/,
    ],
    [
      'with a configuration that is not there',
      [...valid.slice(0, 4), '--config', '/nowhere/keyturn.config.ts'],
      /\/nowhere\/keyturn\.config\.ts cannot be loaded/,
    ],
    [
      'with settings that nobody checked',
      [
        ...valid.slice(0, 4),
        '--config',
        file(
          'altered.config.ts',
          `import settings from '${config}'; export default { ...settings, tiers: [{ name: 'low' }] };`,
        ),
      ],
      /altered\.config\.ts exports no settings; write: export default defineSettings/,
    ],
    [
      'with a configuration that exports nothing',
      [...valid.slice(0, 4), '--config', join(root, 'test', 'entries.ts')],
      /entries\.ts exports no settings; write: export default defineSettings/,
    ],
  ] as [string, string[], RegExp][]) {
    it(`${what} says so, and exits with 2`, async () => {
      const { exitCode, printed, complained } = await keyturn('plan', ...args);
      assert.deepEqual([exitCode, printed], [2, '']);
      assert.match(complained, complaint);
      assert.match(complained, /^keyturn: /);
      assert.match(complained, /See: npm run keyturn -- plan --help\n$/);
    });
  }

  it('with an inventory that is not one says which entry and field, and exits with 2', async () => {
    const { exitCode, complained } = await judge(file('bad.json', fleet({ Name: 'prod/low/a' })));
    assert.equal(exitCode, 2);
    assert.match(
      complained,
      /bad\.json: SecretList\[0\] \(prod\/low\/a\): ARN is missing; it must be a text\nExport it again/,
    );
  });
});

describe('the command line', () => {
  it('prints help that teaches, for itself and for a command', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { exitCode, printed, complained } = await keyturn(...args);
      assert.deepEqual([exitCode, complained], [0, '']);
      assert.match(printed, /Usage: npm run keyturn -- COMMAND \[FLAGS\]\n\nCommands:\n {2}plan {2}judge/);
    }
    for (const args of [
      ['plan', '--help'],
      ['plan', '-h'],
      ['help', 'plan'],
      ['plan', '--bogus', '--help'],
    ]) {
      const { exitCode, printed, complained } = await keyturn(...args);
      assert.deepEqual([exitCode, complained], [0, '']);
      assert.match(printed, /Example:\n {2}aws secretsmanager list-secrets/);
    }
  });

  it('complains when there is no command, or none of that name', async () => {
    assert.match((await keyturn()).complained, /^keyturn: no command given\n\n.*Commands:/s);
    assert.equal((await keyturn()).exitCode, 2);
    assert.deepEqual(await keyturn('rotate-everything'), {
      exitCode: 2,
      printed: '',
      complained: 'keyturn: there is no command rotate-everything; there are plan\n',
    });
    assert.equal((await keyturn('toString')).exitCode, 2);
  });

  it('tells a fault of its own from a refusal', async () => {
    const broken = { ...plan, run: () => Promise.reject(new RangeError('off by one')) };
    let complained = '';
    const complain = (text: string) => {
      complained += text;
    };
    assert.equal(await commandLine({ broken }, ['broken'], { print: () => {}, complain }), 70);
    assert.match(complained, /fault of Keyturn's own.*RangeError: off by one/s);
  });

  it('tells what AWS refused, and that it could not be asked, from a fault of its own', async () => {
    const failing = async (error: Error, more: object = {}) => {
      let complained = '';
      const broken = {
        ...plan,
        run: () => Promise.reject(new Error('wrapped', { cause: Object.assign(error, more) })),
      };
      const complain = (text: string) => {
        complained += text;
      };
      assert.equal(await commandLine({ broken }, ['broken'], { print: () => {}, complain }), 1);
      return complained;
    };
    const denied = Object.assign(new Error('not yours'), { name: 'AccessDeniedException' });
    assert.equal(await failing(denied, { $metadata: {} }), 'keyturn: AWS refused: AccessDeniedException: not yours\n');
    assert.match(
      await failing(new Error('getaddrinfo ENOTFOUND'), { $metadata: {}, code: 'ENOTFOUND' }),
      /^keyturn: AWS could not be reached: getaddrinfo ENOTFOUND; look at the network/,
    );
    assert.match(await failing(new Error('Region is missing')), /^keyturn: AWS could not be asked: Region is missing;/);
  });

  it('runs as a process: JSON on its output, complaints on its error output, and the exit code', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, 'bin', 'keyturn.ts'), ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, INIT_CWD: join(root, 'rehearsal') },
      });

    const good = run('plan', '--inventory', 'chromepay/inventory.json', '--as-of', now, '--config', config, '--json');
    assert.deepEqual([good.status, good.stderr, JSON.parse(good.stdout).selected.length], [0, '', 38]);
    const bad = run('plan', '--inventory', 'chromepay/inventory.json');
    assert.deepEqual([bad.status, bad.stdout], [2, '']);
    assert.match(bad.stderr, /--as-of is missing/);
  });
});
