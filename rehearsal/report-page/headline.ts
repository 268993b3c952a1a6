import type { RehearsalReport } from '../report.ts';
import { grouped, many } from './words.ts';

export const outcomeNames: Readonly<Record<RehearsalReport['outcome'], string>> = {
  completed: 'Completed',
  audited: 'Audited',
  refused: 'Refused',
  rejected: 'Rejected',
  expired: 'Expired',
  'rolled-back': 'Rolled back',
  halted: 'Halted',
};

/** How the run went, in one sentence without its full stop. */
export const headline = (report: RehearsalReport): string =>
  `${outcomeNames[report.outcome]}: ${whatHappened(report)}, ${clientsFelt(report)}`;

function whatHappened(report: RehearsalReport): string {
  const { outcome, fleet, selected, rotated, writesToSecrets } = report;
  const ofFleet = `of ${many(fleet.secrets, 'secret')}`;
  switch (outcome) {
    case 'audited':
      return `${grouped(selected)} ${ofFleet} due, ${untouched(writesToSecrets)}`;
    case 'refused':
    case 'rejected':
    case 'expired':
      return `a plan for ${grouped(selected)} ${ofFleet}, ${untouched(writesToSecrets)}`;
    case 'completed': {
      if (selected === 0) return `0 ${ofFleet} due, ${untouched(writesToSecrets)}`;
      const waves = report.waves.filter((wave) => wave.rotated > 0).length;
      return [`${grouped(rotated)} ${ofFleet} rotated in ${many(waves, 'wave')}`, ...trouble(report)].join(', ');
    }
    case 'rolled-back':
      return [...trouble(report), `${grouped(rotated)} ${ofFleet} stay rotated`].join(', ');
    case 'halted':
      return [`${grouped(rotated)} ${ofFleet} rotated`, ...trouble(report)].join(', ');
  }
}

const untouched = (writes: number): string =>
  writes === 0 ? 'nothing touched' : `${many(writes, 'write')} to secrets`;

const trouble = ({ rolledBack, held }: RehearsalReport): string[] => [
  ...(rolledBack > 0 ? [`${grouped(rolledBack)} rolled back`] : []),
  ...(held > 0 ? [`${grouped(held)} held`] : []),
];

const clientsFelt = ({ clients }: RehearsalReport): string =>
  `${many(clients.failures, 'client failure')} in ${many(clients.authentications, 'authentication')}`;
