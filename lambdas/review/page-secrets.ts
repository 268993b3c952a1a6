import { counted } from '../../core/plain-text.ts';
import type { PlannedSecret } from '../../core/plan.ts';
import { type Html, html } from './html.ts';
import type { PlanView } from './view.ts';

/** More rows than this make a page that no phone likes. The rest is in the archive, and counted here. */
const mostRows = 500;

type Row = PlannedSecret & { readonly wave: number };

/** Every secret that would be rotated, by tier and service. */
export function secretsSection({ batches, tiers }: PlanView): Html {
  const all = batches.flatMap(({ wave, secrets }) => secrets.map((secret): Row => ({ ...secret, wave })));
  const shown = all.slice(0, mostRows);
  const known = tiers.filter((tier) => shown.some((row) => row.tier === tier));
  const unknown = [...new Set(shown.map(({ tier }) => tier))].filter((tier) => !tiers.includes(tier));

  return html`<section aria-labelledby="secrets-title"><h2 id="secrets-title">What is rotated</h2>
${[...known, ...unknown].map((tier) =>
  tierTable(
    tier,
    shown.filter((row) => row.tier === tier),
  ),
)}
${all.length > shown.length ? html`<p>${all.length - shown.length} more, in the later waves, are not shown here.</p>` : undefined}</section>`;
}

function tierTable(tier: string, rows: readonly Row[]): Html {
  const services = Map.groupBy(rows, ({ service }) => service);
  return html`<table>
<caption>${tier}: ${counted(rows.length, 'secret')} of ${counted(services.size, 'service')}</caption>
<thead><tr><th scope="col">Secret</th><th scope="col" class="number">Overdue</th><th scope="col" class="number">Wave</th></tr></thead>
${[...services].map(
  ([service, secrets]) => html`<tbody><tr><th colspan="3" scope="rowgroup">${service}</th></tr>
${secrets.map(secretRow)}</tbody>
`,
)}</table>
`;
}

const secretRow = ({ name, rotator, strategy, expirationDate, daysOverdue, wave }: Row): Html =>
  html`<tr><td><bdi>${name}</bdi><small>${rotator}, ${strategy}, expired ${expirationDate}</small></td><td class="number">${counted(daysOverdue, 'day')}</td><td class="number">${wave}</td></tr>
`;
