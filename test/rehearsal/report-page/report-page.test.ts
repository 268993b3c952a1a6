import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import { instant } from '../../../core/instant.ts';
import type { Run } from '../../../core/plan.ts';
import type { RehearsalReport } from '../../../rehearsal/day/report.ts';
import { reportPage } from '../../../rehearsal/report-page/report-page.ts';
import { nothing, report, startedAt, textOf, wave, windowOpens } from './report-example.ts';

/*
 * Goal: the page tells what the report holds, for whatever is in it, and can do nothing else.
 *
 * Method: reports as the ChromePay rehearsal makes them, changed in one thing each; the page is read as text.
 */

const textFor = (given?: Partial<RehearsalReport>) => textOf(reportPage(report(given)));
const headlineFor = (given?: Partial<RehearsalReport>) => /<h1 [^>]*>(.*?)<\/h1>/.exec(reportPage(report(given)))?.[1];

describe('the headline', () => {
  const untouched = { rotated: 0, writesToSecrets: 0 } as const;
  const cases: readonly (readonly [string, Partial<RehearsalReport>])[] = [
    ['Completed: 38 of 127 secrets rotated in 3 waves', {}],
    ['Completed: 0 of 127 secrets due, nothing touched', { ...untouched, selected: 0 }],
    ['Audited: 38 of 127 secrets due, nothing touched', { ...untouched, outcome: 'audited' }],
    ['Refused: a plan for 89 of 127 secrets, nothing touched', { ...untouched, outcome: 'refused', selected: 89 }],
    ['Rejected: a plan for 38 of 127 secrets, nothing touched', { ...untouched, outcome: 'rejected' }],
    ['Expired: a plan for 38 of 127 secrets, 2 writes to secrets', { outcome: 'expired', writesToSecrets: 2 }],
    [
      'Rolled back: 20 rolled back, 5 of 127 secrets stay rotated',
      { outcome: 'rolled-back', rotated: 5, rolledBack: 20 },
    ],
    [
      'Halted: 5 of 127 secrets rotated, 2 rolled back, 1 held',
      { outcome: 'halted', rotated: 5, rolledBack: 2, held: 1 },
    ],
  ];
  for (const [sentence, given] of cases) {
    it(`says ${sentence}`, () => {
      assert.equal(headlineFor(given), `${sentence}, 0 client failures in 31,204 authentications`);
    });
  }

  it('never hides that clients failed', () => {
    const clients = { authentications: 31_204, failures: 4, failing: { 'sandbox-gateway': 4 }, stillFailing: [] };
    assert.match(headlineFor({ clients }) ?? '', /4 client failures in 31,204 authentications$/);
  });
});

