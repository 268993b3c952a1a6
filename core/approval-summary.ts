import type { Announcement } from './announcer.ts';
import type { FreshInvitation, PendingApproval } from './approval-desk.ts';
import { guardrailName, nearness } from './guardrail-words.ts';
import type { Instant } from './instant.ts';
import { counted, oneLine, utcMinute } from './plain-text.ts';
import type { PlanHeader } from './plan.ts';
import { sayUnusual } from './unusual.ts';

export { guardrailName, nearness } from './guardrail-words.ts';

/** What would happen, in one sentence without its full stop. */
export function headline({ selected, fleet, waves, startsAt }: PlanHeader, now: Instant): string {
  const start = startsAt <= now ? 'starting as soon as it is approved' : `starting ${utcMinute(startsAt)}`;
  return `Rotate ${selected} of ${counted(fleet.secrets, 'secret')} in ${counted(waves.length, 'wave')}, ${start}`;
}

/** What an approver is sent: enough to know whether to look now, and the link that is theirs alone. */
export function invitationText(
  header: PlanHeader,
  { approver, link }: FreshInvitation,
  { answerBy, askedAt, digest, run }: PendingApproval,
  reviewUrl: string,
): Announcement {
  const question = `rotate ${counted(header.selected, 'secret')}? Answer by ${utcMinute(answerBy)}`;
  const waves = header.waves.map(
    ({ number, secrets, tiers }) =>
      `  Wave ${number}: ${counted(secrets, 'secret')}, ${tiers.map(oneLine).join(' and ')}`,
  );
  const guardrails = header.guardrails.map((guardrail) => `  ${guardrailName(guardrail)}: ${nearness(guardrail)}`);
  const unusual = header.unusual.map((finding) => `  ${sayUnusual(finding)}`);
  const leftAlone = Object.values(header.leftAlone).reduce((sum, count) => sum + count, 0);

  return {
    to: approver.name,
    subject: `Keyturn ${oneLine(header.stage)}: ${question}`,
    text: [
      `${headline(header, askedAt)}.`,
      '',
      `Asked for by: ${oneLine(header.requestedBy)}`,
      `Why: ${oneLine(header.why)}`,
      `Answer by: ${utcMinute(answerBy)}. Without an answer nothing is rotated.`,
      '',
      ...waves,
      `  Left alone: ${counted(leftAlone, 'secret')}`,
      '',
      'Caps:',
      ...guardrails,
      '',
      ...(unusual.length > 0 ? ['Unusual:', ...unusual, ''] : []),
      'See the plan and decide here. The link is yours alone: whoever has it can answer as you.',
      reviewLink(reviewUrl, run, link),
      '',
      `Run: ${run}`,
      `Plan: ${digest}`,
    ].join('\n'),
  };
}

const reviewLink = (reviewUrl: string, run: string, link: string) =>
  `${reviewUrl.replace(/\/+$/, '')}/review/${run}/${link}`;
