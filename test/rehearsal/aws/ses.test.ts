/* Goal: mail is sent in a rehearsal as SES would take it. Method: what `rehearsal/aws/ses.md` says, each from both sides. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';

import { SesReplica } from '../../../rehearsal/aws/ses.ts';
import { account, Caller, region, Watch } from '../bench.ts';

const arn = (resource: string) => `arn:aws:ses:${region}:${account}:${resource}`;

function bench(...identities: readonly string[]) {
  const replica = new SesReplica({ clock: new Watch(), account, region });
  for (const identity of identities) replica.verify(identity);
  replica.createConfigurationSet('keyturn');
  const send = (changed: object = {}, caller = new Caller()) =>
    replica.call('SendEmail', { ...mail, ...changed } as never, caller);
  return { replica, send };
}

const simple = (changed: object) => ({
  Content: { Simple: { Subject: { Data: 'A plan waits' }, Body: { Text: { Data: 'hello' } }, ...changed } },
});

const mail: SendEmailCommandInput = {
  FromEmailAddress: 'Keyturn <keyturn@chromepay.example>',
  Destination: { ToAddresses: ['requester@chromepay.example'] },
  ...simple({}),
};

describe('a mail', () => {
  it('comes to each of its recipients', () => {
    const { replica, send } = bench('keyturn@chromepay.example');
    const answer = send({
      ConfigurationSetName: 'keyturn',
      ...simple({
        Body: { Text: { Data: 'hello' }, Html: { Data: '<p>hello' } },
        Headers: [{ Name: 'X-A', Value: 'b' }],
      }),
    });
    assert.deepEqual(replica.inbox('requester@chromepay.example'), [
      {
        messageId: (answer as { MessageId: string }).MessageId,
        at: Date.UTC(2026, 10, 18, 12),
        from: 'Keyturn <keyturn@chromepay.example>',
        to: ['requester@chromepay.example'],
        subject: 'A plan waits',
        html: '<p>hello',
        text: 'hello',
        headers: { 'X-A': 'b' },
        configurationSet: 'keyturn',
      },
    ]);
    assert.deepEqual(replica.inbox('first-approver@chromepay.example'), []);
  });

  it('may come from any address of a verified domain', () => {
    const { send } = bench('chromepay.example');
    send();
    send({ FromEmailAddress: 'other@chromepay.example' });
    assert.throws(() => send({ FromEmailAddress: 'other@sub.chromepay.example' }), { name: 'MessageRejected' });
  });

  it('may not come from an identity that is not verified', () => {
    assert.throws(() => bench().send(), { name: 'MessageRejected', message: /not verified/ });
  });

  it('has 1 to 50 recipients', () => {
    const { send } = bench('chromepay.example');
    const to = (count: number) => ({
      Destination: { ToAddresses: Array.from({ length: count }, (_, index) => `a${index}@x.example`) },
    });
    send(to(50));
    assert.throws(() => send(to(51)), { name: 'BadRequestException' });
    assert.throws(() => send(to(0)), { name: 'BadRequestException' });
  });

  it('has addresses that are addresses, a subject of one line and a body', () => {
    const { send } = bench('chromepay.example');
    for (const wrong of [
      { FromEmailAddress: 'Keyturn' },
      { FromEmailAddress: 'Keyturn\r\nBcc: all@x.example <keyturn@chromepay.example>' },
      { Destination: { ToAddresses: ['requester@x.example, eve@x.example'] } },
      simple({ Subject: { Data: 'A plan\r\nBcc: all@x.example' } }),
      simple({ Subject: { Data: '' } }),
      simple({ Body: {} }),
      { Content: { Raw: { Data: new Uint8Array() } } },
    ]) {
      assert.throws(() => send(wrong), { name: 'BadRequestException' }, JSON.stringify(wrong));
    }
  });

  it('has at most 15 headers of its own, in ASCII, and none of those that SES writes', () => {
    const { send } = bench('chromepay.example');
    const headers = (...all: readonly object[]) => simple({ Headers: all });
    const one = { Name: 'X-A', Value: 'b' };
    send(headers(...Array(15).fill(one)));
    assert.throws(() => send(headers(...Array(16).fill(one))), { name: 'BadRequestException' });
    for (const wrong of [
      { Name: 'Bcc', Value: 'eve@x.example' },
      { Name: 'Message-ID', Value: '1' },
      { Name: 'X A', Value: 'b' },
      { Name: 'X-A', Value: 'b\r\nBcc: eve@x.example' },
      { Name: 'X-A', Value: 'é' },
      { Name: 'X-A', Value: '' },
    ]) {
      assert.throws(() => send(headers(wrong)), { name: 'BadRequestException' }, JSON.stringify(wrong));
    }
  });

  it('needs a configuration set that exists, if it names one', () => {
    const { send } = bench('chromepay.example');
    assert.throws(() => send({ ConfigurationSetName: 'other' }), { name: 'NotFoundException', statusCode: 404 });
  });
});

describe('permission', () => {
  const conditions = {
    'ses:FromAddress': 'keyturn@chromepay.example',
    'ses:Recipients': ['requester@chromepay.example'],
  };

  it('is asked for on the identity and the configuration set, with sender and recipients', () => {
    const { send } = bench('keyturn@chromepay.example');
    const caller = new Caller();
    send({ ConfigurationSetName: 'keyturn' }, caller);
    assert.deepEqual(caller.asked, [
      { action: 'ses:SendEmail', resource: arn('identity/keyturn@chromepay.example'), conditions },
      { action: 'ses:SendEmail', resource: arn('configuration-set/keyturn'), conditions },
    ]);
  });

  it('is asked for on the domain, where that is what is verified', () => {
    const caller = new Caller();
    bench('chromepay.example').send({}, caller);
    assert.deepEqual(caller.asked, [
      { action: 'ses:SendEmail', resource: arn('identity/chromepay.example'), conditions },
    ]);
  });

  it('that is denied sends nothing', () => {
    const { send, replica } = bench('chromepay.example');
    assert.throws(() => send({}, new Caller('ses:SendEmail')), { name: 'AccessDeniedException' });
    assert.deepEqual(replica.inbox('requester@chromepay.example'), []);
  });
});

describe('another operation', () => {
  it('is not replicated', () => {
    const { replica } = bench();
    assert.throws(() => replica.call('SendBulkEmail', {} as never, new Caller()), { name: 'BadRequestException' });
  });
});
