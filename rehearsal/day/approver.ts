import { secretsAsked } from '../../core/approval/approval-answer.ts';
import { eligibleApprovers, type PendingApproval } from '../../core/approval/approval-desk.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import type { PlanShown } from '../../lambdas/review/shown.ts';
import { type Signer, signedBy } from '../account/signature.ts';
import type { Cloud } from '../cloud.ts';
import type { Door } from '../door/door.ts';
import { buttonUrl, type SlackWorkspace } from '../targets/slack.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { operatorStatements } from './operator.ts';
import { Visitor } from './visitor.ts';

/** The link that an approver was mailed last, for one run or for any. Undefined: none has arrived yet. */
export function linkIn(cloud: Cloud, email: string, run: string = ''): string | undefined {
  const links = cloud.ses.inbox(email).flatMap(({ text }) => text.match(/https?:\/\/\S+\/review\/\S+/)?.[0] ?? []);
  return links.findLast((link) => run === '' || link.includes(`/review/${run}/`));
}

/** The link behind the button that an approver was sent last in Slack. */
export const linkInSlack = (slack: SlackWorkspace, user: string): string | undefined =>
  slack
    .inbox(user)
    .flatMap((post) => buttonUrl(post) ?? [])
    .at(-1);

/** The links that approvers were sent last of this run, by their names. Those who were sent none are not in it. */
export function linksOf(cloud: Cloud, run: Run, slack?: SlackWorkspace): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const { name, email, slackUser } of cloud.settings.approvers) {
    const link = linkIn(cloud, email, run) ?? (slackUser && slack ? linkInSlack(slack, slackUser) : undefined);
    if (link?.includes(`/review/${run}/`)) links.set(name, link);
  }
  return links;
}

/** Whether a run has heard nothing yet of what it asked: its plan, or a wave of it, still waits for people. */
export function isAsking({ s3, archiveBucket, deskBucket }: Cloud, run: Run): boolean {
  const pending = s3.text(deskBucket, `pending/${run}.json`);
  if (pending === undefined) return false;
  const { scope } = JSON.parse(pending) as PendingApproval;
  return s3.text(archiveBucket, archiveKeys.decision(run, scope)) === undefined;
}

/**
 * Approves as a person would, over the same HTTP requests: opens the link, signs in where that is asked for, reads the form
 * on the page, and sends it with the number of secrets that the page asks for. Time stands still meanwhile, but for what the
 * requests take.
 *
 * @throws {Error} when the page has no form, or says that it did not accept the answer.
 */
export async function approve(time: VirtualTime, door: Door, [name, link]: readonly [string, string]): Promise<void> {
  const hold = time.hold();
  door.mind(hold);
  try {
    const browser = new Visitor();
    const page = await browser.openAs(name, link);
    const form = new URLSearchParams({
      decision: 'approved',
      digest: hiddenField(page, 'digest'),
      scope: hiddenField(page, 'scope'),
      nonce: hiddenField(page, 'nonce'),
      count: /<h1>.*?(\d[\d,]*)(?: of [\d,]+)? secrets?\b/.exec(page)?.[1]?.replaceAll(',', '') ?? '',
    });
    const answer = await browser.ask(link, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(link).origin },
      body: form.toString(),
    });
    if (answer.status !== 200) throw new Error(`the page did not accept the approval: ${answer.status}`);
  } finally {
    door.forget();
  }
}

/** A way for one approver to answer. */
export interface Way {
  readonly name: string;
  /** What the question is about. */
  readonly scope: string;
  /** The link, or else the command, by which a person would go. */
  readonly where: string;
  /** The command, where there is a link as well. */
  readonly orElse?: string;
  approve(): Promise<void>;
}

