import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import chromepay from '../../chromepay.config.ts';
import { instant } from '../../core/instant.ts';
import { nextStart } from '../../core/limits/windows.ts';
import { defineSettings, SettingsError, type SettingsInput } from '../../lib/settings.ts';

/*
 * Goal: settings that would not do what they seem to say never reach a deployment, and say what to do about it.
 *
 * Method: the smallest settings there are, with one field changed: both sides of each boundary.
 */

const least: SettingsInput = {
  stage: 'test',
  tiers: [{ name: 'low', path: 'test/low/' }],
  rotators: { 'http-api-key': { kind: 'http-api-key', allowedHosts: ['keys.example.com'] } },
  probes: { http: { kind: 'http' } },
  health: { orders: 'https://orders.example.com/health' },
  approvers: [{ name: 'oncall', email: 'oncall@example.com' }],
};

type Fields = Readonly<Record<string, unknown>>;

/** The problems that settings have, one line each. */
function problemsOf(changed: Fields): readonly string[] {
  try {
    defineSettings({ ...least, ...changed } as SettingsInput);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message.split('\n  ').slice(1);
  }
}

const master = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`;
const alternating = (masters: Fields) => ({
  rotators: { postgres: { kind: 'postgres', strategy: 'alternate', allowedHosts: ['db.example.com'], masters } },
});
const lambda = (name: string, place = 'us-east-1:111122223333') => `arn:aws:lambda:${place}:function:${name}`;
/** A plugged rotation function, some of it otherwise. */
const plugged = (changed: Fields = {}, more: Fields = {}) => ({
  rotators: {
    plugged: {
      kind: 'rotation-function',
      allowedHosts: ['db.example.com'],
      functions: { low: lambda('rotate-low') },
      masters: { low: master('masters/low-aB3dE6') },
      ...changed,
    },
    ...more,
  },
});
const twoTiers = { tiers: ['low', 'high'].map((name) => ({ name, path: `test/${name}/`, approvals: 1 })) };
const window = (changed: Fields) => ({
  windows: [{ days: ['tue'], from: '02:00', to: '05:00', timeZone: 'UTC', ...changed }],
});
const freeze = (changed: Fields) => ({
  freezes: [{ from: '2026-12-20T00:00:00Z', to: '2027-01-02T00:00:00Z', why: 'the year ends', ...changed }],
});
const schedule = (changed: Fields) => ({
  schedules: { audit: { expression: 'rate(1 day)', timeZone: 'UTC', enabled: true, ...changed } },
});
const hosts = (...allowedHosts: string[]) => ({ rotators: { keys: { kind: 'http-api-key', allowedHosts } } });
const tiers = (...paths: string[]) => ({
  tiers: paths.map((path, index) => ({ name: `t${index}`, path, approvals: 1 })),
});
const demanding = (approvals: number) => ({ tiers: [{ name: 'low', path: 'test/low/', approvals }] });
const approvers = (...people: readonly (readonly [string, string])[]) => ({
  approvers: people.map(([name, email]) => ({ name, email })),
});

/** Approvers who act as these principals. */
const acting = (...principals: string[]) => ({
  approvers: principals.map((principal, index) => ({ name: `p${index}`, email: `p${index}@example.com`, principal })),
});
const slack = (changed: Fields, slackUser: string | null = 'U012ABCDEF') => ({
  channels: { slack: { channel: 'C012ABCDEF', tokenSecretArn: master('keyturn/slack-a1B2c3'), ...changed } },
  approvers: [{ name: 'oncall', email: 'oncall@example.com', ...(slackUser === null ? {} : { slackUser }) }],
});
const email = (changed: Fields) => ({ channels: { email: { from: 'keyturn@example.com', ...changed } } });

/** What is right, what is wrong, and how what is wrong is called. */
const boundaries: readonly { field: string; right: readonly Fields[]; wrong: readonly Fields[]; says: RegExp }[] = [
  {
    field: 'stage',
    right: [{ stage: 'a'.repeat(20) }],
    wrong: [{ stage: 'a'.repeat(21) }, { stage: 'Prod' }, { stage: '' }],
    says: /short name/,
  },
  { field: 'tiers', right: [tiers('a/')], wrong: [{ tiers: [] }], says: /no tier/ },
  {
    field: 'tiers.0.path',
    right: [tiers('prod/low/')],
    wrong: [tiers('prod/low'), tiers('/prod/'), tiers('prod/*/'), tiers('')],
    says: /beginning of secret names/,
  },
  {
    field: 'tiers',
    right: [tiers('prod/low/', 'prod/lower/')],
    wrong: [tiers('prod/', 'prod/low/'), tiers('prod/', 'prod/')],
    says: /within another/,
  },
  {
    field: 'tiers',
    right: [],
    wrong: [
      {
        tiers: [
          { name: 'low', path: 'a/', approvals: 1 },
          { name: 'low', path: 'b/', approvals: 1 },
        ],
      },
    ],
    says: /twice/,
  },
  {
    field: 'tiers.0.approvals',
    right: [
      demanding(1),
      {
        ...demanding(2),
        ...approvers(['requester', 'requester@example.com'], ['second-approver', 'second-approver@example.com']),
      },
    ],
    wrong: [demanding(2)],
    says: /demands 2 approvals for tier low, and 1 may approve; name more approvers, or demand fewer/,
  },
  {
    field: 'tiers.0.approvals',
    right: [],
    wrong: [demanding(0), demanding(1.5), demanding(11)],
    says: /how many people must approve/,
  },
  {
    field: 'tagKeys',
    right: [{ tagKeys: { tier: 'risk' } }],
    wrong: [{ tagKeys: { tier: 'keyturn:probe' } }],
    says: /one key for two tags/,
  },
  {
    field: 'caps.secrets',
    right: [{ caps: { secrets: 1 } }, { caps: { secrets: 10_000 } }],
    wrong: [{ caps: { secrets: 0 } }, { caps: { secrets: 10_001 } }, { caps: { secrets: 1.5 } }],
    says: /whole number/,
  },
  {
    field: 'caps.percentOfFleet',
    right: [{ caps: { percentOfFleet: 100 } }, { caps: { percentOfFleet: 0.1 } }],
    wrong: [{ caps: { percentOfFleet: 0 } }, { caps: { percentOfFleet: 100.1 } }],
    says: /percentage/,
  },
  { field: 'waveSizes.0', right: [{ waveSizes: [1] }], wrong: [{ waveSizes: [0, 5] }], says: /whole number/ },
  { field: 'waveSizes', right: [], wrong: [{ waveSizes: [] }], says: /no wave/ },
  {
    field: 'batchSize',
    right: [{ batchSize: 1 }, { batchSize: 20 }],
    wrong: [{ batchSize: 0 }, { batchSize: 21 }],
    says: /at most 20 secret values/,
  },
  {
    field: 'concurrency',
    right: [{ concurrency: 1 }, { concurrency: 40 }],
    wrong: [{ concurrency: 0 }, { concurrency: 41 }],
    says: /1 is the safest/,
  },
  {
    field: 'bakeTimeSeconds',
    right: [{ bakeTimeSeconds: 60 }, { bakeTimeSeconds: 86_400 }],
    wrong: [{ bakeTimeSeconds: 59 }, { bakeTimeSeconds: 86_401 }],
    says: /a minute at least/,
  },
  {
    field: 'approvalTimeoutSeconds',
    right: [{ approvalTimeoutSeconds: 60 }],
    wrong: [{ approvalTimeoutSeconds: 59 }],
    says: /a minute at least/,
  },
  {
    field: 'planValiditySeconds',
    right: [{ planValiditySeconds: 14_400 }, { planValiditySeconds: 604_800 }],
    wrong: [{ planValiditySeconds: 14_399 }],
    says: /approvalTimeoutSeconds at least/,
  },
  { field: 'planValiditySeconds', right: [], wrong: [{ planValiditySeconds: 604_801 }], says: /a week at most/ },
  {
    field: 'minimumAgeHours',
    right: [{ minimumAgeHours: 1 }],
    wrong: [{ minimumAgeHours: 0 }],
    says: /an hour old at least/,
  },
  {
    field: 'writesPerSecond',
    right: [{ writesPerSecond: 50 }, { writesPerSecond: 1 }],
    wrong: [{ writesPerSecond: 51 }, { writesPerSecond: 0 }],
    says: /50 writes a second/,
  },
  { field: 'retentionDays', right: [{ retentionDays: 1 }], wrong: [{ retentionDays: 0 }], says: /evidence/ },
  {
    field: 'windows.0',
    right: [window({ to: '02:01' })],
    wrong: [window({ to: '02:00' }), window({ from: '23:00', to: '01:00' })],
    says: /does not cross midnight/,
  },
  {
    field: 'windows.0.to',
    right: [window({ to: '23:59' })],
    wrong: [window({ to: '24:00' }), window({ to: '5:00' })],
    says: /time of day/,
  },
  {
    field: 'windows.0.from',
    right: [window({ from: '00:00' })],
    wrong: [window({ from: '2:00', to: '05:00' }), window({ from: '2 am' })],
    says: /time of day/,
  },
  {
    field: 'windows.0.timeZone',
    right: [window({ timeZone: 'America/New_York' })],
    wrong: [window({ timeZone: 'Mars/Olympus' }), window({ timeZone: '+02:00' }), window({ timeZone: '' })],
    says: /not a time zone/,
  },
  { field: 'windows.0.days', right: [window({ days: ['sun'] })], wrong: [window({ days: [] })], says: /no day/ },
  { field: 'windows.0.days', right: [], wrong: [window({ days: ['sun', 'sun'] })], says: /twice/ },
  { field: 'windows.0.days.0', right: [], wrong: [window({ days: ['sunday'] })], says: /not a weekday/ },
  {
    field: 'freezes.0',
    right: [freeze({ to: '2026-12-20T00:00:01Z' })],
    wrong: [freeze({ to: '2026-12-20T00:00:00Z' })],
    says: /ends before it begins/,
  },
  {
    field: 'freezes.0.from',
    right: [freeze({ from: '2026-12-20T01:00:00+01:00' })],
    wrong: [freeze({ from: '2026-02-30T00:00:00Z' }), freeze({ from: '2026-12-20' })],
    says: /not a moment/,
  },
  { field: 'freezes.0.why', right: [], wrong: [freeze({ why: '' })], says: /is empty/ },
  {
    field: 'schedules.audit.expression',
    right: [
      schedule({ expression: 'cron(0 6 * * ? *)' }),
      schedule({ expression: 'cron(0/15 7-9 ? JAN,JUN MON#2 2026-2030)' }),
    ],
    wrong: [
      schedule({ expression: 'daily' }),
      schedule({ expression: 'rate(0 days)' }),
      schedule({ expression: 'cron(0 6 * * *)' }),
      schedule({ expression: 'cron(0 6 ? * WED)' }),
      schedule({ expression: 'cron(0 6 * * * *)' }),
      schedule({ expression: 'cron(0 6 * * ? * *)' }),
    ],
    says: /not a schedule/,
  },
  {
    field: 'schedules.audit.timeZone',
    right: [schedule({ timeZone: 'Europe/Berlin' })],
    wrong: [schedule({ timeZone: 'CEST-2' })],
    says: /not a time zone/,
  },
  {
    field: 'exemptPatterns.0',
    right: [{ exemptPatterns: ['*/legacy/*'] }],
    wrong: [{ exemptPatterns: [''] }],
    says: /fits nothing/,
  },
  {
    field: 'rotators.keys.allowedHosts.0',
    right: [hosts('keys.example.com'), hosts('10.0.0.1'), hosts('db')],
    wrong: [
      hosts('https://keys.example.com'),
      hosts('keys.example.com:443'),
      hosts('keys.example.com/v1'),
      hosts('*.example.com'),
      hosts('Keys.example.com'),
      hosts('a..b'),
      hosts(''),
    ],
    says: /bare host name/,
  },
  { field: 'rotators.keys.allowedHosts', right: [], wrong: [hosts()], says: /allows no host/ },
  {
    field: 'rotators.keys.kind',
    right: [],
    wrong: [{ rotators: { keys: { kind: 'ldap', allowedHosts: ['a'] } } }],
    says: /unknown kind/,
  },
  {
    field: 'rotators.postgres.masters',
    right: [alternating({ low: master('masters/low-aB3dE6') })],
    wrong: [alternating({})],
    says: /no master for tier low/,
  },
  {
    field: 'rotators.postgres.masters.high',
    right: [],
    wrong: [alternating({ low: master('masters/low-aB3dE6'), high: master('masters/high-aB3dE6') })],
    says: /which is no tier/,
  },
  {
    field: 'rotators.postgres.masters.low',
    right: [alternating({ low: master('test/lower/x-aB3dE6') })],
    wrong: [alternating({ low: master('test/low/master-aB3dE6') })],
    says: /lies in tier low/,
  },
  {
    field: 'rotators.postgres.masters.low',
    right: [],
    wrong: [alternating({ low: master('masters/low') }), alternating({ low: master('masters/low-*') })],
    says: /whole ARN/,
  },
  {
    field: 'rotators.plugged.strategy',
    right: [plugged(), plugged({ strategy: 'alternate' })],
    wrong: [plugged({ strategy: 'replace' }), plugged({ strategy: 'overlap' })],
    says: /is not alternate, the only strategy of a rotation function: .* no way back/,
  },
  {
    field: 'rotators.plugged.functions.low',
    right: [
      plugged({ functions: { low: lambda('rotate-low:live') } }),
      plugged({ functions: { low: `${lambda('rotate-low')}:7` } }),
    ],
    wrong: [
      plugged({ functions: { low: 'rotate-low' } }),
      plugged({ functions: { low: lambda('rotate-*') } }),
      plugged({ functions: { low: lambda('rotate-low:$LATEST') } }),
      plugged({ functions: { low: master('masters/low-aB3dE6') } }),
    ],
    says: /is not the ARN of a function/,
  },
  { field: 'rotators.plugged.functions', right: [], wrong: [plugged({ functions: {} })], says: /names no function/ },
  {
    field: 'rotators.plugged.functions.high',
    right: [],
    wrong: [plugged({ functions: { low: lambda('rotate-low'), high: lambda('rotate-high') } })],
    says: /which is no tier/,
  },
  {
    field: 'rotators.plugged.functions.low',
    right: [],
    wrong: [
      plugged({ functions: { low: lambda('rotate-low', 'eu-west-1:111122223333') } }),
      plugged({ functions: { low: lambda('rotate-low', 'us-east-1:111122223334') } }),
    ],
    says: /is not in the account and Region of its master \(us-east-1:111122223333\)/,
  },
  {
    field: 'rotators.plugged.functions.high',
    right: [
      { ...twoTiers, ...plugged() },
      {
        ...twoTiers,
        ...plugged({
          functions: { low: lambda('rotate-low'), high: lambda('rotate-high') },
          masters: { low: master('masters/low-aB3dE6'), high: master('masters/high-aB3dE6') },
        }),
      },
    ],
    wrong: ['rotate', 'rotate:live'].map((high) => ({
      ...twoTiers,
      ...plugged({
        functions: { low: lambda('rotate'), high: lambda(high) },
        masters: { low: master('masters/low-aB3dE6'), high: master('masters/high-aB3dE6') },
      }),
    })),
    says: /is the function of tier low as well/,
  },
  {
    field: 'rotators.plugged.masters',
    right: [],
    wrong: [plugged({ masters: {} })],
    says: /no master for tier low; name one for each tier that has a function/,
  },
  { field: 'probes.http.kind', right: [], wrong: [{ probes: { http: { kind: 'telnet' } } }], says: /postgres or http/ },
  {
    field: 'health.orders',
    right: [{ health: {} }],
    wrong: [
      { health: { orders: 'http://127.0.0.1/health' } },
      { health: { orders: 'orders' } },
      { health: { orders: 'https://user:pw@orders.example.com/' } },
    ],
    says: /https address/,
  },
  {
    field: 'alarms.0',
    right: [{ alarms: ['orders-5xx'] }],
    wrong: [
      { alarms: ['arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders'] },
      { alarms: ['*'] },
      { alarms: [''] },
    ],
    says: /name of an alarm/,
  },
  { field: 'approvers', right: [], wrong: [{ approvers: [] }], says: /nobody/ },
  {
    field: 'approvers',
    right: [approvers(['a', 'a@x.io'], ['b', 'b@x.io'])],
    wrong: [approvers(['a', 'a@x.io'], ['A', 'b@x.io']), approvers(['a', 'a@x.io'], ['b', 'A@x.io'])],
    says: /one person is one approver/,
  },
  { field: 'approvers.0.email', right: [], wrong: [approvers(['a', 'nowhere'])], says: /email/ },
  {
    field: 'approvers.0.slackUser',
    right: [slack({}), slack({}, 'W012ABCDEF')],
    wrong: [
      slack({}, 'first-approver'),
      slack({}, '@first-approver'),
      slack({}, 'C012ABCDEF'),
      slack({}, 'u012abcdef'),
    ],
    says: /id of a Slack user/,
  },
  {
    field: 'approvers.0.slackUser',
    right: [],
    wrong: [slack({}, null)],
    says: /Slack alone carries links/,
  },
  {
    field: 'approvers.0.slackUser',
    right: [],
    wrong: [{ ...slack({}), channels: {} }],
    says: /without channels\.slack/,
  },
  {
    field: 'approvers',
    right: [],
    wrong: [
      { ...slack({}), approvers: ['a', 'b'].map((name) => ({ name, email: `${name}@x.io`, slackUser: 'U012ABCDEF' })) },
    ],
    says: /one Slack user; one person is one approver/,
  },
  {
    field: 'requesters.0',
    right: [
      { requesters: [{ name: 'pipeline', principal: 'arn:aws:iam::111122223333:role/Deploy' }] },
      {
        ...acting('arn:aws:sts::111122223333:assumed-role/Team/first-approver'),
        requesters: [{ name: 'team', principal: 'arn:aws:sts::111122223333:assumed-role/Team/second-approver' }],
      },
    ],
    wrong: [
      {
        ...acting('arn:aws:sts::111122223333:assumed-role/Team/first-approver'),
        requesters: [{ name: 'team', principal: 'arn:aws:iam::111122223333:role/Team' }],
      },
      {
        ...acting('arn:aws:iam::111122223333:role/Approver'),
        requesters: [{ name: 'P0', principal: 'arn:aws:iam::111122223333:role/Admin' }],
      },
    ],
    says: /is the approver p0; leave it out, and put the principal into that approver's own entry/,
  },
  {
    field: 'approvers.0.principal',
    right: [
      acting('arn:aws:iam::111122223333:user/first-approver'),
      acting('arn:aws:iam::111122223333:role/people/Approver'),
      acting('arn:aws:sts::111122223333:assumed-role/Approver/first-approver@example.com'),
    ],
    wrong: [
      acting('first-approver'),
      acting('arn:aws:iam::111122223333:root'),
      acting('arn:aws:iam::111122223333:role/*'),
    ],
    says: /no ARN of an IAM user, a role, or a session of a role; copy it/,
  },
  {
    field: 'approvers',
    right: [
      acting('arn:aws:sts::111122223333:assumed-role/Approver/a', 'arn:aws:sts::111122223333:assumed-role/Approver/b'),
    ].map(({ approvers }) => ({
      approvers: approvers.map((one) => ({ ...one, principal: `${one.principal}${one.name}` })),
    })),
    wrong: [
      acting('arn:aws:iam::111122223333:user/first-approver', 'arn:aws:iam::111122223333:user/First-approver'),
      acting(
        'arn:aws:iam::111122223333:role/Approver',
        'arn:aws:sts::111122223333:assumed-role/Approver/first-approver',
      ),
    ],
    says: /two approvers as whom one IAM principal acts; one person is one approver/,
  },
  {
    field: 'channels.slack.channel',
    right: [slack({ channel: 'G012ABCDEF' }), slack({ channel: '#credential-rotation' })],
    wrong: [slack({ channel: 'U012ABCDEF' }), slack({ channel: 'general' }), slack({ channel: '#' })],
    says: /not a Slack channel/,
  },
  {
    field: 'channels.slack.tokenSecretArn',
    right: [],
    wrong: [slack({ tokenSecretArn: 'keyturn/slack' }), slack({ tokenSecretArn: `${master('keyturn/*')}` })],
    says: /whole ARN of a secret/,
  },
  {
    field: 'channels.slack.tokenSecretArn',
    right: [],
    wrong: [slack({ tokenSecretArn: master('test/low/slack-a1B2c3') })],
    says: /lies in tier low; keep the token outside/,
  },
  {
    field: 'channels.slack.tokenSecretArn',
    right: [],
    wrong: [{ ...slack({ tokenSecretArn: master('m/low-a1B2c3') }), ...alternating({ low: master('m/low-a1B2c3') }) }],
    says: /is a master as well; give the token/,
  },
  {
    field: 'channels.email.from',
    right: [email({}), email({ from: 'Keyturn@mail.example.com' })],
    wrong: [
      email({ from: 'example.com' }),
      email({ from: 'Keyturn <keyturn@example.com>' }),
      email({ from: 'a@b.io\r\nBcc: c@d.io' }),
    ],
    says: /not an email address; use one that SES has verified/,
  },
  {
    field: 'channels.email.configurationSet',
    right: [email({ configurationSet: 'a'.repeat(64) })],
    wrong: [
      email({ configurationSet: 'a'.repeat(65) }),
      email({ configurationSet: 'a/b' }),
      email({ configurationSet: '*' }),
    ],
    says: /name of a configuration set/,
  },
  {
    field: 'secretKeyArns.0',
    right: [{ secretKeyArns: ['arn:aws:kms:us-east-1:111122223333:key/0a1b2c'] }],
    wrong: [{ secretKeyArns: ['arn:aws:kms:us-east-1:111122223333:alias/secrets'] }, { secretKeyArns: ['*'] }],
    says: /of the key itself/,
  },
];

describe('settings', () => {
  it('let two people approve what holds the riskiest of several tiers, and one anything else', () => {
    const [low, high] = ['low', 'high'].map((name) => ({ name, path: `${name}/` }));
    const two = approvers(['requester', 'requester@example.com'], ['second-approver', 'second-approver@example.com']);
    const approvalsOf = (...given: readonly (typeof low)[]) =>
      defineSettings({ ...least, ...two, tiers: given } as SettingsInput).tiers.map(({ approvals }) => approvals);
    assert.deepEqual(approvalsOf(low, high), [1, 2]);
    assert.deepEqual(approvalsOf(high), [1]);
    assert.equal(defineSettings(least).tiers[0]?.holdBefore, false);
  });

  for (const { field, right, wrong, says } of boundaries) {
    for (const changed of right) {
      it(`may have ${field} as in ${JSON.stringify(changed)}`, () => {
        assert.deepEqual(problemsOf(changed), []);
      });
    }
    for (const changed of wrong) {
      it(`may not have ${field} as in ${JSON.stringify(changed)}`, () => {
        const [problem = '', ...others] = problemsOf(changed);
        assert.ok(problem.startsWith(`${field} (`), problem);
        assert.match(problem, says);
        assert.match(problem, /; /, 'it says what to do');
        assert.deepEqual(others, []);
      });
    }
  }

  it('are completed with the defaults', () => {
    const { tiers: _, rotators, probes, health, approvers, ...defaults } = defineSettings(least);
    assert.deepEqual(defaults, {
      stage: 'test',
      tagKeys: {
        expirationDate: 'expiration_date',
        tier: 'keyturn:tier',
        rotator: 'keyturn:rotator',
        probe: 'keyturn:probe',
        health: 'keyturn:health',
      },
      caps: { secrets: 50, percentOfFleet: 25, secretsPerDay: 100 },
      waveSizes: [5, 20],
      batchSize: 10,
      concurrency: 1,
      bakeTimeSeconds: 900,
      approvalTimeoutSeconds: 14_400,
      planValiditySeconds: 86_400,
      minimumAgeHours: 24,
      windows: [],
      freezes: [],
      writesPerSecond: 10,
      schedules: {
        audit: { expression: 'cron(0 6 * * ? *)', timeZone: 'UTC', enabled: true },
        rotation: { expression: 'cron(0 7 ? * TUE *)', timeZone: 'UTC', enabled: false },
        retirement: { expression: 'cron(0 7 ? * THU *)', timeZone: 'UTC', enabled: false },
      },
      retirement: { graceDays: 7, deleteAfterDays: 7 },
      driftLook: { expression: 'cron(0 5 * * ? *)', timeZone: 'UTC', enabled: true },
      exemptPatterns: [],
      alarms: [],
      requesters: [],
      channels: {},
      secretKeyArns: [],
      retentionDays: 400,
    });
    assert.deepEqual(rotators['http-api-key'], {
      kind: 'http-api-key',
      strategy: 'overlap',
      allowedHosts: ['keys.example.com'],
      validityDays: 90,
    });
  });

  it('hold moments, not texts', () => {
    const [first] = defineSettings({ ...least, ...freeze({}) } as SettingsInput).freezes;
    assert.deepEqual(first?.from, instant(Date.UTC(2026, 11, 20)));
  });

  it('say every problem at once: which field, which value, what is wrong, what to do', () => {
    const problems = problemsOf({
      ...alternating({}),
      caps: { secrets: 0 },
      batchsize: 5,
      approvalTimeoutSeconds: 7_200,
      planValiditySeconds: 3_600,
      approvers: undefined,
    });
    assert.deepEqual(problems.toSorted(), [
      'approvers (left out) is missing; add it',
      'caps.secrets (0) is not a whole number from 1 to 10000; say how many secrets one run may touch',
      'planValiditySeconds (3600) is shorter than approvers may take; let a plan stand for approvalTimeoutSeconds at least',
      'rotators.postgres.masters ({}) has no master for tier low; name one for each tier',
      ...problems.filter((problem) => problem.startsWith('settings (')),
    ]);
    assert.match(problems.join(), /has unknown fields \(batchsize\); correct their spelling or remove them/);
  });

  it('do not take a misspelt cap for a wish for the default', () => {
    assert.match(problemsOf({ caps: { percentOfFlet: 10 } }).join(), /unknown fields \(percentOfFlet\)/);
  });

  it('name the field that was left out when its default does not fit', () => {
    assert.deepEqual(problemsOf({ approvalTimeoutSeconds: 86_401 }), [
      'planValiditySeconds (left out) is shorter than approvers may take; let a plan stand for approvalTimeoutSeconds at least',
    ]);
  });

  it('do not take so few writes a second that a function could not make those of its batch in time', () => {
    assert.deepEqual(problemsOf({ batchSize: 20, concurrency: 20, writesPerSecond: 10 }), []);
    assert.deepEqual(problemsOf({ batchSize: 20, concurrency: 21, writesPerSecond: 10 }), [
      'writesPerSecond (10) is so few for 21 batches of 20 at a time that one would take 126 seconds of at most 120; make batches smaller, fewer at a time, or allow more writes',
    ]);
  });

  it('do not take a name that no tag can hold', () => {
    assert.deepEqual(problemsOf({ probes: { 'a probe': { kind: 'http' } } }), [
      'probes.a probe ({"kind":"http"}) is no name for an entry: it cannot be named by a tag; use letters, digits, dots, hyphens and underscores',
    ]);
  });

  it('do not take a field of the wrong type', () => {
    assert.deepEqual(problemsOf({ waveSizes: '5, 20' }), ['waveSizes ("5, 20") is not of the right type; give array']);
  });
});

describe("ChromePay's settings", () => {
  it('open the next window five hours and 45 minutes after the Wednesday at 14:15 in New York', () => {
    const { windows, freezes } = chromepay;
    const opens = nextStart(windows, freezes, instant(Date.UTC(2026, 10, 18, 19, 15)));
    assert.equal(opens, Date.UTC(2026, 10, 19, 2));
  });

  it('know all 50 services', () => {
    assert.equal(Object.keys(chromepay.health).length, 50);
  });
});
