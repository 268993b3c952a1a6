/*
 * Goal: what is played with simulated targets holds with real ones: PostgreSQL and HTTP servers on loopback.
 *
 * Method: one whole run on the small fleet, with a credential in wave 2 that its target rejects, so that the way back is
 * played as well.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { scenarios } from '../../../rehearsal/day/scenarios.ts';
import { moved, played, synthesised } from './played.ts';

const assembly = synthesised();

it('a wave is rotated at real targets, the next goes back, and no client notices', async () => {
  const day = await played(assembly, { targets: 'real', scenario: scenarios['rejected-credential'] ?? {} });
  const { report } = day;
  assert.deepEqual([report.outcome, report.rotated, report.held, report.targets], ['rolled-back', 5, 0, 'real']);
  assert.deepEqual([report.clients.failures, report.clients.stillFailing, report.denied], [0, [], []]);
  assert.ok(report.clients.authentications > 1_000);
  assert.equal(moved(day).length, 5);
});
