import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { asked, RunWorld, run } from './run-world.ts';

/*
 * Goal: what does not have the shape of a step's event is refused before any port is called.
 *
 * Method: start from an event that is right, and take away, bend or garble one field after the other.
 */

const digest = `sha256:${'a'.repeat(64)}`;
const nonsense = [undefined, null, '', 7, -1, 1.5, true, {}, [], 'x'.repeat(200), 'a/b', '../a', 'runs/x'];

/** Values that are as good as the one they stand in for. */
const fitting: Readonly<Record<string, (value: unknown) => boolean>> = {
  run: () => false,
  why: (value) => typeof value === 'string',
  requestedBy: (value) => typeof value === 'string' && value !== '',
  wave: (value) => value === 7,
  index: (value) => value === 7,
  tier: (value) => typeof value === 'string',
  error: (value) => typeof value === 'string',
  reasons: (value) => Array.isArray(value),
  claims: (value) => Array.isArray(value),
};
const texts = ['name', 'arn', 'service', 'rotator', 'probe', 'currentVersion', 'newVersion', 'expirationDate'];
for (const field of texts) Object.assign(fitting, { [field]: (value: unknown) => typeof value === 'string' });
Object.assign(fitting, { currentSince: (value: unknown) => Number.isInteger(value) });
Object.assign(fitting, { daysOverdue: (value: unknown) => typeof value === 'number' });

const candidate = {
  name: 'prod/low/a',
  arn: 'arn:a',
  tier: 'low',
  service: 'orders',
  rotator: 'http-api-key',
  strategy: 'overlap',
  probe: 'http',
  currentVersion: 'v1',
  expirationDate: '2026-11-13',
  daysOverdue: 5,
};
const batch = { run, wave: 1, index: 0, tier: 'low', secrets: [{ ...candidate, newVersion: 'v2', currentSince: 0 }] };
const answer = { kind: 'turned', claims: [] };

type Call = (world: RunWorld, event: unknown) => Promise<unknown>;

const steps: readonly (readonly [string, Call, object])[] = [
  ['draft-plan', (world, event) => world.draftPlan(event ?? null), asked],
  ['confirm-plan of a draft', (world, event) => world.confirmPlan(event ?? null), { goal: 'draft', ...asked }],
  [
    'confirm-plan of an approval',
    (world, event) => world.confirmPlan(event ?? null),
    { goal: 'approval', run, digest },
  ],
  ['admit-wave', (world, event) => world.admitWave(event ?? null), { run, wave: 1 }],
  ['rotate-batch', (world, event) => world.rotateBatch(event), { goal: 'rotate', batch }],
  [
    'probe-batch of candidates',
    probe,
    { phase: 'preflight', run, batch: { run, index: 0, tier: 'low', secrets: [candidate] } },
  ],
  ['probe-batch of a batch just rotated', probe, { phase: 'rotated', run, batch, answer }],
  ['probe-batch of a batch that has baked', probe, { phase: 'baked', run, batch }],
  ['probe-batch of a batch gone back', probe, { phase: 'rolledBack', run, batch, answer }],
  ['judge-wave', (world, event) => world.judgeWave(event), { run, wave: 1, phase: 'baked' }],
  ['renew-expiry', (world, event) => world.renewExpiry(event ?? null), { run, wave: 1 }],
  [
    'close-run',
    (world, event) => world.closeRun(event),
    { run, startedAt: asked.startedAt, mode: 'rotate', requestedBy: 'requester', outcome: 'completed', reasons: [] },
  ],
];

function probe(world: RunWorld, event: unknown) {
  return world.probeBatch(event);
}

/** The same event with one field, at any depth, put in another's place. */
function* bent(event: unknown): Generator<readonly [string, unknown]> {
  if (typeof event !== 'object' || event === null) return;
  for (const [field, value] of Object.entries(event)) {
    for (const wrong of nonsense) {
      if (fitting[field]?.(wrong) !== true) yield [`${field}: ${JSON.stringify(wrong)}`, put(event, field, wrong)];
    }
    for (const [where, inner] of bent(value)) yield [`${field}.${where}`, put(event, field, inner)];
  }
}

const put = (event: object, field: string, value: unknown): unknown =>
  Array.isArray(event)
    ? event.map((item, index) => (String(index) === field ? value : item))
    : { ...event, [field]: value };

describe('a malformed event is refused before any port is called, by', () => {
  for (const [step, call, event] of steps) {
    it(step, async () => {
      const bad = [...nonsense.map((wrong) => [JSON.stringify(wrong), wrong] as const), ...bent(event)];
      assert.ok(bad.length > 30);
      for (const [where, wrong] of bad) {
        const world = new RunWorld();
        await assert.rejects(call(world, wrong), { name: 'ZodError' }, where);
        assert.deepEqual(world.calls, [], where);
      }
    });
  }
});

describe('the moment at which a run started', () => {
  for (const [what, text] of [
    ['has a time', '2026-11-18'],
    ['has an offset', '2026-11-18T19:15:00'],
    ['exists', '2026-02-30T19:15:00Z'],
  ] as const) {
    it(`${what}, or is refused`, async () => {
      await assert.rejects(new RunWorld().draftPlan({ ...asked, startedAt: text }), /is not a moment such as/);
    });
  }
});

describe('a digest', () => {
  for (const text of [`sha256:${'a'.repeat(63)}`, `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(64)}`]) {
    it(`is not ${text.slice(0, 20)}… of ${text.length} characters`, async () => {
      await assert.rejects(new RunWorld().confirmPlan({ goal: 'approval', run, digest: text }), { name: 'ZodError' });
    });
  }
});

describe('a run', () => {
  it('has a name of at most 80 characters, and of none that could lead out of its place in the archive', async () => {
    const named = (name: string) => new RunWorld().draftPlan({ ...asked, run: name });
    await named('a'.repeat(80));
    await named('Run_of-2026');
    for (const name of ['a'.repeat(81), '', 'a/b', '..', 'a b', 'a\n', 'ä']) {
      await assert.rejects(named(name), { name: 'ZodError' }, JSON.stringify(name));
    }
  });
});
