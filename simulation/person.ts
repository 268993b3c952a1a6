import { linkIn } from '../rehearsal/approver.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { Stack } from '../rehearsal/stack.ts';
import type { VirtualTime } from '../rehearsal/virtual-time.ts';

/** Approves at the review page as soon as a link has come, and tries again a minute later whenever that fails. */
export async function approveSometime(
  time: VirtualTime,
  cloud: Cloud,
  stack: Stack,
  isWaiting: () => boolean,
): Promise<void> {
  while (isWaiting()) {
    const link = cloud.settings.approvers.flatMap(({ email }) => linkIn(cloud, email) ?? [])[0];
    if (link !== undefined && (await approveAt(link, cloud, stack))) return;
    await time.sleep(60_000);
  }
}

async function approveAt(link: string, cloud: Cloud, stack: Stack): Promise<boolean> {
  const { pathname } = new URL(link);
  const page = (await ask(cloud, stack, 'GET', pathname)) ?? '';
  const form = new URLSearchParams({
    decision: 'approved',
    digest: hiddenField(page, 'digest'),
    nonce: hiddenField(page, 'nonce'),
    count: /<h1>\w+ (\d[\d,]*) of/.exec(page)?.[1]?.replaceAll(',', '') ?? '',
  });
  return (await ask(cloud, stack, 'POST', pathname, form.toString())) !== undefined;
}

/** One request as API Gateway hands it on. Undefined: it went wrong. */
async function ask(
  cloud: Cloud,
  { httpApis: [api], region, account }: Stack,
  method: 'GET' | 'POST',
  path: string,
  form?: string,
): Promise<string | undefined> {
  const route = api?.routes.find(({ routeKey }) => routeKey.startsWith(method));
  if (api === undefined || route === undefined) throw new Error(`the stack has no route for ${method}`);
  const { origin, host } = new URL(api.endpoint);
  const body = form === undefined ? {} : { body: Buffer.from(form).toString('base64') };
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { host, origin, 'content-type': 'application/x-www-form-urlencoded' },
    requestContext: { http: { method, path } },
    ...body,
    isBase64Encoded: form !== undefined,
  };
  const answer = (await cloud.account.call('apigateway.amazonaws.com', 'lambda', 'Invoke', {
    FunctionName: /functions\/(arn:[^/]+)\/invocations/.exec(route.integrationUri)?.[1] ?? route.integrationUri,
    SourceArn: `arn:aws:execute-api:${region}:${account}:${api.id}/$default/${route.routeKey.replace(' ', '')}`,
    Payload: JSON.stringify(event),
  })) as { Payload: string; FunctionError?: string };
  if (answer.FunctionError !== undefined) return undefined;
  const { statusCode, body: text = '' } = JSON.parse(answer.Payload);
  return statusCode === 200 ? text : undefined;
}

const hiddenField = (page: string, name: string): string =>
  page
    .match(/<input\b[^>]*>/g)
    ?.find((tag) => tag.includes(`name="${name}"`))
    ?.match(/value="([^"]*)"/)?.[1] ?? '';
