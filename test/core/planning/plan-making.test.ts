import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { sha256 } from '../../../adapters/sha256.ts';
import type { Instant } from '../../../core/instant.ts';
import type { OldCredential, Retirement, Run } from '../../../core/plan.ts';
import type { Fact } from '../../../core/planning/draft.ts';
import { countReasons, makePlan, type PlanMaterial, preflightBatches } from '../../../core/planning/plan-making.ts';
import { isPlanned } from '../../../core/planning/plan-reading.ts';
import type { SelectedSecret } from '../../../core/selection/selection.ts';
import { arnOf, asOf, at, selectedWith } from '../../entries.ts';
import { settingsWith } from '../../settings.ts';
import { run } from './batches.ts';

const named = (name: string, tier = 'low') => selectedWith({ name, arn: arnOf(name), tier });
const [a, b, c] = [named('prod/low/a'), named('prod/low/b'), named('prod/medium/c', 'medium')];
const factOf = ({ arn, name, currentVersion }: SelectedSecret): Fact => ({
  arn,
  name,
  versionId: currentVersion,
  createdAt: at('2026-08-20T00:00:00Z'),
  malformed: undefined,
  account: arn,
  answer: 'accepted',
});
const leftAlone = [{ name: 'prod/low/z', arn: 'arn:z', reason: 'notDue', reasons: ['notDue'] }] as const;
const draft = {
  run,
  mode: 'rotate',
  requestedBy: 'requester',
  why: 'due',
  asOf,
  selected: [c, b, a],
  leftAlone,
} as const;

const planWith = (more: Partial<PlanMaterial> = {}) =>
  makePlan({
    draft,
    facts: [a, b, c].map(factOf),
    fleet: { secrets: 10, services: 2 },
    guardrails: [],
    settings: settingsWith({ waveSizes: [1], batchSize: 10 }),
    hash: sha256,
    previous: [],
    now: at('2026-11-18T19:20:00Z'),
    ...more,
  });

describe('a plan', () => {
  it('says what was asked, by whom and since when, and until when it is valid', () => {
    const { stage, draftedAt, expiresAt, requestedBy, why, fleet, selected, startsAt } = planWith().header;
    assert.deepEqual(
      { stage, draftedAt, expiresAt, requestedBy, why, fleet, selected, startsAt },
      {
        stage: 'prod',
        draftedAt: Date.UTC(2026, 10, 18, 19, 15),
        expiresAt: Date.UTC(2026, 10, 20, 19, 15),
        requestedBy: 'requester',
        why: 'due',
        fleet: { secrets: 10, services: 2 },
        selected: 3,
        startsAt: Date.UTC(2026, 10, 19, 2, 0),
      },
    );
  });

  it('orders from low risk to high, and counts waves from one', () => {
    const { header, waves } = planWith();
    assert.deepEqual(
      header.waves.map(({ number, tiers, secrets, batches }) => [number, tiers, secrets, batches.length]),
      [
        [1, ['low'], 1, 1],
        [2, ['low', 'medium'], 2, 2],
      ],
    );
    assert.deepEqual(
      waves.map((batches) => batches.map(({ secrets }) => secrets.map(({ name }) => name))),
      [[['prod/low/a']], [['prod/low/b'], ['prod/medium/c']]],
    );
  });

  it('starts now when no window is near: admission then says that there is none', () => {
    const never = [{ from: asOf, to: at('2027-06-01T00:00:00Z'), why: 'sold' }];
    const { header } = planWith({ settings: settingsWith({ freezes: never }) });
    assert.equal(header.startsAt, Date.UTC(2026, 10, 18, 19, 20));
  });

  it('holds the hash of every batch, so that no line can be altered (S1)', () => {
    const { header, waves } = planWith();
    for (const batch of waves.flat()) assert.ok(isPlanned(sha256, header, batch));
    const hashes = header.waves.flatMap(({ batches }) => batches.map(({ hash }) => hash));
    assert.equal(new Set(hashes).size, 3);
    for (const hash of hashes) assert.match(hash, /^sha256:[0-9a-f]{64}$/);
  });

  it('holds the hash of what is left alone (S1)', () => {
    const other = planWith({ draft: { ...draft, leftAlone: [] } });
    assert.notEqual(other.header.leftAloneHash, planWith().header.leftAloneHash);
    assert.equal(
      planWith({ draft: { ...draft, leftAlone: [], selected: [] }, facts: [] }).header.leftAloneHash,
      'sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',
    );
  });

  it('leaves alone what the preflight advises against, after what was not selected, and counts each once', () => {
    const facts = [{ ...factOf(a), answer: 'rejected' as const, versionId: 'version-9' }, factOf(b)];
    const { header, leftAlone: all } = planWith({ facts });
    assert.deepEqual(header.selected, 1);
    assert.deepEqual(
      all.map(({ name, reason, reasons }) => [name, reason, reasons]),
      [
        ['prod/low/z', 'notDue', ['notDue']],
        ['prod/medium/c', 'unprobed', ['unprobed']],
        ['prod/low/a', 'versionMoved', ['versionMoved', 'currentRejected']],
      ],
    );
    assert.deepEqual(header.leftAlone, { notDue: 1, unprobed: 1, versionMoved: 1 });
  });

  it('says since when each current version is in use, and leaves alone what is too young', () => {
    const young = { ...factOf(b), createdAt: at('2026-11-18T19:00:00Z') };
    const { waves, leftAlone: all } = planWith({ facts: [factOf(a), young, factOf(c)] });
    assert.deepEqual(
      waves.flat().flatMap(({ secrets }) => secrets.map(({ name, currentSince }) => [name, currentSince])),
      [
        ['prod/low/a', at('2026-08-20T00:00:00Z')],
        ['prod/medium/c', at('2026-08-20T00:00:00Z')],
      ],
    );
    assert.deepEqual(all.at(-1), { name: 'prod/low/b', arn: b.arn, reason: 'tooYoung', reasons: ['tooYoung'] });
  });

  it('needs as many approvals as the most demanding of its tiers, and of no others', () => {
    const approvals = (tier: string) => (tier === 'high' ? 3 : tier === 'medium' ? 2 : 1);
    const tiers = settingsWith({}).tiers.map((tier) => ({ ...tier, approvals: approvals(tier.name) }));
    const settings = settingsWith({ tiers });
    assert.equal(planWith({ settings }).header.approvals, 2);
    assert.equal(planWith({ settings, draft: { ...draft, selected: [a] } }).header.approvals, 1);
  });

  it('is empty when nothing was selected', () => {
    const { header, waves } = planWith({ draft: { ...draft, selected: [] } });
    assert.deepEqual([header.selected, header.waves, waves], [0, [], []]);
  });

  it('is the same plan when it is made again, later (S11)', () => {
    assert.deepEqual(planWith({ now: at('2026-11-18T23:00:00Z') }), planWith());
  });
});

