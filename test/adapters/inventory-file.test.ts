import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { InventoryFile, InventoryFileError, parseInventory } from '../../adapters/inventory-file.ts';
import { at } from '../entries.ts';
import { chromepayInventory } from '../settings.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/orders/api-key-q0mPiF';
const listed = { ARN: arn, Name: 'prod/low/orders/api-key' };
const page = (...secrets: unknown[]) => JSON.stringify({ SecretList: secrets });
const namesIn = (text: string) => parseInventory(text, 'fleet.json').map(({ name }) => name);

/** The message without its last line, which says how to export again. */
const mistakesIn = (text: string): string[] => {
  try {
    parseInventory(text, 'fleet.json');
  } catch (error) {
    assert(error instanceof InventoryFileError);
    const lines = error.message.split('\n');
    assert.match(lines.pop() ?? '', /^Export it again, .*aws secretsmanager list-secrets --output json$/);
    return lines;
  }
  return [];
};

describe('an inventory file', () => {
  it('is read with everything that a judgement needs', () => {
    const text = page({
      ...listed,
      Description: 'for orders',
      CreatedDate: '2025-05-22T12:47:00Z',
      Tags: [{ Key: 'keyturn:tier', Value: 'low' }, { Key: 'empty' }],
      SecretVersionsToStages: { a: ['AWSCURRENT'], b: ['AWSPREVIOUS', 'mine'] },
      RotationEnabled: true,
      RotationLambdaARN: 'arn:aws:lambda:us-east-1:111122223333:function:rotate',
      RotationRules: { AutomaticallyAfterDays: 1000 },
      NextRotationDate: '2029-08-13T23:59:59Z',
      OwningService: 'rds',
      Type: 'SalesforceClientSecret',
      PrimaryRegion: 'eu-west-1',
      DeletedDate: '2026-11-17T18:00:00.123000-06:00',
    });
    assert.deepEqual(parseInventory(text, 'fleet.json'), [
      {
        arn,
        name: 'prod/low/orders/api-key',
        tags: [
          { key: 'keyturn:tier', value: 'low' },
          { key: 'empty', value: '' },
        ],
        versions: { a: ['AWSCURRENT'], b: ['AWSPREVIOUS', 'mine'] },
        rotationEnabled: true,
        rotationFunction: 'arn:aws:lambda:us-east-1:111122223333:function:rotate',
        nextRotation: at('2029-08-13T23:59:59Z'),
        owningService: 'rds',
        managedType: 'SalesforceClientSecret',
        primaryRegion: 'eu-west-1',
        deletedAt: at('2026-11-18T00:00:00.123Z'),
      },
    ]);
  });

  for (const [what, entry] of [
    ['lacks what AWS leaves out', listed],
    ['has null for what it lacks', { ...listed, Tags: null, SecretVersionsToStages: null, OwningService: null }],
  ] as const) {
    it(`is read when an entry ${what}, and nothing is made up for it`, () => {
      assert.deepEqual(parseInventory(page(entry), 'fleet.json'), [
        {
          arn,
          name: 'prod/low/orders/api-key',
          tags: [],
          versions: {},
          rotationEnabled: false,
          rotationFunction: undefined,
          nextRotation: 'never',
          owningService: undefined,
          managedType: undefined,
          primaryRegion: undefined,
          deletedAt: undefined,
        },
      ]);
    });
  }

  it('may have its moments in seconds, as the first version of the AWS command line prints them', () => {
    const [entry] = parseInventory(page({ ...listed, DeletedDate: 1795046400.123 }), 'fleet.json');
    assert.equal(entry?.deletedAt, at('2026-11-19T00:00:00.123Z'));
  });

  it('keeps a tag that is there twice', () => {
    const Tags = [
      { Key: 'keyturn:tier', Value: 'low' },
      { Key: 'keyturn:tier', Value: 'high' },
    ];
    assert.equal(parseInventory(page({ ...listed, Tags }), 'fleet.json')[0]?.tags.length, 2);
  });

  it('may be several pages after each other, in one line or many, or a list of pages', () => {
    const [one, two] = [
      JSON.stringify({ SecretList: [{ ...listed, Name: 'a}{"[' }], NextToken: 'more' }),
      JSON.stringify({ SecretList: [{ ...listed, Name: 'b' }] }, undefined, 2),
    ];
    assert.deepEqual(namesIn(`${one}\n${two}\n`), ['a}{"[', 'b']);
    assert.deepEqual(namesIn(`\uFEFF${one}${two}`), ['a}{"[', 'b']);
    assert.deepEqual(namesIn(`[${one}, ${two}]`), ['a}{"[', 'b']);
  });

  it('may be empty of secrets', () => {
    assert.deepEqual(namesIn('{"SecretList": []}'), []);
  });

  it('holds the whole ChromePay fleet', async () => {
    assert.equal((await new InventoryFile(fileURLToPath(chromepayInventory)).list()).length, 127);
  });
});

