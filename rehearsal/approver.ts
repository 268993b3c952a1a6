import type { PendingApproval } from '../core/approval-desk.ts';
import { archiveKeys } from '../core/archive-keys.ts';
import type { Run } from '../core/plan.ts';
import type { Cloud } from './cloud.ts';
import type { Door } from './door.ts';
import { buttonUrl, type SlackWorkspace } from './targets/slack.ts';
import type { VirtualTime } from './virtual-time.ts';
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
      count: /<h1>(?:Go on [^:]*: )?[a-zA-Z ]+ (\d[\d,]*) /.exec(page)?.[1]?.replaceAll(',', '') ?? '',
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

function hiddenField(page: string, name: string): string {
  const input = page.match(/<input\b[^>]*>/g)?.find((tag) => tag.includes(`name="${name}"`));
  const value = input?.match(/value="([^"]*)"/)?.[1];
  if (value === undefined) throw new Error(`the review page has no field ${name}`);
  return value;
}
