import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { secretEntry } from '../../adapters/secret-entry.ts';

describe('what Secrets Manager says of a secret', () => {
  it('is read in full, whichever of the two calls said it', () => {
    const said = {
      ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/a-AAAAAA',
      Name: 'prod/low/a',
      Tags: [{ Key: 'keyturn:tier', Value: 'low' }],
      RotationEnabled: true,
      RotationLambdaARN: 'arn:aws:lambda:us-east-1:111122223333:function:rotate',
      NextRotationDate: new Date('2026-11-20T00:00:00Z'),
      OwningService: 'rds',
      Type: 'Snowflake',
      PrimaryRegion: 'eu-central-1',
      DeletedDate: new Date('2026-11-20T00:00:00Z'),
    };
    const read = {
      arn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/low/a-AAAAAA',
      name: 'prod/low/a',
      tags: [{ key: 'keyturn:tier', value: 'low' }],
      versions: { 'v-1': ['AWSCURRENT'], 'v-2': ['AWSPENDING'] },
      rotationEnabled: true,
      rotationFunction: 'arn:aws:lambda:us-east-1:111122223333:function:rotate',
      nextRotation: 1_795_132_800_000,
      owningService: 'rds',
      managedType: 'Snowflake',
      primaryRegion: 'eu-central-1',
      deletedAt: 1_795_132_800_000,
    };
    const versions = { 'v-1': ['AWSCURRENT'], 'v-2': ['AWSPENDING'] };

    assert.deepEqual(secretEntry({ ...said, VersionIdsToStages: versions }), read);
    assert.deepEqual(secretEntry({ ...said, SecretVersionsToStages: versions }), read);
  });

  it('is read as nothing where nothing was said', () => {
    assert.deepEqual(secretEntry({}), {
      arn: '',
      name: '',
      tags: [],
      versions: {},
      rotationEnabled: false,
      rotationFunction: undefined,
      nextRotation: 'never',
      owningService: undefined,
      managedType: undefined,
      primaryRegion: undefined,
      deletedAt: undefined,
    });
  });

  for (const [what, said, next] of [
    ['by rules of days without a date', { RotationRules: { AutomaticallyAfterDays: 30 } }, 'unknown'],
    ['by an expression without a date', { RotationRules: { ScheduleExpression: 'rate(4 hours)' } }, 'unknown'],
    ['by rules without a schedule', { RotationRules: { Duration: '3h' } }, 'never'],
    ['without rules', {}, 'never'],
    ['at a date', { NextRotationDate: new Date('2026-11-20T00:00:00Z') }, 1_795_132_800_000],
  ] as const) {
    it(`is read as rotating by itself ${next}, when it is ${what}`, () => {
      assert.equal(secretEntry({ RotationEnabled: true, ...said }).nextRotation, next);
    });
  }

  it('is read as never rotating by itself when its rotation is off, whatever was scheduled', () => {
    const scheduled = { RotationRules: { AutomaticallyAfterDays: 30 }, NextRotationDate: new Date() };
    assert.equal(secretEntry({ RotationEnabled: false, ...scheduled }).nextRotation, 'never');
    assert.equal(secretEntry(scheduled).nextRotation, 'never');
  });

  it('keeps a tag that is there twice, and one without a value: to judge them is for others', () => {
    const tags = [{ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }, { Key: 'b' }];
    assert.deepEqual(secretEntry({ Tags: tags }).tags, [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
      { key: 'b', value: '' },
    ]);
  });
});
