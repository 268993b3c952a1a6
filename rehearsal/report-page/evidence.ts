import { type Html, html } from '../../lambdas/review/html.ts';
import type { RehearsalReport } from '../report.ts';
import { grouped, many } from './words.ts';

/** What the clients felt, and what another principal saw. */
export const evidenceSection = (
  report: RehearsalReport,
): Html => html`<section aria-labelledby="evidence-title"><h2 id="evidence-title">Clients and verification</h2>
${clients(report)}
${verification(report)}</section>`;

function clients({ clients: { authentications, failures, failing, stillFailing }, fleet }: RehearsalReport): Html {
  const services = Object.entries(failing).sort(([, one], [, other]) => other - one);
  return html`<p>${many(fleet.services, 'service')} authenticated ${grouped(authentications)} times with what AWSCURRENT held, and
failed ${grouped(failures)} times${failures === 0 ? '.' : ':'}</p>
${
  services.length === 0
    ? undefined
    : html`<table><thead><tr><th scope="col">Service</th><th scope="col" class="number">Failures</th><th scope="col">At the end</th></tr></thead>
<tbody>${services.map(
        ([service, count]) =>
          html`<tr><td><bdi>${service}</bdi></td><td class="number">${grouped(count)}</td><td>${
            stillFailing.includes(service) ? html`<span class="bad">still failing</span>` : 'well again'
          }</td></tr>`,
      )}</tbody></table>`
}`;
}

const verification = ({ verification: { claims, confirmed, contradicted } }: RehearsalReport): Html =>
  claims === 0
    ? html`<p>Nothing was claimed to be rotated, so there was nothing to verify.</p>`
    : html`<p>Of ${many(claims, 'claim')} that a secret was rotated, another role confirmed ${grouped(confirmed)} and contradicted
${contradicted > 0 ? html`<strong class="bad">${contradicted}</strong>` : contradicted}.</p>`;