describe('what is not an inventory', () => {
  for (const [text, ...mistakes] of [
    ['', 'fleet.json: is empty'],
    ['  \n', 'fleet.json: is empty'],
    ['hunter2', 'fleet.json: is not JSON, or breaks off'],
    [page(listed).slice(0, -1), 'fleet.json: is not JSON, or breaks off'],
    [`${page(listed)} and more`, 'fleet.json: is not JSON, or breaks off'],
    ['"hunter2"', 'fleet.json: page 1: it must be an object'],
    ['{"SecretString": "hunter2"}', 'fleet.json: page 1: SecretList is missing; it must be a list'],
    [JSON.stringify([listed]), 'fleet.json: page 1: SecretList is missing; it must be a list'],
    ['{"SecretList": {}}', 'fleet.json: page 1: SecretList is {}; it must be a list'],
    ['{"SecretList": []} {}', 'fleet.json: page 2: SecretList is missing; it must be a list'],
    [
      '{"SecretList": [], "NextToken": "more"}',
      'fleet.json: the last page has a NextToken, so that pages after it are missing',
    ],
    [page(null), 'fleet.json: SecretList[0]: it must be an object'],
    [page(listed, { Name: 'b' }), 'fleet.json: SecretList[1] (b): ARN is missing; it must be a text'],
    [
      page({ ...listed, ARN: '' }),
      'fleet.json: SecretList[0] (prod/low/orders/api-key): ARN is ""; it must not be empty',
    ],
    [page({ ARN: arn, Name: 7 }), 'fleet.json: SecretList[0]: Name is 7; it must be a text'],
    [
      page({ ...listed, Name: 'a', Tags: [{ Key: 'x', Value: 5 }] }),
      'fleet.json: SecretList[0] (a): Tags.0.Value is 5; it must be a text',
    ],
    [
      page({ ...listed, Name: 'a', SecretVersionsToStages: { v1: 'AWSCURRENT' }, RotationEnabled: 'yes' }),
      'fleet.json: SecretList[0] (a): SecretVersionsToStages.v1 is "AWSCURRENT"; it must be a list',
      'fleet.json: SecretList[0] (a): RotationEnabled is "yes"; it must be true or false',
    ],
    ...['"soon"', '"2026-02-30T00:00:00Z"', 'true', '{}'].map((date) => [
      `{"SecretList":[{"ARN":"${arn}","Name":"a","DeletedDate":${date}}]}`,
      `fleet.json: SecretList[0] (a): DeletedDate is ${date}; it must be a moment such as 2026-11-18T19:15:00Z, or seconds since 1970`,
    ]),
  ] as [string, ...string[]][]) {
    it(`is told apart: ${text.trim().slice(0, 90) || 'nothing'}`, () => {
      assert.deepEqual(mistakesIn(text), mistakes);
    });
  }

  it('is told with ten mistakes at most, and how many more there are', () => {
    const mistakes = mistakesIn(page(...Array.from({ length: 12 }, () => ({ ARN: arn }))));
    assert.equal(mistakes.length, 11);
    assert.equal(mistakes.at(-1), 'fleet.json: and 2 more');
  });

  it('is told without what it holds, which may be a secret', () => {
    for (const text of [
      'hunter2',
      '"hunter2"',
      '{"SecretString":"hunter2"}',
      '["hunter2"]',
      '{"SecretList":["hunter2"]}',
    ])
      assert.doesNotMatch(mistakesIn(text).join(), /hunter2/);
  });

  it('may also be a file that is not there', async () => {
    await assert.rejects(new InventoryFile('nowhere/fleet.json').list(), {
      name: 'InventoryFileError',
      message: /^nowhere\/fleet\.json: cannot be read \(ENOENT\)/,
    });
  });

  it('names the file when it is read from one', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-'));
    test.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'fleet.json');
    writeFileSync(file, '{}');
    await assert.rejects(new InventoryFile(file).list(), { message: new RegExp(`^${RegExp.escape(file)}: page 1`) });
  });
});
