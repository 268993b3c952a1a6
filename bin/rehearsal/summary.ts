import { styleText } from 'node:util';

import { modeWords } from '../../core/mode-words.ts';
import { counted } from '../../core/plain-text.ts';
import type { RehearsalReport, RunTold } from '../../rehearsal/day/report.ts';

/** The report in a few lines for each run, and a few for the day. */
export function summary(report: RehearsalReport, page: string): string[] {
  const { promise, clients, duration, calls, others } = report;
  const kept = promise.broken.length === 0;
  // What several runs called is of no use counted by the secrets of one.
  const perSecret = (count: number) =>
    report.rotated === 0 || others.length > 0
      ? ''
      : ` (${(count / report.rotated).toFixed(1)} a ${modeWords[report.mode].done} secret)`;
  const toSecretsManager = Object.entries(calls)
    .filter(([call]) => call.startsWith('secretsmanager:'))
    .reduce((sum, [, count]) => sum + count, 0);

  return [
    ...[report, ...others].flatMap(ofRun),
    '',
    ...(others.length === 0 ? [] : [styleText('bold', `ALL ${others.length + 1} RUNS`)]),
    `  clients      ${clients.authentications.toLocaleString('en')} authentications, ${clients.failures} failed`,
    `  writes       ${report.writesToSecrets} to secrets; ${report.denied.length} calls denied`,
    `  calls        ${toSecretsManager} to Secrets Manager${perSecret(toSecretsManager)}, ${calls['lambda:Invoke'] ?? 0} invocations${perSecret(calls['lambda:Invoke'] ?? 0)}, ${calls['states:transitions'] ?? 0} state transitions${perSecret(calls['states:transitions'] ?? 0)}; ${calls['apigateway:requests'] ?? 0} requests by people`,
    `  took         ${(duration.virtualSeconds / 3_600).toFixed(1)} hours of virtual time in ${duration.wallSeconds} s`,
    `  report       ${page}`,
    '',
    styleText(kept ? 'green' : 'red', `${kept ? 'As promised' : 'NOT as promised'}: ${promise.says}`),
    ...promise.broken.map((broken) => styleText('red', `  - ${broken}`)),
  ];
}

function ofRun(told: RunTold): string[] {
  const { outcome, run, mode, requestedBy, reasons, fleet, waves, verification } = told;
  const leftAlone = Object.entries(told.leftAlone).map(([reason, count]) => `${count} ${reason}`);
  return [
    '',
    styleText('bold', `${outcome.toUpperCase()}  ${run}`),
    ...reasons.slice(0, 8).map((reason) => `  because ${reason}`),
    `  asked for    ${mode}, by ${requestedBy}`,
    `  fleet        ${counted(fleet.secrets, 'secret')} of ${counted(fleet.services, 'service')}`,
    `  selected     ${told.selected}; ${doneOf(told)}, rolled back ${told.rolledBack}, held ${told.held}`,
    `  left alone   ${leftAlone.join(', ') || 'none'}`,
    `  waves        ${waves.map((wave) => `${wave.rotated}/${wave.planned} ${wave.outcome === 'renewed' ? modeWords[mode].well : wave.outcome}`).join(', ') || 'none'}`,
    `  verified     ${verification.confirmed} of ${verification.claims} claims confirmed by another role, ${verification.contradicted} contradicted`,
  ];
}

/** `rotated 38`; of a retirement, what can be undone and what cannot. */
function doneOf({ mode, rotated, secrets }: RunTold): string {
  if (mode !== 'retire') return `${modeWords[mode].done} ${rotated}`;
  const count = (kind: string) => secrets.filter((secret) => secret.kind === kind).length;
  return `deactivated ${count('deactivated')}, deleted ${count('deleted')}`;
}