describe('the page of the ChromePay rehearsal', () => {
  const page = reportPage(report());
  const text = textOf(page);

  it('says what was promised, and that it held', () => {
    assert.match(text, /As promised: every expired credential is rotated and verified, and no client notices\./);
  });

  it('says what did not hold', () => {
    const promise = { says: 'nothing is touched', broken: ['3 writes to secrets, 0 promised'] };
    assert.match(
      textFor({ promise }),
      /Not as promised\. The promise was: nothing is touched\. But: 3 writes to secrets, 0 promised/,
    );
  });

  it('shows each secret of the fleet in one part of its bar', () => {
    assert.match(text, /The fleet: 127 secrets of 50 services 38 rotated 89 left alone/);
  });

  it('tells of each phase when it was, how long, and how many secrets were promoted in it', () => {
    assert.match(text, /19:15:02 waits for the rotation window 6 h 45 min/);
    assert.match(text, /Wave 2 medium: 20 of 20 rotated, sound and renewed/);
    assert.match(text, /02:15:02 rotates and probes 3\.5 s , 20 promoted/);
    assert.match(text, /bakes 15 min/);
  });

  it('draws a tick for each promotion, and marks each demotion', () => {
    const ticks = (kind: string, drawn: string) =>
      [...drawn.matchAll(new RegExp(`<path class="${kind}" d="((?:M[\\d.]+ 0V10)+)"/>`, 'g'))].map(
        ([, path = '']) => path.split('M').length - 1,
      );
    assert.deepEqual(ticks('promoted', page), [5, 20, 13]);
    assert.deepEqual(ticks('demoted', page), []);

    const back = report().secrets.map((secret) =>
      secret.wave === 3
        ? { ...secret, kind: 'rolledBack' as const, demotedAt: instant((secret.promotedAt ?? 0) + 50) }
        : secret,
    );
    assert.deepEqual(ticks('demoted', reportPage(report({ secrets: back }))), [13]);
  });

  it('says how near each cap is, and who approved when', () => {
    assert.match(
      text,
      /Secrets in one run 38 of at most 60 secrets Share of the fleet 29\.93 of at most 40 % of the fleet/,
    );
    assert.match(text, /The plan was approved by platform-oncall , 2026-11-18 19:15 UTC/);
  });

  it('lists every planned secret in its wave, and every other by its reason, the most frequent first', () => {
    for (const { name } of [...report().secrets, ...report().leftAloneSecrets]) {
      assert.equal(page.split(`<bdi>${name}</bdi>`).length, 2, name);
    }
    assert.match(text, /Wave 1 5 rotated .*Wave 2 20 rotated .*Wave 3 13 rotated/);
    assert.match(
      text,
      /89 secrets were left alone, and this is why\. 80 secrets: it has not expired .* 9 secrets: it has no tier tag/,
    );
  });

  it('says what happened to a secret, and why', () => {
    const [first, second, third, fourth] = report().secrets;
    assert(first && second && third && fourth);
    const text = textFor({
      secrets: [
        { ...first, demotedAt: instant(windowOpens + 9_000), kind: 'rolledBack' },
        { ...second, kind: 'held', reason: 'failed: newRejected' },
        { ...third, kind: 'leftAlone', reason: 'versionMoved', promotedAt: undefined },
        { ...fourth, kind: 'untouched', reason: 'goAheadWithdrawn', promotedAt: undefined },
      ],
    });
    assert.match(text, /rolled back promoted 02:00:00, demoted 02:00:09/);
    assert.match(text, /held promoted 02:00:00, the secret could not be turned: the target rejects the new credential/);
    assert.match(text, /left alone its current version is not the one that the plan recorded/);
    assert.match(text, /untouched the run lost its go-ahead/);
  });

  it('says what clients felt, service by service, and whether it is over', () => {
    const clients = { authentications: 900, failures: 5, failing: { ledger: 1, fraud: 4 }, stillFailing: ['ledger'] };
    assert.match(textFor({ clients }), /fraud 4 well again ledger 1 still failing/);
  });

  it('says how many claims another role confirmed', () => {
    assert.match(text, /Of 38 claims that a secret was rotated, another role confirmed 37 and contradicted 1 ?\./);
  });

  it('counts calls by service, for each rotated secret', () => {
    assert.match(
      text,
      /Secrets Manager 120 3\.16 UpdateSecretVersionStage 76 2\.00 PutSecretValue 38 1\.00 ListSecrets 6 0\.16/,
    );
    assert.match(text, /Lambda 35 0\.92/);
    assert.match(text, /transitions 74 1\.95/);
    assert.match(textFor({ rotated: 0 }), /Secrets Manager 120 – /);
  });

  it('shows every call that was denied', () => {
    const denied = [{ function: 'judge-wave', action: 'secretsmanager:GetSecretValue', resource: 'arn:secret' }];
    assert.match(textFor({ denied }), /1 call was denied .* judge-wave secretsmanager:GetSecretValue arn:secret/);
  });

  it('says what it takes to play it again, and how long it took', () => {
    assert.match(text, /Scenario and seed good-day , 7 /);
    assert.match(text, /Took 7 h 30 min of virtual time, played in 2\.6 s/);
  });

  it('says in words why it ended so', () => {
    const guardrails = [{ name: 'secrets', verdict: 'exceeded', actual: 89, limit: 60, unit: 'secrets' }] as const;
    const reasons = ['secrets: 89 of at most 60 secrets', 'notDue: 89'];
    const text = textFor({ outcome: 'refused', reasons, guardrails });
    assert.match(
      text,
      /Secrets in one run: 89 of at most 60 secrets its expiration tag does not say that it has expired: 89/,
    );
    assert.match(text, /89 of at most 60 secrets: exceeded/);
    assert.match(
      textFor({ outcome: 'halted', reasons: ['switchAbsent'] }),
      /the kill switch is absent or cannot be read/,
    );
  });
});

