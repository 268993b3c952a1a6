/*
 * Goal: the door hands a browser's request to the function that the API's routes lead to, as API Gateway does.
 *
 * Method: an account in which one function answers whatever it is asked with what it was given.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Door } from '../../../rehearsal/door/door.ts';

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:review:1';
const api = {
  logicalId: 'Api',
  type: 'AWS::ApiGatewayV2::Api',
  properties: {},
  id: 'api1',
  endpoint: 'http://127.0.0.1',
  routes: ['GET /review/{run}/{link}', 'POST /review/{run}/{link}', 'POST /runs'].map((routeKey) => ({
    routeKey,
    authorizationType: 'NONE',
    integrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
  })),
};

interface Invoke {
  readonly FunctionName: string;
  readonly SourceArn: string;
  readonly Payload: string;
}

describe('the door', () => {
  let door: Door;
  const invoked: Invoke[] = [];
  let answer: object = {};
  /** Which invocation takes its time, and for how long. */
  let slow: { at?: number; until?: Promise<void> } = {};

  before(async () => {
    door = await Door.open();
    const account = {
      call: async (_principal: string, _service: string, _operation: string, input: unknown) => {
        invoked.push(input as Invoke);
        const answered = answer;
        await (invoked.length === slow.at ? slow.until : undefined);
        return answered;
      },
    };
    door.leadTo(account as unknown as Parameters<Door['leadTo']>[0], api, 'us-east-1:111122223333');
  });
  after(() => door.close());

  it('invokes the function of the route, in the name of that route, with a payload in the shape of 2.0', async () => {
    answer = { Payload: JSON.stringify({ statusCode: 201, headers: { 'x-page': 'yes' }, body: 'hello' }) };
    const response = await fetch(`${door.url}/review/run-1/link-1?preview=1`, {
      method: 'POST',
      headers: { 'X-Mixed-Case': 'yes' },
      body: 'a=1',
    });
    assert.deepEqual([response.status, response.headers.get('x-page'), await response.text()], [201, 'yes', 'hello']);

    const { FunctionName, SourceArn, Payload } = invoked.at(-1) ?? assert.fail('nothing was invoked');
    assert.equal(FunctionName, arn);
    assert.equal(SourceArn, 'arn:aws:execute-api:us-east-1:111122223333:api1/$default/POST/review/{run}/{link}');
    const { headers, ...event } = JSON.parse(Payload);
    assert.equal(headers['x-mixed-case'], 'yes');
    assert.deepEqual(event, {
      version: '2.0',
      rawPath: '/review/run-1/link-1',
      rawQueryString: 'preview=1',
      requestContext: { http: { method: 'POST', path: '/review/run-1/link-1' } },
      body: 'YT0x',
      isBase64Encoded: true,
    });
  });

  it('takes a form that is sent for a person’s decision, and neither a look at it nor a run that somebody starts', async () => {
    answer = { Payload: JSON.stringify({ statusCode: 200 }) };
    let decided = false;
    const deciding = door
      .personDecides({ resume: () => {}, suspend: () => {} } as unknown as Parameters<Door['personDecides']>[0])
      .then(() => {
        decided = true;
      });
    await fetch(`${door.url}/review/run-1/link-1`);
    await fetch(`${door.url}/runs`, { method: 'POST' });
    assert.equal(decided, false);
    await fetch(`${door.url}/review/run-1/link-1`, { method: 'POST' });
    await deciding;
  });

  it('hands cookies over as a list and in no header, and sends each of its own in a header of its own', async () => {
    const cookies = ['a=1; Path=/', 'b=2; Path=/'];
    answer = { Payload: JSON.stringify({ statusCode: 200, cookies }) };
    const headers = { cookie: 'c=3; d=4' };
    const response = await fetch(`${door.url}/review/run-1/link-1`, { headers });
    assert.deepEqual(response.headers.getSetCookie(), cookies);

    const event = JSON.parse(invoked.at(-1)?.Payload ?? '{}');
    assert.deepEqual([event.cookies, event.headers.cookie], [['c=3', 'd=4'], undefined]);
  });

  it('knows no other path and no other method', async () => {
    const before = invoked.length;
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/review/run-1'],
      ['GET', '/review/run-1/link-1/more'],
      ['PUT', '/review/run-1/link-1'],
      ['HEAD', '/review/run-1/link-1'],
    ] as const) {
      assert.equal((await fetch(`${door.url}${path}`, { method })).status, 404, `${method} ${path}`);
    }
    assert.equal(invoked.length, before);
  });

  it('answers 500 for a function that failed, and says nothing of why', async () => {
    answer = { Payload: '{"errorMessage":"a secret"}', FunctionError: 'Unhandled' };
    const response = await fetch(`${door.url}/review/run-1/link-1`);
    assert.deepEqual([response.status, await response.text()], [500, '']);
  });

  it('lets time go on until the last of several requests is served, and tells whoever waits for a visit', async () => {
    answer = { Payload: JSON.stringify({ statusCode: 200 }) };
    const said: string[] = [];
    const hold = { resume: () => said.push('still'), suspend: () => said.push('on') };
    const visited = door.visited(hold as unknown as Parameters<Door['visited']>[0]);
    let finish = () => {};
    slow = {
      at: invoked.length + 1,
      until: new Promise<void>((resolve) => {
        finish = resolve;
      }),
    };
    const first = fetch(`${door.url}/review/run-1/link-1`);
    while (invoked.length < (slow.at ?? 0)) await new Promise((resolve) => setImmediate(resolve));
    await fetch(`${door.url}/review/run-1/link-2`);
    await visited;
    assert.deepEqual(said.includes('still'), false, 'the first one still needs time');
    door.mind(hold as unknown as Parameters<Door['mind']>[0]);
    finish();
    await first;
    assert.equal(said.at(-1), 'still');
    door.forget();
    slow = {};
  });

  it('hands on bytes', async () => {
    answer = { Payload: JSON.stringify({ statusCode: 200, body: 'aGVsbG8=', isBase64Encoded: true }) };
    assert.equal(await (await fetch(`${door.url}/review/run-1/link-1`)).text(), 'hello');
  });

  it('refuses a body that is longer than any answer', async () => {
    const body = 'x'.repeat(1_000_001);
    const response = await fetch(`${door.url}/review/run-1/link-1`, { method: 'POST', body }).catch(() => undefined);
    assert.notEqual(response?.status, 200);
  });
});
