import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Run } from '../../../core/plan.ts';
import type { RehearsalReport } from '../../../rehearsal/day/report.ts';
import { reportPage } from '../../../rehearsal/report-page/report-page.ts';
import { nothing, report, textOf } from './report-example.ts';

describe('a rehearsal of several runs', () => {
  const restored: RehearsalReport['others'][number] = {
    ...report(),
    run: 'rehearsal-restored' as Run,
    mode: 'restore',
    requestedBy: 'somebody',
    verification: { claims: 38, confirmed: 38, contradicted: 0 },
  };
  const [first, second, ...rest] = report().secrets;
  assert(first && second);
  const retired: RehearsalReport['others'][number] = {
    ...report(),
    run: 'rehearsal-retired' as Run,
    mode: 'retire',
    secrets: [
      { ...first, kind: 'deactivated', promotedAt: undefined },
      { ...second, kind: 'deleted', promotedAt: undefined },
      ...rest.slice(0, 1).map((secret) => ({ ...secret, kind: 'leftAlone' as const, reason: 'stillUsed' })),
    ],
  };
  const late: RehearsalReport['others'][number] = {
    ...report(nothing),
    run: 'rehearsal-second' as Run,
    outcome: 'refused',
    reasons: ['lockHeld: rehearsal-2026-11-18-good-day-1'],
  };
  const page = reportPage(report({ others: [restored, retired, late] }));
  const text = textOf(page);

  it('counts them, and lists each by how it ended, in the words of its mode', () => {
    assert.equal(/<h1>(.*?)<\/h1>/.exec(page)?.[1], '4 runs, 0 client failures in 31,204 authentications');
    const listed = [...page.matchAll(/<li><a href="#run-\d">(.*?)<\/a>/g)].map(([, headline]) => headline);
    assert.deepEqual(listed, [
      'Completed: 38 of 127 secrets rotated in 3 waves',
      'Completed: 38 of 127 secrets restored in 3 waves',
      'Completed: 1 old credential deactivated and 1 deleted in 3 waves',
      'Refused: before there was a plan, nothing touched by it',
    ]);
  });

  it('says of each who asked for it, how its waves ended and what became of its secrets', () => {
    assert.match(text, /Run rehearsal-restored Mode restore, asked for by somebody /);
    assert.match(text, /Wave 1 low: 5 of 5 restored, sound and renewed/);
    assert.match(text, /restores and probes 1\.3 s/);
    assert.match(text, /Of 38 claims that a secret was restored, another role confirmed 38/);
    assert.match(text, /Wave 1 5 restored /);
    assert.match(text, /retires and probes 1\.3 s/);
    assert.match(text, /Wave 1 1 deactivated, 1 deleted, 1 left alone /);
  });

  it('counts no call by the secrets of one of them', () => {
    assert.match(text, /Secrets Manager 120 UpdateSecretVersionStage 76 PutSecretValue 38/);
  });

  it('has one target for every link', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of page.matchAll(/href="#([\w-]+)"/g)) assert(ids.includes(target), target);
    const names = [...page.matchAll(/aria-labelledby="([^"]+)"/g)].map(([, name = '']) => name);
    assert.equal(new Set(names).size, names.length, 'no two sections have one name');
    for (const id of names.flatMap((name) => name.split(' '))) assert(ids.includes(id), id);
  });
});
