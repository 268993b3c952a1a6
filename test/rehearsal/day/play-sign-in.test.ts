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
import settings from '../../../chromepay.config.ts';
import { parseDecision } from '../../../core/approval/decision.ts';
import { archiveKeys } from '../../../core/archive-keys.ts';
import { synthesise } from '../../../lib/synthesise.ts';
import { play } from '../../../rehearsal/day/play.ts';
import { Visitor } from '../../../rehearsal/day/visitor.ts';
import { asOf } from '../../entries.ts';
import { browserHeaders } from '../../lambdas/approval-world.ts';
import { found, tracesOf } from '../../promises/traces.ts';
import { formsOf } from '../../review/open-desk.ts';
import { few, type Played, played } from './played.ts';

const clientSecretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:keyturn/sign-in-a1B2c3';

const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI';
const signIn = { issuer, clientId: 'keyturn', claim: 'email', scopes: ['email'], maxAgeSeconds: 900, clientSecretArn };
const assembly = mkdtempSync(join(tmpdir(), 'keyturn-sign-in-'));
after(() => rmSync(assembly, { recursive: true }));
synthesise({
  settings: { ...settings, signIn },
  outdir: assembly,
  account: '111122223333',
  region: 'us-east-1',
  bundling: false,
});

const proofsOf = ({ report, scene: { cloud, run } }: Played) => {
  assert.deepEqual([report.outcome, report.rotated, report.denied], ['completed', 10, []]);
  const decision = parseDecision(cloud.s3.text(cloud.archiveBucket, archiveKeys.decision(run, 'plan')) ?? '');
  return decision?.answers.map(({ answer: { approver, provedBy } }) => ({ approver, provedBy }));
};

describe('where approvers must sign in', () => {
  it('a whole run is approved by who signed in, and the evidence says who that was', async () => {
    const day = await played(assembly);
    const approvers = settings.approvers.slice(0, proofsOf(day)?.length).map(({ name }) => name);
    assert.deepEqual(
      proofsOf(day),
      approvers.map((approver) => ({
        approver,
        provedBy: {
          kind: 'signIn',
          issuer,
          subject: `sub-of-${approver}`,
        },
      })),
    );
  });

  it('a person at a browser is led to the provider behind the door, and back', async () => {
    const [person] = settings.approvers;
    let answered: Promise<number> | undefined;
    const answer = async (link: string): Promise<number> => {
      const browser = new Visitor();
      const page = await browser.openAs(person?.name ?? '', link);
      const [form = new URLSearchParams()] = formsOf(page);
      form.set('count', '10');
      const body = form.toString();
      return (await browser.ask(link, { method: 'POST', headers: browserHeaders, body })).status;
    };
    const report = await play({
      assembly,
      inventory: few,
      asOf,
      seed: 1,
      mode: 'rotate',
      targets: 'simulated',
      person: true,
      scenario: { name: 'test', says: 'as its test says', outcome: 'completed' },
      watch: (happening) => {
        if (happening.kind === 'waiting for approval') answered ??= answer(happening.link);
      },
    });
    assert.deepEqual([await answered, report.outcome, report.rotated], [200, 'completed', 10]);
  });

  it('S12: neither the client secret, nor a code, a token or a cookie is in a log, a state or the archive', async () => {
    const day = await played(assembly);
    const secret = String(day.scene.cloud.secretsManager.value(clientSecretArn));
    assert.match(secret, /^rehearsal-client-secret/);
    assert.match(day.logged.join('\n'), /"message":"signed in"/);
    assert.deepEqual(found([secret], tracesOf(day)), []);
    for (const [where, text] of tracesOf(day)) {
      for (const hidden of ['eyJ', '__Host-', 'code_verifier', 'code=']) assert.ok(!text.includes(hidden), where);
    }
  });
});