describe('a plan to retire', () => {
  const old = (retirement: Retirement): OldCredential => ({
    version: 'version-1',
    retirement,
    replacedBy: 'run-0' as Run,
    replacedAt: at('2026-11-01T00:00:00Z'),
    unusedSince: at('2026-11-11T19:15:00Z'),
  });
  const outOfUse = (secret: SelectedSecret, lastUsed: Instant | 'never' | 'unknown'): Fact => ({
    ...factOf(secret),
    old: {
      identity: 'apart',
      account: `old ${secret.arn}`,
      state: secret.old?.retirement === 'delete' ? 'inactive' : 'active',
      lastUsed,
      answer: 'rejected',
    },
  });
  const used = at('2026-11-10T00:00:00Z');
  const selected = [
    { ...a, old: old('deactivate') },
    { ...b, old: old('delete') },
    { ...c, old: old('deactivate') },
  ] as const;
  const retire = { ...draft, mode: 'retire', selected } as const;
  const facts = [outOfUse(selected[0], 'never'), outOfUse(selected[1], used), outOfUse(selected[2], 'never')];

  it('counts what can be undone and what is final', () => {
    assert.deepEqual(planWith({ draft: retire, facts }).header.retirements, { deactivate: 2, delete: 1 });
    const none = planWith({ draft: { ...retire, selected: [] }, facts: [] });
    assert.deepEqual(none.header.retirements, { deactivate: 0, delete: 0 });
    assert.equal(planWith().header.retirements, undefined);
  });

  it('says of each old credential when its target last let somebody in with it', () => {
    const planned = planWith({ draft: retire, facts })
      .waves.flat()
      .flatMap(({ secrets }) => secrets);
    assert.deepEqual(
      planned.map(({ name, old: planned }) => [name, planned]),
      [
        ['prod/low/a', { ...old('deactivate'), lastUsed: 'never' }],
        ['prod/low/b', { ...old('delete'), lastUsed: used }],
        ['prod/medium/c', { ...old('deactivate'), lastUsed: 'never' }],
      ],
    );
    const [rotated] = planWith()
      .waves.flat()
      .flatMap(({ secrets }) => secrets);
    assert.ok(rotated !== undefined && !('old' in rotated));
  });

  it('turns to no other version than the one that is current', () => {
    const planned = planWith({ draft: retire, facts })
      .waves.flat()
      .flatMap(({ secrets }) => secrets);
    assert.deepEqual(
      planned.map(({ newVersion }) => newVersion),
      ['version-2', 'version-2', 'version-2'],
    );
  });
});

describe('the version that a rotation will make', () => {
  const versionsOf = (plan: ReturnType<typeof planWith>) =>
    plan.waves.flat().flatMap(({ secrets }) => secrets.map(({ newVersion }) => newVersion));

  it('has the shape of a UUID, as Secrets Manager wants a client token', () => {
    for (const version of versionsOf(planWith())) assert.match(version, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('is another for each secret and each run, and the same for each attempt of one (S11)', () => {
    const [first, second] = [planWith(), planWith({ draft: { ...draft, run: 'run-2' as typeof run } })];
    assert.equal(new Set([...versionsOf(first), ...versionsOf(second)]).size, 6);
    assert.deepEqual(versionsOf(planWith()), versionsOf(first));
  });

  it('depends on nothing but run and ARN: a plan made anew goes on with what was made', () => {
    const renamed = { ...draft, selected: [{ ...a, daysOverdue: 99, service: 'ledger' }] };
    assert.deepEqual(
      versionsOf(planWith({ draft: renamed })),
      versionsOf(planWith({ draft: { ...draft, selected: [a] } })),
    );
  });
});

describe('counting reasons', () => {
  it('counts each secret once', () => {
    assert.deepEqual(countReasons([]), {});
    fc.assert(
      fc.property(fc.array(fc.constantFrom('notDue', 'noTier', 'frozen')), (reasons) => {
        const counts = Object.values(countReasons(reasons.map((reason) => ({ reason }))));
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          reasons.length,
        );
      }),
    );
  });
});

describe('the files of facts', () => {
  it('are as many as the preflight had batches', () => {
    assert.equal(preflightBatches(draft), 2);
    assert.equal(preflightBatches({ ...draft, selected: [] }), 0);
  });
});