describe('whatever the report holds', () => {
  const hostile = `</script><img src=x onerror="alert('1')">&amp;`;
  const escaped = '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;';

  it('comes out as text', () => {
    const [secret] = report().secrets;
    const [alone] = report().leftAloneSecrets;
    const [told] = report().waves;
    assert(secret && alone && told);
    const page = reportPage(
      report({
        run: hostile as Run,
        requestedBy: hostile,
        scenario: hostile,
        promise: { says: hostile, broken: [hostile] },
        reasons: [hostile],
        leftAlone: { [hostile]: 1 },
        guardrails: [{ name: hostile, verdict: 'exceeded', actual: 2, limit: 1, unit: hostile }],
        waves: [{ ...told, tiers: [hostile] }],
        clients: { authentications: 1, failures: 1, failing: { [hostile]: 1 }, stillFailing: [] },
        calls: { [hostile]: 1, [`${hostile}:${hostile}`]: 1 },
        denied: [{ function: hostile, action: hostile, resource: hostile }],
        approval: { by: hostile, at: instant(startedAt), decision: hostile },
        secrets: [
          {
            ...secret,
            name: hostile,
            tier: hostile,
            service: hostile,
            strategy: hostile,
            kind: 'held',
            reason: hostile,
          },
        ],
        leftAloneSecrets: [{ ...alone, name: hostile, reason: hostile, why: hostile }],
      }),
    );
    assert(!page.includes('<img'));
    assert.equal(page.split('<script').length, 2);
    assert(page.split(escaped).length > 20);
  });

  it('asks for nothing outside the file, nor could it', () => {
    const page = reportPage(report());
    assert.deepEqual(
      [...page.matchAll(/\s(?:href|src|srcset|action|poster|data|xlink:href)\s*=\s*["']?([^"'\s>]+)/g)]
        .map(([, address = '']) => address)
        .filter((address) => !address.startsWith('#')),
      [],
    );
    assert.doesNotMatch(page, /url\((?!#)|@import|https?:/);

    const hashOf = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [style, script] = [/<style>([\s\S]*?)<\/style>/, /<script>([\s\S]*?)<\/script>/].map(
      (part) => part.exec(page)?.[1],
    );
    assert(
      page.includes(
        `content="default-src &#39;none&#39;; style-src ${hashOf(style)}; script-src ${hashOf(script)};`.replaceAll(
          /(?<=src )'|'(?=;)/g,
          '&#39;',
        ),
      ),
    );
    assert.doesNotMatch(page, /\sstyle=|\son\w+="/);
  });

  it('has one target for every link of its own', () => {
    const page = reportPage(report());
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of page.matchAll(/(?:href="|url\()#([\w-]+)/g)) assert(ids.includes(target), target);
    for (const [, title] of page.matchAll(/aria-labelledby="([^"]+)"/g)) assert(ids.includes(title), title);
  });
});

describe('a run of nothing', () => {
  for (const outcome of ['completed', 'audited', 'refused', 'rejected', 'expired', 'rolled-back', 'halted'] as const) {
    it(`makes a page when it is ${outcome}`, () => {
      const page = reportPage(report({ ...nothing, outcome }));
      assert.match(textOf(page), /The fleet: 0 secrets of 0 services It is empty\./);
      assert.match(textOf(page), /No plan was made: nothing could be touched\..*No secret was left alone\./);
      assert.doesNotMatch(page, /NaN|Infinity|undefined/);
    });
  }

  it('counts what was left alone even where the names are not known', () => {
    assert.match(textFor({ leftAloneSecrets: [] }), /80 secrets: it has not expired \(the run ended before/);
  });
});

describe('a fleet of 10,000', () => {
  const big = wave(1, 'low', 10_000, windowOpens);
  const page = reportPage(
    report({
      secrets: big.secrets,
      waves: [big.told],
      timeline: [...big.timeline, { at: instant(big.ended), state: 'Ended', wave: undefined }],
      leftAlone: {},
      leftAloneSecrets: [],
    }),
  );

  it('stays under 3 MB', () => {
    assert(Buffer.byteLength(page) < 3_000_000, `${Buffer.byteLength(page)} bytes`);
  });

  it('is folded away at first', () => {
    assert.doesNotMatch(page, /<details[^>]* open/);
  });
});
