import { type Html, html } from '../../lambdas/review/html.ts';
import type { RehearsalReport } from '../day/report.ts';
import { Place } from './place.ts';
import { grouped, many } from './words.ts';

/** What the clients felt. */
export function clientsSection({ clients, fleet }: RehearsalReport): Html {
  const { authentications, failures, failing, stillFailing } = clients;
  const services = Object.entries(failing).sort(([, one], [, other]) => other - one);
  return Place.page.section(
    'clients',
    'Clients',
    html`<p>${many(fleet.services, 'service')} authenticated ${grouped(authentications)} times with what AWSCURRENT held, and
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
}`,
  );
}
