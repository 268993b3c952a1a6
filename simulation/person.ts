import type { Cloud } from '../rehearsal/cloud.ts';
import type { VirtualTime } from '../rehearsal/virtual-time.ts';

/** What people do when they are asked. */
export const manners = ['approve', 'reject', 'do not answer'] as const;
export type Manner = (typeof manners)[number];

/** Every approver answers behind every link that has come, and tries again a minute later whenever that fails. */
export async function answerSometime(
  time: VirtualTime,
  { cloud, manner }: { readonly cloud: Cloud; readonly manner: Manner },
  isWaiting: () => boolean,
): Promise<void> {
  const answered = new Set<string>();
  while (isWaiting() && manner !== 'do not answer') {
    for (const link of linksIn(cloud)) {
      if (!answered.has(link) && (await answerAt(link, cloud, manner))) answered.add(link);
    }
    await time.sleep(60_000);
  }
}

/** Every personal link that any approver was mailed. */
export const linksIn = ({ ses, settings }: Cloud): ReadonlySet<string> =>
  new Set(
    settings.approvers.flatMap(({ email }) =>
      ses.inbox(email).flatMap(({ text }) => text.match(/https?:\/\/\S+\/review\/\S+/)?.[0] ?? []),
    ),
  );

/** Whether the answer was taken, or there is nothing to answer any more. */
async function answerAt(link: string, cloud: Cloud, manner: 'approve' | 'reject'): Promise<boolean> {
  const { pathname } = new URL(link);
  const page = await ask(cloud, 'GET', pathname);
  if (page === undefined) return false;
  if (!page.includes('name="nonce"')) return true;
  const form = new URLSearchParams({
    decision: manner === 'approve' ? 'approved' : 'rejected',
    digest: hiddenField(page, 'digest'),
    scope: hiddenField(page, 'scope'),
    nonce: hiddenField(page, 'nonce'),
    ...(manner === 'approve' ? { count: countIn(page) } : { reason: 'not this week' }),
  });
  return (await ask(cloud, 'POST', pathname, form.toString())) !== undefined;
}

/** One request as API Gateway hands it on. Undefined: it went wrong. */
async function ask(cloud: Cloud, method: 'GET' | 'POST', path: string, form?: string): Promise<string | undefined> {
  const { stack } = cloud;
  const {
    httpApis: [api],
    region,
    account,
  } = stack;
  const route = api?.routes.find(({ routeKey }) => routeKey.startsWith(`${method} /review/`));
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
  const call = cloud.account.call('apigateway.amazonaws.com', 'lambda', 'Invoke', {
    FunctionName: /functions\/(arn:[^/]+)\/invocations/.exec(route.integrationUri)?.[1] ?? route.integrationUri,
    SourceArn: `arn:aws:execute-api:${region}:${account}:${api.id}/$default/${route.routeKey.replace(' ', '')}`,
    Payload: JSON.stringify(event),
  });
  const answer = (await call.catch((error: unknown) => {
    // Whoever comes while the stack is updated is at a version that nobody may call any more.
    if (cloud.stack === stack) throw error;
    return { FunctionError: 'Refused' };
  })) as { Payload: string; FunctionError?: string };
  if (answer.FunctionError !== undefined) return undefined;
  const { statusCode, body: text = '' } = JSON.parse(answer.Payload);
  return statusCode === 200 ? text : undefined;
}

/** How many secrets the page says that it is about: of a retirement it counts what is done to them as well. */
function countIn(page: string): string {
  const [, heading = ''] = /<h1>(.*?)<\/h1>/s.exec(page) ?? [];
  const [, count = ''] =
    /(\d[\d,]*) of \d[\d,]* secrets?\b/.exec(heading) ?? /(?:Go on [^:]*: )?\w+ (\d[\d,]*) /.exec(heading) ?? [];
  return count.replaceAll(',', '');
}

const hiddenField = (page: string, name: string): string =>
  page
    .match(/<input\b[^>]*>/g)
    ?.find((tag) => tag.includes(`name="${name}"`))
    ?.match(/value="([^"]*)"/)?.[1] ?? '';
