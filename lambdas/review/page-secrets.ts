import type { Instant } from '../../core/instant.ts';
import { modeWords } from '../../core/mode-words.ts';
import { counted } from '../../core/plain-text.ts';
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
    isRestore: header.mode === 'restore',
    isOpen: sheet.page > 1 || index === tables.length - 1,
  }),
)}</section>`;
}

interface TierTable {
  readonly tier: string;
  readonly rows: readonly Row[];
  readonly tiers: readonly string[];
  readonly asOf: Instant;
  readonly isRestore: boolean;
  /** The tier of the highest risk is: nobody approves it unseen. */
  readonly isOpen: boolean;
}

function tierTable({ tier, rows, tiers, asOf, isRestore, isOpen }: TierTable): Html {
  const services = Map.groupBy(rows, ({ service }) => service);
  return html`<details class="tier"${isOpen ? html` open` : undefined}><summary><span class="key ${tierColour(tiers, tier)}">${tier}</span> ${counted(rows.length, 'secret')} of ${counted(services.size, 'service')}</summary>
<table aria-label="${tier}">
<thead><tr><th scope="col">Secret</th><th scope="col" class="number">Age</th><th scope="col" class="number">${isRestore ? 'Expires again' : 'Overdue'}</th><th scope="col" class="number">Wave</th></tr></thead>
${[...services].map(
  ([service, secrets]) => html`<tbody><tr><th colspan="4" scope="rowgroup">${service}</th></tr>
${secrets.map((row) => secretRow(row, asOf))}</tbody>
`,
)}</table></details>
`;
}

const secretRow = (row: Row, asOf: Instant): Html => {
  const { name, rotator, strategy, expirationDate, currentSince, daysOverdue, before, wave } = row;
  const since = dayOf(currentSince);
  const history = before === undefined ? `last rotated ${since}, expired ${expirationDate}` : `rotated ${since}`;
  const overdue = before?.expirationDate ?? `${daysOverdue} d`;
  return html`<tr><td><bdi>${name}</bdi><small>${rotator}, ${strategy}; ${history}</small></td><td class="number">${daysBetween(currentSince, asOf)} d</td><td class="number">${overdue}</td><td class="number">${wave}</td></tr>
`;
};
