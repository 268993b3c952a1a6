import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';

import { SesMail } from '../../adapters/ses-mail.ts';
import { noticeText } from '../../core/notices/notice.ts';
import { firstApprover, hostile, link, notice } from './notices.ts';

const ses = mockClient(SESv2Client);
const client = new SESv2Client({ region: 'us-east-1' });
const mail = new SesMail(client, { from: 'keyturn@example.com', configurationSet: 'keyturn' });
const sent = () => ses.commandCalls(SendEmailCommand)[0]?.args[0].input ?? assert.fail('nothing was sent');
const simple = () => sent().Content?.Simple ?? assert.fail('it is not simple');

beforeEach(() => {
  ses.reset();
});

describe('a mail', () => {
  it('goes to one approver, from the configured address, under the configuration set', async () => {
    await mail.write(firstApprover, notice, link);
    const { Content, ...envelope } = sent();
    assert.deepEqual(envelope, {
      FromEmailAddress: 'Keyturn <keyturn@example.com>',
      Destination: { ToAddresses: ['first-approver@example.com'] },
      ConfigurationSetName: 'keyturn',
    });
    assert.deepEqual(Content?.Simple?.Headers, [
      { Name: 'Auto-Submitted', Value: 'auto-generated' },
      { Name: 'X-Auto-Response-Suppress', Value: 'All' },
    ]);
  });

  it('names no configuration set when none is configured', async () => {
    await new SesMail(client, { from: 'keyturn@example.com' }).write(firstApprover, notice, link);
    assert.ok(!('ConfigurationSetName' in sent()));
  });

  it('says the same in text and in HTML, with the link in both', async () => {
    await mail.write(firstApprover, notice, link);
    assert.deepEqual(simple().Body?.Text, { Charset: 'UTF-8', Data: noticeText(notice, link) });
    const html = simple().Body?.Html?.Data ?? '';
    for (const { name, value } of [...notice.facts, ...notice.references]) {
      assert.ok(html.includes(name) && html.includes(value), name);
    }
    assert.equal(html.split(link.url).length, 2);
  });

  it('asks SES not to track the link, and fetches nothing from anywhere', async () => {
    await mail.write(firstApprover, notice, link);
    const html = simple().Body?.Html?.Data ?? '';
    assert.match(html, /<a ses:no-track [^>]*href="https:\/\/desk\.example\.com\/review\/run-1\/the-link"/);
    assert.doesNotMatch(html, /<img|<link|src=|url\(|@import|<script/);
    assert.equal(html.match(/https?:/g)?.length, 1);
  });

  it('has no link when there is none to send', async () => {
    await mail.write(firstApprover, notice, undefined);
    assert.doesNotMatch(JSON.stringify(sent()), /https?:|ses:no-track/);
  });

  it('keeps what others wrote from becoming a header or markup', async () => {
    await mail.write(firstApprover, hostile, undefined);
    assert.equal(simple().Subject?.Data, 'Große Bcc: all@example.com <!channel>');
    const html = simple().Body?.Html?.Data ?? '';
    assert.doesNotMatch(html, /<script|<img|<b>|<i>|<u>|evil\.example\|click>/);
    assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; /);
  });

  it('has a subject of at most 150 characters', async () => {
    await mail.write(firstApprover, { ...notice, subject: 'x'.repeat(500) }, link);
    assert.equal(simple().Subject?.Data?.length, 150);
  });

  it('reaches every approver', () => assert.equal(mail.reaches(), true));

  it('fails when SES rejects it', async () => {
    ses.on(SendEmailCommand).rejects(Object.assign(new Error('not verified'), { name: 'MessageRejected' }));
    await assert.rejects(mail.write(firstApprover, notice, link), { name: 'MessageRejected' });
  });
});
