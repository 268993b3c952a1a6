import { type Decision, reasonOf } from '../approval/decision.ts';
import { modeWords } from '../mode-words.ts';
import { sayOutcome } from '../outcome.ts';
import { counted, oneLine, utcMinute } from '../plain-text.ts';
import { type RunReport, type SecretReport, tagNotRenewed, type WaveReport } from '../report/report.ts';
import { type Fact, type Notice, quoted } from './notice.ts';
import { sayWhyEnded } from './reason-words.ts';

/** How many reasons are quoted. The report has all. */
const mostReasons = 12;

/** How a run went, and what had been decided about it. */
export function endingNotice(report: RunReport, decision: Decision | undefined): Notice {
  const { run, stage, mode, outcome, reasons, fleet, selected, rotated, rolledBack, held, waves } = report;
  const sections = [
    { title: 'Waves', lines: waves.slice(0, mostReasons).map((wave) => sayWave(wave, mode)) },
    { title: 'Reasons', lines: reasons.slice(0, mostReasons).map((reason) => quoted(sayWhyEnded(reason, report))) },
  ];
  return {
    subject: `Keyturn ${oneLine(stage)}: run ${sayOutcome(outcome)}`,
    lead: `${endings[outcome]}.`,
    facts: [
      { name: 'Decided', value: sayDecision(report, decision) },
      {
        name: 'Secrets',
        value: `${rotated} of ${selected} selected secrets ${modeWords[mode].done}${retiredHow(report)}, ${rolledBack} rolled back, ${held} held, of a fleet of ${fleet.secrets}`,
      },
      ...heldFacts(held),
      ...tagFacts(report),
    ],
    sections: sections.filter(({ lines }) => lines.length > 0),
    references: [{ name: 'Run', value: run }],
  };
}

const endings: Readonly<Record<RunReport['outcome'], string>> = {
  completed: 'The run is complete: all that it touched is verified',
  audited: 'The audit is complete, and nothing was touched',
  refused: 'The run was refused, and nothing was touched',
  rejected: 'The plan was rejected, and nothing was touched',
  expired: 'Nobody answered in time: the plan has expired, and nothing was touched',
  'rolled-back': 'A wave was rolled back, and its secrets are where they were',
  halted: 'The run was halted, and people must look',
};

function sayDecision({ outcome }: RunReport, decision: Decision | undefined): string {
  if (decision === undefined) return outcome === 'expired' ? 'by nobody' : 'nothing was decided';

  const by = decision.answers
    .map(({ answer }) => `by ${quoted(answer.approver)}, ${utcMinute(answer.decidedAt)}`)
    .join(', and ');
  const reason = reasonOf(decision);
  return reason === undefined ? `approved ${by}` : `rejected ${by}: ${quoted(reason)}`;
}

const heldFacts = (held: number): readonly Fact[] =>
  held === 0 ? [] : [{ name: 'To do', value: 'Held secrets need a person: see the runbook' }];

/** What is sound, and yet counts as expired. */
function tagFacts({ secrets }: RunReport): readonly Fact[] {
  const names = secrets
    .filter(({ kind, reason }) => kind === 'rotated' && reason === tagNotRenewed)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const shown = names.slice(0, mostReasons).map(quoted).join(', ');
  const rest = names.length > mostReasons ? `, and ${names.length - mostReasons} more` : '';
  return [{ name: 'Expiration tags not known to be renewed', value: `${shown}${rest}: look at them, see the runbook` }];
}

/** Of what was retired, how much can still come back. */
function retiredHow({ mode, secrets }: RunReport): string {
  if (mode !== 'retire') return '';
  const count = (of: SecretReport['kind']) => secrets.filter(({ kind }) => kind === of).length;
  return ` (${count('deactivated')} deactivated, ${count('deleted')} deleted)`;
}

const sayWave = ({ number, planned, rotated, outcome }: WaveReport, mode: RunReport['mode']): string =>
  `Wave ${number}: ${rotated} of ${counted(planned, 'secret')} ${modeWords[mode].done}, ${outcome === 'renewed' ? modeWords[mode].well : sayOutcome(outcome)}`;
