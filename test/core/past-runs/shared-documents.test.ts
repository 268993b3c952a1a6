/*
 * Goal: what runs leave to each other is read for what it is, or not at all: a document that is not understood stops a run.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseLedger } from '../../../core/limits/ledger.ts';
import { parseLock } from '../../../core/limits/run-lock.ts';
import { failuresOf, parseQuarantine } from '../../../core/past-runs/quarantine.ts';
import type { RunReport, SecretReport } from '../../../core/report/report.ts';
import { a, b, batch, failed, rotated, seen, turned, unseen } from '../planning/batches.ts';

const notALock = /^Error: the lock does not say which run holds it; look who wrote it before you remove it$/;

describe('the lock', () => {
  it('says which run has it, and since when', () => {
    assert.deepEqual(parseLock('{"run":"run-1","since":7}'), { run: 'run-1', since: 7 });
  });

  for (const text of [
    '{"run":"run-1"}',
    '{"since":7}',
    '{"run":"","since":7}',
    '{"run":1,"since":7}',
    '{"run":"r","since":1.5}',
    '{"run":"r","since":"7"}',
  ]) {
    it(`is held by nobody knows whom when it is ${text}`, () => assert.throws(() => parseLock(text), notALock));
  }
});

describe('the ledger', () => {
  const entry = { run: 'run-1', at: 7, secrets: 3 };

  it('holds what runs were let touch', () => {
    assert.deepEqual(parseLedger(JSON.stringify([entry])), [entry]);
    assert.deepEqual(parseLedger('[]'), []);
    assert.deepEqual(parseLedger(JSON.stringify([{ ...entry, secrets: 0 }])), [{ ...entry, secrets: 0 }]);
  });

  for (const content of [
    ...[{}, null, 'text', [null], ['text'], [[]]],
    ...[{ run: 1 }, { at: 1.5 }, { at: '7' }, { secrets: -1 }, { secrets: 1.5 }, { secrets: '3' }].map((wrong) => [
      { ...entry, ...wrong },
    ]),
    // A single one that is wrong is enough.
    [entry, { ...entry, secrets: -1 }],
  ]) {
    it(`is not understood when it is ${JSON.stringify(content)}`, () => {
      assert.throws(() => parseLedger(JSON.stringify(content)), /ledger is not understood/);
    });
  }
});

describe('the quarantine', () => {
  const one = { name: 'prod/low/a', run: 'run-1', reason: 'held: stuck', at: 7 };

  it('holds what failed, by ARN', () => {
    assert.deepEqual(parseQuarantine(JSON.stringify({ byArn: { 'arn:a': one } })), { 'arn:a': one });
    assert.deepEqual(parseQuarantine('{"byArn":{}}'), {});
  });

  for (const byArn of [
    ...[undefined, null, [], 'text', { 'arn:a': null }, { 'arn:a': 'text' }, { 'arn:a': [] }],
    ...[{ name: 1 }, { run: 1 }, { reason: 1 }, { at: 1.5 }, { at: '7' }].map((wrong) => ({
      'arn:a': { ...one, ...wrong },
    })),
    // A single one that is wrong is enough.
    { 'arn:a': one, 'arn:b': { ...one, at: undefined } },
  ]) {
    it(`is not understood when it is ${JSON.stringify({ byArn })}`, () => {
      assert.throws(() => parseQuarantine(JSON.stringify({ byArn })), /quarantine is not understood/);
    });
  }
});

describe('what failed in a run', () => {
  const secretOf = ({ arn, name, service }: typeof a, kind: SecretReport['kind'], reason?: string) =>
    ({ arn, name, service, kind, reason }) as SecretReport;
  const failures = (
    secrets: readonly SecretReport[],
    reasons: readonly string[],
    ...found: Parameters<typeof failuresOf>[1]
  ) => failuresOf({ secrets, reasons } as Pick<RunReport, 'secrets' | 'reasons'>, found);
  const nothing = { batch, rotated: undefined, baked: undefined };
  const probed = (
    answer = turned(rotated(a), rotated(b)),
    doubts: { kind: 'failed'; name: string; why: string }[] = [],
  ) => ({
    answer,
    sightings: [seen(a), seen(b)],
    doubts,
  });

  it('is what is held, with the reason', () => {
    assert.deepEqual(failures([secretOf(a, 'held', 'stuck'), secretOf(b, 'rotated')], []), [
      { arn: 'arn:a', name: 'prod/low/a', reason: 'held: stuck' },
    ]);
    assert.deepEqual(failures([secretOf(a, 'held')], []), [
      { arn: 'arn:a', name: 'prod/low/a', reason: 'held: unknown' },
    ]);
  });

  it('is what went back for a service that was not well, and nothing of the services beside it', () => {
    const secrets = [secretOf(a, 'rolledBack'), secretOf(b, 'rolledBack')];
    assert.deepEqual(failures(secrets, ['serviceUnhealthy: orders']), [
      { arn: 'arn:a', name: 'prod/low/a', reason: 'serviceUnhealthy: orders' },
    ]);
    assert.deepEqual(failures([secretOf(a, 'rotated')], ['serviceUnhealthy: orders']), []);
    assert.deepEqual(failures(secrets, []), []);
  });

  it('is what a batch was doubted for, by name, right after it was turned', () => {
    const doubt = { kind: 'failed', name: 'prod/low/a', why: 'newRejected' } as const;
    const found = { ...nothing, rotated: probed(turned(failed(a), rotated(b)), [doubt]) };
    assert.deepEqual(failures([], [], found), [{ arn: 'arn:a', name: 'prod/low/a', reason: 'failed: newRejected' }]);
  });

  it('is what was seen otherwise after the bake', () => {
    const baked = { answer: undefined, sightings: [seen(a), unseen(b)], doubts: [] };
    assert.deepEqual(failures([], [], { ...nothing, rotated: probed(), baked }), [
      { arn: 'arn:b', name: 'prod/low/b', reason: 'unreadable' },
    ]);
  });

  it('is nobody’s when a doubt names no secret of the batch, and nothing when nothing was found', () => {
    const doubt = { kind: 'failed', name: 'somebody’s', why: 'newRejected' } as const;
    assert.deepEqual(failures([], [], { ...nothing, rotated: probed(undefined, [doubt]) }), []);
    assert.deepEqual(failures([], [], nothing), []);
    assert.deepEqual(failures([], [], { ...nothing, baked: probed() }), []);
  });
});
