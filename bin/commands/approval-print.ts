import { guardrailName, nearness, oldHistory, wayBack } from '../../core/approval/approval-summary.ts';
import { decidedAt, reasonOf } from '../../core/approval/decision.ts';
import { counted, oneLine, utcMinute } from '../../core/plain-text.ts';
import { sayUnusual } from '../../core/planning/unusual.ts';
import { retirementTexts } from '../../core/rotation/retirement.ts';
import type { PlanShown, Shown } from '../../lambdas/review/shown.ts';
import { table } from '../table.ts';

/**
 * A plan for the terminal, in the order of the page: what an approver needs to decide, the most needed first.
 *
 * Names and reasons come from outside, so each is printed as one line without control characters.
 */
export function planText(plan: PlanShown): string {
  const parts = [
    `${plan.headline}.`,
    factsText(plan),
    section('Guardrails', table(plan.header.guardrails.map((one) => [`  ${guardrailName(one)}`, nearness(one)]))),
    section('Unusual', plan.header.unusual.map((one) => `  ${oneLine(sayUnusual(one))}`).join('\n')),
    wavesText(plan),
    secretsText(plan),
    leftAloneText(plan),
    wayBack(plan.header).join('\n'),
    `The decision is about exactly this plan, and no other:\n${plan.digest}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const section = (title: string, lines: string): string => (lines === '' ? '' : `${title}\n${lines}`);

function factsText({ header, answerBy, standing, scope }: PlanShown): string {
  const given = standing.approvals.map(({ approver }) => oneLine(approver));
  const approvals = `${given.length} of ${standing.needed}${given.length === 0 ? '' : ` (${given.join(', ')})`}`;
  return table([
    ['Asked for by', oneLine(header.requestedBy)],
    ['Why', oneLine(header.why)],
    ['Answer by', `${utcMinute(answerBy)}. Without an answer nothing is touched.`],
    ['Approvals', approvals],
    ['Run', `${header.run}${scope === 'plan' ? '' : `, ${scope}`}`],
  ]);
}

const wavesText = ({ header }: PlanShown): string =>
  section(
    'Waves',
    table(
      header.waves.map(({ number, secrets, tiers, batches }) => [
        `  Wave ${number}`,
        counted(secrets, 'secret'),
        tiers.map(oneLine).join(' and '),
        `in ${counted(batches.length, 'batch', 'batches')}`,
      ]),
    ),
  );

/** By tier in the order of risk, and by service within it. */
function secretsText({ header, batches, tiers }: PlanShown): string {
  const secrets = batches.flatMap((batch) => batch.secrets.map((secret) => ({ ...secret, wave: batch.wave })));
  const ordered = tiers.flatMap((tier) =>
    secrets.filter((secret) => secret.tier === tier).toSorted((a, b) => (a.service < b.service ? -1 : 1)),
  );
  const rows = ordered.map(({ tier, service, name, wave, rotator, strategy, daysOverdue, currentSince, old }) => [
    `  ${oneLine(tier)}`,
    oneLine(service),
    oneLine(name),
    String(wave),
    oneLine(rotator),
    strategy,
    ...(old === undefined
      ? [utcMinute(currentSince).slice(0, 10), String(daysOverdue)]
      : [retirementTexts[old.retirement], oldHistory(old)]),
  ]);
  const heads = ['  tier', 'service', 'secret', 'wave', 'rotator', 'strategy', ...turnHeads(header)];
  return section('Secrets', table([heads, ...rows]));
}

/** Of a retirement, what becomes of each old credential; of any other run, how old the current one is. */
const turnHeads = ({ mode }: PlanShown['header']): readonly string[] =>
  mode === 'retire' ? ['old credential', 'which was'] : ['last rotated', 'days overdue'];

const leftAloneText = ({ header }: PlanShown): string =>
  section(
    'Left alone',
    table(
      Object.entries(header.leftAlone)
        .toSorted(([, one], [, other]) => other - one)
        .map(([reason, count]) => [`  ${count}`, reason]),
    ),
  );

/** How a question stands that takes no answer any more, or yours already, in a sentence. */
export function standingText({ kind, decision, own, plan }: Shown): string {
  if (decision !== undefined) {
    const by = decision.answers.map(({ answer }) => oneLine(answer.approver)).join(' and ');
    const reason = reasonOf(decision);
    return `It was ${decision.decision} on ${utcMinute(decidedAt(decision))} by ${by}${reason === undefined ? '' : `: ${oneLine(reason)}`}.`;
  }
  if (own !== undefined) {
    const { needed = 1, approvals = [] } = plan?.standing ?? {};
    return `You ${own.decision} it on ${utcMinute(own.decidedAt)}. ${approvals.length} of ${needed} approvals are given.`;
  }
  if (kind === 'over') return 'The time to answer is over. Nothing will be touched.';
  return 'The stored plan is not the one that waits for an answer. Nobody can approve it.';
}
