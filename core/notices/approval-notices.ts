import type { FreshInvitation, PendingApproval } from '../approval/approval-desk.ts';
import { headline, waveHeadline } from '../approval/approval-summary.ts';
import { guardrailName, nearness } from '../guardrail-words.ts';
import { modeWords } from '../mode-words.ts';
import { counted, oneLine, utcMinute } from '../plain-text.ts';
import type { PlanHeader } from '../plan.ts';
import { sayUnusual } from '../planning/unusual.ts';
import { waveOfScope } from '../scope.ts';
import { type Fact, type Notice, type PersonalLink, quoted, type Section } from './notice.ts';

/** Why people are told of a plan: it is new, it still waits and time runs out, or one approved and more must. */
export type Asking = 'ask' | 'remind' | 'more';

/** Who has approved already, and how many more must. */
export interface Standing {
  readonly approvedBy: readonly string[];
  readonly missing: number;
}

const nothingYet: Standing = { approvedBy: [], missing: 0 };

/** More than these of anything are for the page to show. */
const mostLines = 12;

/** What an approver is sent: enough to know whether to look now. The link that is theirs alone goes beside it. */
export const invitationNotice = (
  header: PlanHeader,
  pending: PendingApproval,
  asking: Asking,
  standing: Standing = nothingYet,
): Notice => ({
  subject: subjectOf(header, pending, asking, standing),
  lead: `${headingOf(header, pending)}.`,
  facts: [
    ...askedFacts(header),
    ...finalFacts(header),
    answerFact(pending),
    ...standingFacts(standing, neededOf(header, pending)),
  ],
  sections: summaryOf(header),
  references: referencesOf(pending),
});

/** Who was asked, and how each can answer. */
export interface Reached {
  /** Sent a link of their own. */
  readonly asked: readonly string[];
  readonly unreached: readonly string[];
  /** Can answer as an IAM principal. */
  readonly byIam: readonly string[];
  readonly standing?: Standing;
}

/** A command decides nothing by being read: whoever types it is whom AWS says. */
const commandsFor = ({ run }: PendingApproval): string =>
  `npm run keyturn -- approve ${run}, or reject ${run} --reason TEXT`;

/** What everybody may know: that a plan waits, and for whom. Nothing in it decides. */
export const waitingNotice = (
  header: PlanHeader,
  pending: PendingApproval,
  asking: Asking,
  { asked, unreached, byIam, standing = nothingYet }: Reached,
): Notice => ({
  subject: subjectOf(header, pending, asking, standing),
  lead: `${pending.scope === 'plan' ? 'A plan' : 'A wave'} waits for an approval: ${headingOf(header, pending)}.`,
  facts: [
    ...askedFacts(header),
    ...finalFacts(header),
    answerFact(pending),
    ...standingFacts(standing, neededOf(header, pending)),
    ...(asked.length === 0 ? [] : [{ name: 'Asked, each by a link of their own', value: asked.join(', ') }]),
    ...(unreached.length === 0 ? [] : [{ name: 'Sent no link', value: unreached.join(', ') }]),
    ...(byIam.length === 0 ? [] : [{ name: `From a terminal, by ${byIam.join(', ')}`, value: commandsFor(pending) }]),
  ],
  sections: summaryOf(header),
  references: referencesOf(pending),
});

/** The way to one approver's page. */
export const personalLink = (
  reviewUrl: string,
  { run }: PendingApproval,
  { link }: FreshInvitation,
  asking: Asking,
): PersonalLink => ({
  url: `${reviewUrl.replace(/\/+$/, '')}/review/${run}/${link}`,
  label: asking === 'remind' ? 'See the plan and decide now' : 'See the plan and decide',
  warning: 'The link is yours alone: whoever has it can answer as you.',
});

function headingOf(header: PlanHeader, { scope, askedAt }: PendingApproval): string {
  const wave = waveOfScope(scope);
  return wave === undefined ? headline(header, askedAt) : waveHeadline(header, wave);
}

function subjectOf(
  header: PlanHeader,
  { answerBy, scope }: PendingApproval,
  asking: Asking,
  { missing }: Standing,
): string {
  const { stage, mode, selected } = header;
  const wave = waveOfScope(scope);
  const what = wave === undefined ? `${modeWords[mode].act} ${counted(selected, 'secret')}` : `go on with wave ${wave}`;
  const question = `${what}? Answer by ${utcMinute(answerBy)}`;
  const before = { ask: '', remind: 'still waiting: ', more: `${missing} more must approve: ` };
  return `Keyturn ${oneLine(stage)}: ${before[asking]}${question}`;
}

const askedFacts = ({ requestedBy, why }: PlanHeader): readonly Fact[] => [
  { name: 'Asked for by', value: quoted(requestedBy) },
  { name: 'Why', value: quoted(why) },
];

/** What nobody can undo is said before anybody approves it. */
const finalFacts = ({ retirements }: PlanHeader): readonly Fact[] =>
  retirements === undefined || retirements.delete === 0
    ? []
    : [{ name: 'Final', value: `${counted(retirements.delete, 'old credential')} deleted: this cannot be undone` }];

const answerFact = ({ answerBy, scope }: PendingApproval): Fact => ({
  name: 'Answer by',
  value: `${utcMinute(answerBy)}. Without an answer nothing ${scope === 'plan' ? '' : 'more '}is touched.`,
});

/** How many people must approve what is asked. */
function neededOf({ approvals, waves }: PlanHeader, { scope }: PendingApproval): number {
  const wave = waveOfScope(scope);
  return wave === undefined ? approvals : (waves.find(({ number }) => number === wave)?.approvals ?? approvals);
}

/** One approval is what everybody expects. More are said from the beginning. */
function standingFacts({ approvedBy, missing }: Standing, needed: number): readonly Fact[] {
  if (approvedBy.length === 0) {
    return needed > 1 ? [{ name: 'Takes', value: `the approvals of ${needed} different people` }] : [];
  }
  return [{ name: 'Approved already', value: `by ${approvedBy.join(', ')}; ${missing} more must approve` }];
}

const referencesOf = ({ run, digest }: PendingApproval): readonly Fact[] => [
  { name: 'Run', value: run },
  { name: 'Plan', value: digest },
];

function summaryOf(header: PlanHeader): readonly Section[] {
  const waves = header.waves.map(
    ({ number, secrets, tiers }) =>
      `Wave ${number}: ${counted(secrets, 'secret')}, ${tiers.map(oneLine).join(' and ')}`,
  );
  const leftAlone = Object.values(header.leftAlone).reduce((sum, count) => sum + count, 0);
  const sections = [
    { title: 'Waves', lines: [...shortened(waves, 'wave'), `Left alone: ${counted(leftAlone, 'secret')}`] },
    {
      title: 'Caps',
      lines: shortened(
        header.guardrails.map((guardrail) => `${guardrailName(guardrail)}: ${nearness(guardrail)}`),
        'cap',
      ),
    },
    { title: 'Unusual', lines: shortened(header.unusual.map(sayUnusual).map(quoted), 'finding') },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

const shortened = (lines: readonly string[], noun: string): readonly string[] =>
  lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `and ${counted(lines.length - mostLines, `more ${noun}`)}`];
