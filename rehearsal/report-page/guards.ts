import { guardrailName, nearness } from '../../core/approval/approval-summary.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import { bar, moment } from '../../lambdas/review/page-parts.ts';
import type { RunTold } from '../day/report.ts';
import type { Place } from './place.ts';

/** What stood between the selection and the fleet: bounds, and a person. */
export const guardsSection = (told: RunTold, place: Place): Html =>
  place.section(
    'guards',
    'Guardrails and approval',
    html`<ul class="bars">${told.guardrails.map(guardrailItem)}</ul>
<p>${approval(told)}</p>`,
  );

function guardrailItem(guardrail: RunTold['guardrails'][number]): Html {
  const { actual, limit, verdict } = guardrail;
  return html`<li><span class="name">${guardrailName(guardrail)}</span>${bar(
    actual === 0
      ? []
      : [{ share: Math.min(actual, limit), colour: 'within' }, ...over(actual, limit)].filter(({ share }) => share > 0),
    Math.max(actual, limit),
  )}<span class="words">${nearness(guardrail)}${verdict === 'exceeded' ? html`: <strong class="bad">exceeded</strong>` : undefined}</span></li>`;
}

const over = (actual: number, limit: number) => (actual > limit ? [{ share: actual - limit, colour: 'exceeded' }] : []);

function approval({ approval, timeline, mode }: RunTold): Html {
  if (approval !== undefined) {
    return html`The plan was <strong>${approval.decision}</strong> by <strong><bdi>${approval.by}</bdi></strong>, ${moment(approval.at)}.`;
  }
  if (timeline.some(({ state }) => state === 'Request approval'))
    return html`People were asked, and nobody answered in time.`;
  return mode === 'audit'
    ? html`An audit asks nobody: it touches nothing.`
    : html`Nobody was asked: the run ended before there was a plan to approve.`;
}
