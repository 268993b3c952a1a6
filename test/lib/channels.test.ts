import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import settings from '../../chromepay.config.ts';
import type { ChannelSettings, Settings } from '../../core/settings.ts';
import { permissionsIn } from '../../lib/permissions.ts';
import { deploy } from './deployment.ts';

/*
 * Goal: who may reach people, by what and whom, is what the settings say and no more.
 *
 * Method: the policies of templates that differ in their channels.
 */

const tokenSecretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:keyturn/slack-token-a1B2c3';
const slack = { channel: 'C012ABCDEF', tokenSecretArn };
/** Those who write to people: about a plan, how a run ended, whether it came to its end or died, and what drifted since. */
const reaching = ['close-run', 'recover-run', 'request-approval', 'watch-drift'].map((step) => `keyturn-prod-${step}`);

const email = { from: 'keyturn@chromepay.example' };

/** Who may do an action, to what, under what condition. */
function allowed(action: string, channels: ChannelSettings, more: Partial<Settings> = {}) {
  const approvers = settings.approvers.map((approver, index) => ({
    ...approver,
    ...(channels.slack === undefined ? {} : { slackUser: `U00000000${index}` }),
  }));
  const { template } = deploy({ ...settings, approvers, channels, ...more });
  return [...permissionsIn(template)].flatMap(([actor, statements]) =>
    statements
      .filter(({ actions }) => actions.includes(action))
      .flatMap(({ resources, condition }) => resources.map((resource) => ({ actor, resource, condition }))),
  );
}

describe("Slack's token", () => {
  const readers = allowed('secretsmanager:GetSecretValue', { slack });

  it('is read by those who ask, those who close, recovered runs included, and who looks for drift, by its exact ARN', () => {
    const ofToken = readers.filter(({ resource }) => resource === tokenSecretArn);
    assert.deepEqual(ofToken.map(({ actor }) => actor).toSorted(), reaching.toSorted());
  });

  it('is the only value that they may read, and no pattern of anybody fits it', () => {
    for (const { actor, resource } of readers) {
      if (reaching.includes(actor)) assert.equal(resource, tokenSecretArn);
      else assert.ok(!tokenSecretArn.startsWith(resource.replace(/\*$/, '')), `${actor} ${resource}`);
    }
  });

  it('may be encrypted with a key of the customer, which they use by way of Secrets Manager alone', () => {
    const key = 'arn:aws:kms:us-east-1:111122223333:key/secrets';
    const users = allowed('kms:Decrypt', { slack }, { secretKeyArns: [key] }).filter(
      ({ resource }) => resource === key,
    );
    for (const step of reaching) {
      const found = users.filter(({ actor }) => actor === step);
      assert.deepEqual(
        found.map(({ condition }) => condition),
        ['StringEquals kms:ViaService secretsmanager.{AWS::Region}.amazonaws.com'],
      );
    }
  });

  it('is nobody’s where there is no Slack', () => {
    const others = allowed('secretsmanager:GetSecretValue', { email });
    assert.ok(!others.some(({ actor }) => reaching.includes(actor)));
  });
});

describe('mail', () => {
  it('is sent by those who ask, those who close, and who looks for drift, from the identity, to approvers', () => {
    const senders = allowed('ses:SendEmail', { email });
    const identities = ['identity/keyturn@chromepay.example', 'identity/chromepay.example'];
    assert.deepEqual(
      senders.map(({ actor, resource }) => `${actor} ${resource}`).toSorted(),
      reaching
        .flatMap((actor) => identities.map((one) => `${actor} arn:aws:ses:us-east-1:111122223333:${one}`))
        .toSorted(),
    );
    for (const { condition } of senders) {
      assert.match(condition, /StringEquals ses:FromAddress keyturn@chromepay\.example/);
      assert.match(condition, /ForAllValues:StringEquals ses:Recipients platform-oncall@.* \| security-oncall@/);
    }
  });

  it('is sent by nobody where there is none', () => assert.deepEqual(allowed('ses:SendEmail', { slack }), []));
});

describe('the topic', () => {
  const subscribed = (channels: ChannelSettings) =>
    Object.values(deploy({ ...settings, channels }).all('AWS::SNS::Subscription')).map(
      ({ Properties }) => Properties.FilterPolicy,
    );

  it('tells approvers everything where they get no mail, and else what is not about a run', () => {
    const notOfRuns = { about: [{ exists: false }] };
    assert.deepEqual(subscribed({}), [undefined, undefined, undefined]);
    assert.deepEqual(subscribed({ email }), [notOfRuns, notOfRuns, notOfRuns]);
  });
});
