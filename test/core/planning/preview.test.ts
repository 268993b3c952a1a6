import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { parseInventory } from '../../../adapters/inventory-file.ts';
import { toIso } from '../../../core/instant.ts';
import { preview } from '../../../core/planning/preview.ts';
import { isDue } from '../../../core/selection/due.ts';
import { arnOf, asOf, entryWith, tagsWith } from '../../entries.ts';
import { chromepayInventory, chromepaySettings, settingsWith } from '../../settings.ts';

const chromepay = parseInventory(readFileSync(chromepayInventory, 'utf8'), 'inventory.json');
const inverted: typeof isDue = (expiration, now) => !isDue(expiration, now);

const fleetOf = (due: number, notDue: number) =>
  Array.from({ length: due + notDue }, (_, index) =>
    entryWith({
      name: `prod/low/orders/key-${index}`,
      tags: tagsWith({ expirationDate: index < due ? '2026-11-01' : '2027-01-01' }),
    }),
  );

describe('the ChromePay fleet as of the incident', () => {
  const { fleet, waves, leftAlone, outside, guardrails, startsAt, verdict } = preview(
    chromepay,
    chromepaySettings,
    asOf,
  );

  it('has 127 secrets of 50 services', () => {
    assert.deepEqual(fleet, { secrets: 127, services: 50 });
    assert.deepEqual(outside, []);
  });

  it('has 38 that are due: 11 low, 15 medium and 12 high', () => {
    const tiers = Object.groupBy(waves.flat(), ({ tier }) => tier);
    assert.deepEqual(
      Object.entries(tiers).map(([tier, secrets]) => [tier, secrets?.length]),
      [
        ['low', 11],
        ['medium', 15],
        ['high', 12],
      ],
    );
  });

  it('leaves the 89 alone that the incident revoked, since they are not due', () => {
    assert.equal(leftAlone.length, 89);
    assert(leftAlone.every(({ reasons }) => reasons.join() === 'notDue'));
  });

  it('is laid into waves of 5, 20 and 13', () => {
    assert.deepEqual(
      waves.map(({ length }) => length),
      [5, 20, 13],
    );
  });

  it('is confirmed, and starts when its window opens', () => {
    assert.equal(verdict, 'confirmed');
    assert.deepEqual(
      guardrails.map((guardrail) => [guardrail.name, guardrail.verdict, guardrail.actual, guardrail.limit]),
      [
        ['secrets', 'within', 38, 60],
        ['percentOfFleet', 'within', 29.93, 40],
        ['secondJudgement', 'within', 0, 0],
      ],
    );
    assert.equal(guardrails.at(-1)?.unit, 'contradictions');
    assert.equal(startsAt && toIso(startsAt), '2026-11-19T02:00:00.000Z');
  });
});

describe('the inverted filter of the incident', () => {
  it('selects the 89 that are not due, and is refused by both caps and the second judgement', () => {
    const { waves, guardrails, verdict } = preview(chromepay, chromepaySettings, asOf, inverted);
    assert.equal(waves.flat().length, 89);
    assert.deepEqual(
      guardrails.map((guardrail) => [guardrail.name, guardrail.verdict, guardrail.actual]),
      [
        ['secrets', 'exceeded', 89],
        ['percentOfFleet', 'exceeded', 70.08],
        ['secondJudgement', 'exceeded', 89],
      ],
    );
    assert.equal(verdict, 'refused');
  });

  it('is refused by the second judgement alone when it stays under the caps', () => {
    const { guardrails, verdict } = preview(fleetOf(90, 10), chromepaySettings, asOf, inverted);
    assert.deepEqual(
      guardrails.map((guardrail) => guardrail.verdict),
      ['within', 'within', 'exceeded'],
    );
    assert.equal(verdict, 'refused');
  });
});

describe('a preview', () => {
  it('is confirmed at the cap, and refused one secret beyond it', () => {
    const settings = settingsWith({ caps: { secrets: 100, percentOfFleet: 25, secretsPerDay: 100 } });
    assert.equal(preview(fleetOf(25, 75), settings, asOf).verdict, 'confirmed');
    assert.equal(preview(fleetOf(26, 74), settings, asOf).verdict, 'refused');
  });

  it('says that nothing is due when nothing is, and for an empty list', () => {
    assert.equal(preview(fleetOf(0, 10), chromepaySettings, asOf).verdict, 'nothingDue');
    assert.deepEqual(preview([], chromepaySettings, asOf).waves, []);
    assert.equal(preview([], chromepaySettings, asOf).verdict, 'nothingDue');
  });

  it('has what is not the fleet’s beside it, and does not count it', () => {
    const { fleet, outside } = preview([entryWith({ name: 'corp/vpn', tags: [] })], chromepaySettings, asOf);
    assert.deepEqual(fleet, { secrets: 0, services: 0 });
    assert.deepEqual(outside, [{ name: 'corp/vpn', arn: arnOf('corp/vpn') }]);
  });
});
