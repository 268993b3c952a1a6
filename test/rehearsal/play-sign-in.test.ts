/*
 * Goal: where approvers must sign in, a whole run is approved by who signed in, under the deployed policies, and nothing of
 * a sign-in stays behind but who it was.
 *
 * Method: a whole run of the deployed machine, steps and policies, with a provider behind the rehearsal's door.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { archiveKeys } from '../../core/archive-keys.ts';
import { parseDecision } from '../../core/decision.ts';
import type { SignInSettings } from '../../core/settings.ts';
import settings from '../../keyturn.config.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { found, tracesOf } from '../promises/traces.ts';
import { type Played, played } from './played.ts';

const clientSecretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:keyturn/sign-in-a1B2c3';

function synthesised(changed: Partial<SignInSettings>): string {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-sign-in-'));
  after(() => rmSync(outdir, { recursive: true }));
  const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI';
  const signIn = { issuer, clientId: 'keyturn', claim: 'email', scopes: ['email'], ...changed };
  synthesise({
    settings: { ...settings, signIn },
    outdir,
    account: '111122223333',
    region: 'us-east-1',
    bundling: false,
  });
  return outdir;
}

const proofsOf = ({ report, scene: { cloud, run } }: Played) => {
  assert.deepEqual([report.outcome, report.rotated, report.denied], ['completed', 10, []]);
  const decision = parseDecision(cloud.s3.text(cloud.archiveBucket, archiveKeys.decision(run, 'plan')) ?? '');
  return decision?.answers.map(({ answer: { approver, provedBy } }) => ({ approver, provedBy }));
};

describe('where approvers must sign in', () => {
  it('a whole run is approved by who signed in, and the evidence says who that was', async () => {
    const day = await played(synthesised({ clientSecretArn, maxAgeSeconds: 900 }));
    const approvers = settings.approvers.slice(0, proofsOf(day)?.length).map(({ name }) => name);
    assert.deepEqual(
      proofsOf(day),
      approvers.map((approver) => ({
        approver,
        provedBy: {
          kind: 'signIn',
          issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI',
          subject: `sub-of-${approver}`,
        },
      })),
    );
  });

  it('S12: neither the client secret, nor a code, a token or a cookie is in a log, a state or the archive', async () => {
    const day = await played(synthesised({ clientSecretArn }));
    const secret = String(day.scene.cloud.secretsManager.value(clientSecretArn));
    assert.match(secret, /^rehearsal-client-secret/);
    assert.match(day.logged.join('\n'), /"message":"signed in"/);
    assert.deepEqual(found([secret], tracesOf(day)), []);
    for (const [where, text] of tracesOf(day)) {
      for (const hidden of ['eyJ', '__Host-', 'code_verifier', 'code=']) assert.ok(!text.includes(hidden), where);
    }
  });
});
