import { oldHistory } from '../../core/approval/approval-summary.ts';
import type { Instant } from '../../core/instant.ts';
import { modeWords } from '../../core/mode-words.ts';
import { counted } from '../../core/plain-text.ts';
import type { Mode } from '../../core/plan.ts';
import { retirementTexts } from '../../core/rotation/retirement.ts';
import { type Html, html } from './html.ts';
import { dayOf, daysBetween, tierColour } from './page-parts.ts';
import type { Row } from './sheet.ts';
import type { PlanView } from './view.ts';

/** Every secret on this page that the plan would touch, by tier and service. */
export function secretsSection({ sheet, header, tiers }: PlanView): Html | undefined {
  const { rows } = sheet;
  if (rows.length === 0) return undefined;

  const tables = [...Map.groupBy(rows, ({ tier }) => tier)];
  const part =
    rows.length < header.selected ? html`<p>${rows.length} of ${header.selected} on this page.</p>` : undefined;
  return html`<section id="secrets" aria-labelledby="secrets-title"><h2 id="secrets-title">What is ${modeWords[header.mode].done}</h2>
${part}${tables.map(([tier, ofTier], index) =>
  tierTable({
    tier,
    rows: ofTier,
    tiers,
    asOf: header.draftedAt,
    turn: turnHeads[header.mode],
    isOpen: sheet.page > 1 || index === tables.length - 1,
  }),
)}</section>`;
}

const turnHeads: Readonly<Record<Mode, string>> = {
  audit: 'Overdue',
  rotate: 'Overdue',
  restore: 'Expires again',
  retire: 'Old credential',
};

interface TierTable {
  readonly tier: string;
  readonly rows: readonly Row[];
  readonly tiers: readonly string[];
  readonly asOf: Instant;
  /** The head of the column that says what is ahead of each secret. */
  readonly turn: string;
  /** The tier of the highest risk is: nobody approves it unseen. */
  readonly isOpen: boolean;
}

function tierTable({ tier, rows, tiers, asOf, turn, isOpen }: TierTable): Html {
  const services = Map.groupBy(rows, ({ service }) => service);
  return html`<details class="tier"${isOpen ? html` open` : undefined}><summary><span class="key ${tierColour(tiers, tier)}">${tier}</span> ${counted(rows.length, 'secret')} of ${counted(services.size, 'service')}</summary>
<table aria-label="${tier}">
<thead><tr><th scope="col">Secret</th><th scope="col" class="number">Age</th><th scope="col" class="number">${turn}</th><th scope="col" class="number">Wave</th></tr></thead>
${[...services].map(
  ([service, secrets]) => html`<tbody><tr><th colspan="4" scope="rowgroup">${service}</th></tr>
${secrets.map((row) => secretRow(row, asOf))}</tbody>
`,
)}</table></details>
`;
}

const secretRow = (row: Row, asOf: Instant): Html => {
  const { name, rotator, strategy, currentSince, wave } = row;
  const { history, turn } = storyOf(row);
  return html`<tr><td><bdi>${name}</bdi><small>${rotator}, ${strategy}; ${history}</small></td><td class="number">${daysBetween(currentSince, asOf)} d</td><td class="number">${turn}</td><td class="number">${wave}</td></tr>
`;
};

/** What has been with a secret, and what is ahead of it. */
function storyOf({ expirationDate, currentSince, daysOverdue, before, old }: Row): { history: string; turn: string } {
  const since = dayOf(currentSince);
  if (old !== undefined) return { history: `old credential ${oldHistory(old)}`, turn: retirementTexts[old.retirement] };
  if (before !== undefined) return { history: `rotated ${since}`, turn: before.expirationDate };
  return { history: `last rotated ${since}, expired ${expirationDate}`, turn: `${daysOverdue} d` };
}
