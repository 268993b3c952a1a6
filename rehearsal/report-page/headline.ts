import { counted } from '../../core/plain-text.ts';
import type { RehearsalReport } from '../report.ts';
import { grouped } from './words.ts';

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
  const ofFleet = `of ${counted(fleet.secrets, 'secret')}`;
  switch (outcome) {
    case 'audited':
      return `${selected} ${ofFleet} due, ${untouched(writesToSecrets)}`;
    case 'refused':
    case 'rejected':
    case 'expired':
      return `a plan for ${selected} ${ofFleet}, ${untouched(writesToSecrets)}`;
    case 'completed': {
      if (selected === 0) return `0 ${ofFleet} due, ${untouched(writesToSecrets)}`;
      const waves = report.waves.filter((wave) => wave.rotated > 0).length;
      return [`${rotated} ${ofFleet} rotated in ${counted(waves, 'wave')}`, ...trouble(report)].join(', ');
    }
    case 'rolled-back':
    case 'halted':
      return [`${rotated} ${ofFleet} rotated`, ...trouble(report)].join(', ');
  }
}

const untouched = (writes: number): string =>
  writes === 0 ? 'nothing touched' : `${counted(writes, 'write')} to secrets`;

const trouble = ({ rolledBack, held }: RehearsalReport): string[] => [
  ...(rolledBack > 0 ? [`${rolledBack} rolled back`] : []),
  ...(held > 0 ? [`${held} held`] : []),
];

const clientsFelt = ({ clients }: RehearsalReport): string =>
  `${grouped(clients.failures)} client ${clients.failures === 1 ? 'failure' : 'failures'} in ${grouped(
    clients.authentications,
  )} ${clients.authentications === 1 ? 'authentication' : 'authentications'}`;