/** How approvers can answer what waits: by the links that they were sent, or, if none was, as the principals that they are. */
export function waysToAnswer(
  given: { readonly cloud: Cloud; readonly door: Door; readonly time: VirtualTime; readonly run: Run },
  slack: SlackWorkspace | undefined,
): readonly Way[] {
  const { cloud, door, time, run } = given;
  if (!isAsking(cloud, run)) return [];
  const pending = JSON.parse(cloud.s3.text(cloud.deskBucket, `pending/${run}.json`) ?? '{}') as PendingApproval;
  const { requestedBy, scope } = pending;
  const links = linksOf(cloud, run, slack);
  return eligibleApprovers(cloud.settings.approvers, requestedBy).flatMap(({ name, principal }): Way | [] => {
    const link = links.get(name);
    const key = principal === undefined ? undefined : keyOf(name, principal, cloud, door);
    const command = key && `${environmentOf(key, door)} npm run keyturn -- approve ${run}`;
    if (link !== undefined) {
      const byLink = { name, scope, where: link, approve: () => approve(time, door, [name, link]) };
      return command === undefined ? byLink : { ...byLink, orElse: command };
    }
    // Links arrive one after the other: where some are on their way, theirs is as well.
    if (links.size > 0 || key === undefined || command === undefined) return [];
    return { name, scope, where: command, approve: () => approveByIam(time, door, run, key) };
  });
}

/** With which the command line is let in at the rehearsal's door, and calls AWS there. */
const environmentOf = ({ accessKeyId, secretAccessKey }: Signer, { url }: Door): string =>
  `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_REGION=us-east-1 AWS_ENDPOINT_URL=${url} KEYTURN_API=${url}`;

/** With which somebody works at the command line while a rehearsal stays: the first approver who has a principal. */
export function environmentOfOperator(
  cloud: Cloud,
  door: Door,
): { readonly name: string; readonly environment: string } {
  const [first] = cloud.settings.approvers.filter(({ principal }) => principal !== undefined);
  const { name, principal } = { name: 'operator', principal: undefined, ...first };
  const as = principal ?? `arn:aws:iam::${cloud.stack.account}:role/${name}`;
  return { name, environment: environmentOf(keyOf(name, as, cloud, door), door) };
}

/** A key with which somebody works at the command line as a principal, known at the door. */
function keyOf(name: string, principal: string, cloud: Cloud, door: Door): Signer {
  const { acting, userArn } = callerAs(principal);
  cloud.account.authorisation.admit(acting, operatorStatements(cloud));
  const accessKeyId = `AKIA${name.replace(/\W/g, '').toUpperCase()}`;
  const signer = { accessKeyId, secretAccessKey: 'rehearsal', userArn, principal: acting };
  door.giveKey(accessKeyId, signer);
  return signer;
}

/** Whose policies count for a principal, and whom AWS says that it is: of a role, some session. */
function callerAs(principal: string): { readonly acting: string; readonly userArn: string } {
  const [, account, role] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.+\/)?([^/]+)$/.exec(principal) ?? [];
  if (role !== undefined) {
    return { acting: principal, userArn: `arn:aws:sts::${account}:assumed-role/${role}/rehearsal` };
  }
  const [, of, assumed] = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(principal) ?? [];
  return { acting: assumed === undefined ? principal : `arn:aws:iam::${of}:role/${assumed}`, userArn: principal };
}

/** Approves as `keyturn approve` does: looks at the plan, and answers with its digest and the number of its secrets. */
export async function approveByIam(time: VirtualTime, door: Door, run: Run, key: Signer): Promise<void> {
  const url = new URL(`/runs/${run}/approval`, door.url);
  const ask = async (method: string, body?: string) => {
    const scope = { service: 'execute-api', region: 'us-east-1', now: Date.now() };
    const headers = signedBy(key, { method, url, ...(body === undefined ? {} : { body }) }, scope);
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    if (response.status !== 200) throw new Error(`the desk did not take the approval: ${response.status}`);
    return (await response.json()) as { readonly plan: PlanShown };
  };
  door.mind(time.hold());
  try {
    const { plan } = await ask('GET');
    const { digest, scope, header } = plan;
    const count = String(secretsAsked(header, plan));
    await ask('POST', JSON.stringify({ decision: 'approved', digest, scope, count }));
  } finally {
    door.forget();
  }
}

function hiddenField(page: string, name: string): string {
  const input = page.match(/<input\b[^>]*>/g)?.find((tag) => tag.includes(`name="${name}"`));
  const value = input?.match(/value="([^"]*)"/)?.[1];
  if (value === undefined) throw new Error(`the review page has no field ${name}`);
  return value;
}
