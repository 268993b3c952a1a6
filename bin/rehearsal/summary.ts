import { styleText } from 'node:util';

import type { RehearsalReport } from '../../rehearsal/report.ts';

/** The report in a few lines. */
export function summary(report: RehearsalReport, page: string): string[] {
  const { promise, clients, verification, duration, calls } = report;
  const kept = promise.broken.length === 0;
  const perSecret = (count: number) =>
    report.rotated === 0 ? '' : ` (${(count / report.rotated).toFixed(1)} a rotated secret)`;
  const toSecretsManager = Object.entries(calls)
    .filter(([call]) => call.startsWith('secretsmanager:'))
    .reduce((sum, [, count]) => sum + count, 0);

  return [
    '',
    styleText('bold', `${report.outcome.toUpperCase()}  ${report.run}`),
    ...report.reasons.slice(0, 8).map((reason) => `  because ${reason}`),
    `  fleet        ${report.fleet.secrets} secrets of ${report.fleet.services} services`,
    `  selected     ${report.selected}; rotated ${report.rotated}, rolled back ${report.rolledBack}, held ${report.held}`,
    `  left alone   ${
      Object.entries(report.leftAlone)
        .map(([reason, count]) => `${count} ${reason}`)
        .join(', ') || 'none'
    }`,
    `  waves        ${report.waves.map((wave) => `${wave.rotated}/${wave.planned} ${wave.outcome}`).join(', ') || 'none'}`,
    `  clients      ${clients.authentications.toLocaleString('en')} authentications, ${clients.failures} failed`,
    `  verified     ${verification.confirmed} of ${verification.claims} claims confirmed by another role, ${verification.contradicted} contradicted`,
    `  writes       ${report.writesToSecrets} to secrets; ${report.denied.length} calls denied`,
    `  calls        ${toSecretsManager} to Secrets Manager${perSecret(toSecretsManager)}, ${calls['lambda:Invoke'] ?? 0} invocations${perSecret(calls['lambda:Invoke'] ?? 0)}, ${calls['states:transitions'] ?? 0} state transitions${perSecret(calls['states:transitions'] ?? 0)}`,
    `  took         ${(duration.virtualSeconds / 3_600).toFixed(1)} hours of virtual time in ${duration.wallSeconds} s`,
    `  report       ${page}`,
    '',
    styleText(kept ? 'green' : 'red', `${kept ? 'As promised' : 'NOT as promised'}: ${promise.says}`),
    ...promise.broken.map((broken) => styleText('red', `  - ${broken}`)),
  ];
}
