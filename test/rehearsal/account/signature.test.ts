/*
 * Goal: the door lets in whom IAM lets, by a signature that counts, and nobody else; and it says who that is.
 *
 * Method: requests over HTTP, signed by the SDK's own signer, and then changed in one way each.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { Account } from '../../../rehearsal/account/account.ts';
import { signedBy } from '../../../rehearsal/account/signature.ts';
import { Door } from '../../../rehearsal/door/door.ts';
import { type Asked, sessionOf, signedFetch, signedHeaders } from './signing.ts';

const role = 'arn:aws:iam::111122223333:role/Engineer';
const requester = sessionOf(role, 'requester@example.com');
const user = {
  accessKeyId: 'AKIAGRACE',
  secretAccessKey: 'secret of first-approver',
  userArn: 'arn:aws:iam::111122223333:user/first-approver',
  principal: 'arn:aws:iam::111122223333:user/first-approver',
};
const now = Date.UTC(2026, 10, 18, 19, 15);
const api = {
  logicalId: 'Api',
  type: 'AWS::ApiGatewayV2::Api',
  properties: {},
  id: 'api1',
  endpoint: 'http://127.0.0.1',
  routes: ['POST /runs', 'GET /runs/{run}/approval'].map((routeKey) => ({
    routeKey,
    authorizationType: 'AWS_IAM',
    integrationUri: 'arn:aws:lambda:us-east-1:111122223333:function:start:1',
  })),
};

describe('a door of IAM', () => {
  let door: Door;
  const events: { requestContext: { authorizer?: unknown }; rawPath: string }[] = [];
  const evaluated: (readonly [string, string, string])[] = [];
  let mayInvoke = true;

  before(async () => {
    door = await Door.open(() => now);
    const account = {
      authorisation: {
        contextOf: (principal: string) => ({
          allows: (action: string, resource: string) => {
            evaluated.push([principal, action, resource]);
            return mayInvoke;
          },
        }),
      },
      call: async (_principal: string, _service: string, _operation: string, { Payload }: { Payload: string }) => {
        events.push(JSON.parse(Payload));
        return { Payload: '{"statusCode":200,"body":"in"}' };
      },
    };
    door.leadTo(account as unknown as Account, api, 'us-east-1:111122223333');
    door.giveKey(requester.accessKeyId, requester);
    door.giveKey(user.accessKeyId, user);
  });
  after(() => door.close());

  const start = (): Asked => ({
    url: `${door.url}/runs`,
    method: 'POST',
    body: '{"mode":"audit"}',
    signingDate: new Date(now),
  });

  it('lets in whoever signed and may, and tells the function who that is', async () => {
    const answered = await signedFetch(requester, start());
    assert.deepEqual([answered.status, await answered.text()], [200, 'in']);
    assert.deepEqual(events.at(-1)?.requestContext.authorizer, {
      iam: {
        accessKey: requester.accessKeyId,
        accountId: '111122223333',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:sts::111122223333:assumed-role/Engineer/requester@example.com',
      },
    });
    assert.deepEqual(evaluated.at(-1), [
      role,
      'execute-api:Invoke',
      'arn:aws:execute-api:us-east-1:111122223333:api1/$default/POST/runs',
    ]);
  });

  it('lets in whom the rehearsal signs for', async () => {
    const url = new URL(start().url);
    const body = '{"mode":"audit"}';
    const scope = { service: 'execute-api', region: 'us-east-1', now };
    for (const key of [requester, user]) {
      const headers = signedBy(key, { method: 'POST', url, body }, scope);
      assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 200);
    }
  });

  it('evaluates the very path that is asked for, its escapes and its query too', async () => {
    const url = `${door.url}/runs/rotate-2026%20x/approval?b=2&a=1%2B1`;
    assert.equal((await signedFetch(user, { url, method: 'GET', signingDate: new Date(now) })).status, 200);
    assert.equal(evaluated.at(-1)?.[2].split('/$default/')[1], 'GET/runs/rotate-2026%20x/approval');
  });

  it('lets in five minutes after the signature, and five minutes before', async () => {
    for (const [seconds, status] of [
      [-301, 403],
      [-300, 200],
      [300, 200],
      [301, 403],
    ] as const) {
      const signingDate = new Date(now + seconds * 1_000);
      assert.equal((await signedFetch(requester, { ...start(), signingDate })).status, status, String(seconds));
    }
  });

  describe('does not let in', () => {
    const refused = async (asking: Promise<Response>) => {
      const before = events.length;
      const answered = await asking;
      assert.deepEqual([answered.status, await answered.text()], [403, '{"message":"Forbidden"}']);
      assert.equal(events.length, before);
    };

    it('who has not signed', () => refused(fetch(start().url, { method: 'POST', body: '{}' })));
    it('who signed another body', () => refused(signedFetch(requester, start(), { body: '{"mode":"rotate"}' })));
    it('who signed another query', () => refused(signedFetch(requester, start(), { url: `${door.url}/runs?x=1` })));
    it('who signed another path', () =>
      refused(signedFetch(requester, { ...start(), url: `${door.url}/audits` }, { url: `${door.url}/runs` })));
    it('who signed another method', () =>
      refused(signedFetch(requester, { ...start(), method: 'PUT' }, { method: 'POST' })));
    it('who signed for another service', () => refused(signedFetch(requester, { ...start(), service: 'sts' })));
    it('who signed for another Region', () => refused(signedFetch(requester, { ...start(), region: 'eu-west-1' })));
    it('who signed for another host', () =>
      refused(signedFetch(requester, { ...start(), url: 'http://api.example/runs' }, { url: `${door.url}/runs` })));
    it('whose key is unknown', () => refused(signedFetch({ ...requester, accessKeyId: 'ASIAMALLORY' }, start())));
    it('whose secret is another', () => refused(signedFetch({ ...requester, secretAccessKey: 'guessed' }, start())));
    it('who lacks the session’s token', () =>
      refused(signedFetch(requester, start(), { headers: { 'x-amz-security-token': 'another' } })));
    it('who moved the signature to another moment', () =>
      refused(signedFetch(requester, start(), { headers: { 'x-amz-date': '20261118T191600Z' } })));
    it('who left the host out of what is signed', async () => {
      const { authorization = '', ...headers } = await signedHeaders(requester, start());
      const without = authorization.replace('host;', '');
      await refused(
        fetch(start().url, { method: 'POST', body: '{}', headers: { ...headers, authorization: without } }),
      );
    });
    it('who garbles the header', async () => {
      for (const authorization of ['', 'Bearer x', 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e'])
        await refused(fetch(start().url, { method: 'POST', body: '{}', headers: { authorization } }));
    });
    it('whose policies do not let them', async () => {
      mayInvoke = false;
      await refused(signedFetch(requester, start()));
      mayInvoke = true;
    });
  });
});
