import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import settings from '../../chromepay.config.ts';
import { permissionsIn } from '../../lib/permissions.ts';
import { defineSettings, SettingsError, type SettingsInput } from '../../lib/settings.ts';
import { type Deployed, deploy } from './deployment.ts';

/*
 * Goal: a sign-in that would not protect, or would lock everybody out, fails the synthesis; one that is asked for adds what
 * it takes to the review function alone, and one that is not asked for adds nothing.
 *
 * Method: the smallest settings there are, with one field changed; the policies of the synthesised template.
 */

type Fields = Readonly<Record<string, unknown>>;

const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`;

/** The problems that settings have, one line each. */
function problemsOf(signIn: Fields | undefined, changed: Fields = {}): readonly string[] {
  const least = {
    stage: 'test',
    tiers: [{ name: 'low', path: 'test/low/' }],
    rotators: { 'http-api-key': { kind: 'http-api-key', allowedHosts: ['keys.example.com'] } },
    probes: { http: { kind: 'http' } },
    health: {},
    approvers: [{ name: 'first-approver', email: 'first-approver@example.com' }],
    ...(signIn && { signIn: { issuer: 'https://id.example.com', clientId: 'keyturn', ...signIn } }),
    ...changed,
  };
  try {
    defineSettings(least as SettingsInput);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message.split('\n  ').slice(1);
  }
}

const approvers = (...people: Fields[]) => ({
  approvers: people.map((person, index) => ({ name: `p${index}`, email: `p${index}@example.com`, ...person })),
});

describe('settings of a sign-in', () => {
  it('are complete with an issuer and a client, and know approvers by their verified address then', () => {
    const { signIn } = defineSettings({
      ...settings,
      health: {},
      signIn: { issuer: 'https://id.example.com', clientId: 'keyturn' },
    } as unknown as SettingsInput);
    assert.deepEqual(signIn, {
      issuer: 'https://id.example.com',
      clientId: 'keyturn',
      claim: 'email',
      scopes: ['email'],
    });
  });

  const rows: readonly {
    readonly field: string;
    readonly right: readonly (readonly [Fields | undefined, Fields?])[];
    readonly wrong: readonly (readonly [Fields | undefined, Fields?])[];
    readonly says: RegExp;
  }[] = [
    {
      field: 'signIn.issuer',
      right: [
        [{ issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI' }],
        [{ issuer: 'https://id.example.com/' }],
      ],
      wrong: [
        [{ issuer: 'http://id.example.com' }],
        [{ issuer: 'id.example.com' }],
        [{ issuer: 'https://id.example.com?a=1' }],
        [{ issuer: 'https://id.example.com#a' }],
        [{ issuer: 'https://user@id.example.com' }],
      ],
      says: /not an issuer; copy it from the provider/,
    },
    {
      field: 'signIn.clientId',
      right: [],
      wrong: [[{ clientId: '' }], [{ clientId: 'a b' }]],
      says: /not a client id/,
    },
    {
      field: 'signIn.clientSecretArn',
      right: [[{ clientSecretArn: secretArn('keyturn/sign-in-a1B2c3') }]],
      wrong: [[{ clientSecretArn: 'keyturn/sign-in' }]],
      says: /whole ARN of a secret/,
    },
    {
      field: 'signIn.clientSecretArn',
      right: [],
      wrong: [[{ clientSecretArn: secretArn('test/low/sign-in-a1B2c3') }]],
      says: /lies in tier low; keep the client secret outside/,
    },
    {
      field: 'signIn.clientSecretArn',
      right: [],
      wrong: [
        [
          { clientSecretArn: secretArn('keyturn/slack-a1B2c3') },
          {
            channels: { slack: { channel: 'C012ABCDEF', tokenSecretArn: secretArn('keyturn/slack-a1B2c3') } },
            ...approvers({ slackUser: 'U012ABCDEF' }),
          },
        ],
      ],
      says: /is the token as well; give the client secret a secret of its own/,
    },
    {
      field: 'signIn.claim',
      right: [[{ claim: 'cognito:username' }, approvers({ signIn: 'IdentityCenter_first-approver@example.com' })]],
      wrong: [[{ claim: '' }], [{ claim: 'a b' }]],
      says: /not the name of a claim/,
    },
    {
      field: 'signIn.scopes',
      right: [[{ scopes: ['email', 'profile'] }]],
      wrong: [[{ scopes: ['profile'] }], [{ scopes: [] }]],
      says: /lacks email, without which/,
    },
    { field: 'signIn.scopes.0', right: [], wrong: [[{ scopes: ['email profile', 'email'] }]], says: /not a scope/ },
    {
      field: 'signIn.maxAgeSeconds',
      right: [[{ maxAgeSeconds: 60 }], [{ maxAgeSeconds: 86_400 }]],
      wrong: [[{ maxAgeSeconds: 59 }], [{ maxAgeSeconds: 86_401 }]],
      says: /a minute at least, and a day at most/,
    },
    {
      field: 'approvers.0.signIn',
      right: [[{}, approvers({ signIn: 'first.last@example.com' })]],
      wrong: [[undefined, approvers({ signIn: 'first-approver' })]],
      says: /of no use without signIn/,
    },
    {
      field: 'approvers.0.signIn',
      right: [[{ claim: 'sub' }, approvers({ signIn: 'a1b2' })]],
      wrong: [[{ claim: 'sub' }]],
      says: /is needed, since approvers are known by sub/,
    },
    {
      field: 'approvers.1.signIn',
      right: [[{}, approvers({}, {})]],
      wrong: [
        [{}, approvers({}, { signIn: 'P0@example.com' })],
        [{ claim: 'sub' }, approvers({ signIn: 'a' }, { signIn: 'a' })],
      ],
      says: /one person is one approver/,
    },
  ];
  for (const { field, right, wrong, says } of rows) {
    it(`${field}: ${says.source.slice(0, 60)}`, () => {
      for (const [signIn, changed] of right) assert.deepEqual(problemsOf(signIn, changed), []);
      for (const [signIn, changed] of wrong) {
        const problems = problemsOf(signIn, changed);
        assert.ok(
          problems.some((problem) => problem.startsWith(`${field} (`) && says.test(problem)),
          `${JSON.stringify(signIn)}: ${problems.join('; ')}`,
        );
      }
    });
  }
});

const clientSecretArn = secretArn('keyturn/sign-in-a1B2c3');
const signIn = { issuer: 'https://id.example.com', clientId: 'keyturn', claim: 'email', scopes: ['email'] };
const without = deploy(settings);
const withSignIn = deploy({ ...settings, signIn: { ...signIn, clientSecretArn } });

const linesOf = ({ template }: Deployed) =>
  [...permissionsIn(template)].flatMap(([actor, granted]) =>
    granted.flatMap(({ actions, resources, condition }) =>
      actions.flatMap((action) => resources.map((resource) => `${actor}: ${action} on ${resource} if ${condition}`)),
    ),
  );

const routesOf = (deployed: Deployed) =>
  Object.values(deployed.all('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties.RouteKey as string);

describe('S9: a sign-in', () => {
  it('adds to the review function, and to no other: a seal for cookies, and one exact secret', () => {
    const before = new Set(linesOf(without));
    const added = linesOf(withSignIn).filter((line) => !before.has(line));
    assert.deepEqual(added.toSorted(), [
      'keyturn-prod-review: kms:GenerateMac on {ApprovalDeskCookieSealKey} if ',
      'keyturn-prod-review: kms:VerifyMac on {ApprovalDeskCookieSealKey} if ',
      `keyturn-prod-review: secretsmanager:GetSecretValue on ${clientSecretArn} if `,
    ]);
  });

  it('needs no secret where the provider has given none', () => {
    const lines = linesOf(deploy({ ...settings, signIn })).filter((line) => line.startsWith('keyturn-prod-review'));
    assert.deepEqual(
      lines.filter((line) => line.includes('GetSecretValue')),
      [],
    );
  });

  it('seals cookies with a key that seals no decision, and that nobody else may use', () => {
    const key =
      Object.values(withSignIn.all('AWS::KMS::Key')).find(({ Properties }) =>
        /browsers keep/.test(Properties.Description),
      )?.Properties ?? assert.fail('no key');
    assert.equal(key.KeySpec, 'HMAC_256');
    const denied = (key.KeyPolicy.Statement as { Sid?: string; Effect: string; Condition?: unknown }[]).filter(
      ({ Effect }) => Effect === 'Deny',
    );
    assert.deepEqual(
      denied.map(({ Sid }) => Sid),
      ['NobodyElseSeals', 'NobodyElseChecks'],
    );
    const variables = withSignIn.functions().get('keyturn-prod-review')?.Environment.Variables;
    assert.notDeepEqual(variables.COOKIE_KEY, variables.SEAL_KEY);
  });

  it('opens the way to the provider and back, for GET alone, and only where it is asked for', () => {
    const before = new Set(routesOf(without));
    const added = routesOf(withSignIn).filter((route) => !before.has(route));
    assert.deepEqual(added.toSorted(), ['GET /sign-in/{run}/{link}', 'GET /signed-in']);
  });
});
