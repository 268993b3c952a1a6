import { modeWords } from '../../core/mode-words.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import type { RehearsalReport } from '../day/report.ts';
import { Place } from './place.ts';
import { grouped, many } from './words.ts';

interface ServiceCalls {
  readonly service: string;
  readonly total: number;
  readonly operations: readonly (readonly [string, number])[];
}

/** What the run asked of AWS, and what AWS would have refused it. */
export function callsSection(report: RehearsalReport): Html {
  const services = byService(report.calls);
  return Place.page.section(
    'calls',
    'Calls to AWS',
    html`<p>Keyturn’s own, without the clients’. ${many(report.writesToSecrets, 'of them was a write', 'of them were writes')} to secrets.</p>
${services.length === 0 ? html`<p>No call was made.</p>` : callsTable(services, report)}
${denied(report)}`,
  );
}

const callsTable = (services: readonly ServiceCalls[], { mode, rotated, others }: RehearsalReport): Html => {
  // What several runs called is of no use counted by the secrets of one.
  const each = (count: number): Html | undefined =>
    others.length === 0 ? html`<td class="number">${ratio(count, rotated)}</td>` : undefined;
  return html`<table class="calls"><caption class="unseen">Calls by service and operation</caption>
<thead><tr><th scope="col">Operation</th><th scope="col" class="number">Calls</th>${
    others.length === 0 ? html`<th scope="col" class="number">Per ${modeWords[mode].done} secret</th>` : undefined
  }</tr></thead>
${services.map(
  ({
    service,
    total,
    operations,
  }) => html`<tbody><tr><th scope="rowgroup">${serviceNames[service] ?? service}</th><td class="number total">${grouped(total)}</td>${each(total)}</tr>
${operations.map(
  ([operation, count]) =>
    html`<tr><td>${operation}</td><td class="number">${grouped(count)}</td>${each(count)}</tr>
`,
)}</tbody>
`,
)}</table>`;
};

const serviceNames: Readonly<Record<string, string>> = {
  apigateway: 'API Gateway',
  cloudwatch: 'CloudWatch',
  events: 'EventBridge',
  kms: 'KMS',
  lambda: 'Lambda',
  s3: 'S3',
  secretsmanager: 'Secrets Manager',
  ses: 'SES',
  sns: 'SNS',
  ssm: 'Systems Manager',
  states: 'Step Functions',
};

/** Without a rotated secret there is nothing to divide by. */
export const ratio = (count: number, rotated: number): string => (rotated === 0 ? '–' : (count / rotated).toFixed(2));

/** Calls by service, the busiest first. */
export function byService(calls: RehearsalReport['calls']): readonly ServiceCalls[] {
  const named = Object.entries(calls).map(([call, count]) => {
    const at = call.indexOf(':');
    return { service: call.slice(0, Math.max(at, 0)), operation: call.slice(at + 1), count };
  });
  return [...Map.groupBy(named, ({ service }) => service)]
    .map(([service, ofService]) => ({
      service,
      total: ofService.reduce((sum, { count }) => sum + count, 0),
      operations: ofService
        .map(({ operation, count }) => [operation, count] as const)
        .sort(([, one], [, other]) => other - one),
    }))
    .sort((one, other) => other.total - one.total);
}

const denied = ({ denied: calls }: RehearsalReport): Html =>
  calls.length === 0
    ? html`<p>No call was denied: every step did with its own role what it had to.</p>`
    : html`<h3 class="bad">${many(calls.length, 'call was', 'calls were')} denied</h3>
<table><thead><tr><th scope="col">Function</th><th scope="col">Action</th></tr></thead>
<tbody>${calls.map(
        ({ function: name, action, resource }) =>
          html`<tr><td>${name}</td><td>${action}<small>${resource}</small></td></tr>
`,
      )}</tbody></table>`;
