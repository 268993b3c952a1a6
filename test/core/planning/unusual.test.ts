import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import type { Guardrail } from '../../../core/plan.ts';
import { type Known, type Looked, sayUnusual, unusualIn } from '../../../core/planning/unusual.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 19, 2);

const secret = (service: string, rotator = 'postgres') => ({ service, rotator });
const cap = (actual: number, limit: number): Guardrail => ({
  name: 'secrets',
  verdict: 'within',
  actual,
  limit,
  unit: 'secrets',
});

const plan: Looked = {
  planned: [secret('orders'), secret('billing')],
  guardrails: [cap(2, 60)],
  startsAt: instant(start),
  expiresAt: instant(start + 17 * hour),
};

const found = (more: Partial<Looked>, known: Partial<Known> = {}) =>
  unusualIn({ ...plan, ...more }, { freezes: [], previous: [], ...known }).map(sayUnusual);

describe('what is unusual about a plan', () => {
  it('is nothing when nothing is', () => {
    assert.deepEqual(found({}, { previous: [{ selected: 2, rotators: ['postgres'] }] }), []);
  });

  it('is more than in any run before, and not as many', () => {
    const runs = [2, 1].map((selected) => ({ selected, rotators: ['postgres'] }));
    const three = [secret('a'), secret('b'), secret('c')];
    assert.deepEqual(found({ planned: three }, { previous: runs }), [
      'More secrets than in any run before: 3, against 2 at most in the last 2 runs',
    ]);
    assert.deepEqual(found({ planned: three.slice(1) }, { previous: runs }), []);
  });

  it('is the first run with a rotator', () => {
    const planned = [secret('a'), secret('b', 'hmac-key')];
    assert.deepEqual(found({ planned }, { previous: [{ selected: 9, rotators: ['postgres'] }] }), [
      'First run with a rotator: hmac-key',
    ]);
  });

  it('is that nobody could read what runs there were', () => {
    assert.deepEqual(found({}, { previous: undefined }), [
      'Not compared with runs before: the history could not be read',
    ]);
  });

  it('compares with nothing when there is nothing to compare with', () => {
    assert.deepEqual(found({ planned: [secret('a', 'never-seen')] }), []);
  });

  it('is a service hit twice, the one hit most first, and no more than five by name', () => {
    const planned = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((service) => [secret(service), secret(service)]);
    assert.deepEqual(found({ planned: [...planned, secret('d')] }), [
      'Services with more than one secret in this run: d (3), a (2), b (2), c (2), e (2) and 1 other',
    ]);
  });

  it('is five services by name alone, in the order of their names', () => {
    const planned = ['e', 'd', 'c', 'b', 'a'].flatMap((service) => [secret(service), secret(service)]);
    assert.deepEqual(found({ planned }), [
      'Services with more than one secret in this run: a (2), b (2), c (2), d (2), e (2)',
    ]);
  });

  it('is a cap that is used up to four fifths, and not one that is just below', () => {
    assert.deepEqual(found({ guardrails: [cap(48, 60)] }), [
      'A cap is nearly used up: Secrets in one run, 48 of at most 60 secrets',
    ]);
    assert.deepEqual(found({ guardrails: [cap(47, 60), cap(0, 0)] }), []);
  });

  it('is a freeze within a day of the run, before or after it, and not one further away', () => {
    const freeze = (from: number, to: number) => ({ from: instant(from), to: instant(to), why: 'the\nsale' });
    const near = (from: number, to: number) => found({}, { freezes: [freeze(from, to)] }).length;

    assert.deepEqual(found({}, { freezes: [freeze(start + 41 * hour, start + 60 * hour)] }), [
      'A freeze is near: the sale, 2026-11-20 19:00 UTC to 2026-11-21 14:00 UTC',
    ]);
    assert.equal(near(start + 41 * hour + 1, start + 60 * hour), 0);
    assert.equal(near(start - 90 * hour, start - 24 * hour), 1);
    assert.equal(near(start - 90 * hour, start - 24 * hour - 1), 0);
  });
});
