import { modeWords } from '../../core/mode-words.ts';
import type { RehearsalReport, RunTold } from '../day/report.ts';
import { grouped, many } from './words.ts';

export const outcomeNames: Readonly<Record<RunTold['outcome'], string>> = {
  completed: 'Completed',
  audited: 'Audited',
  refused: 'Refused',
  rejected: 'Rejected',
  expired: 'Expired',
  'rolled-back': 'Rolled back',
  halted: 'Halted',
};

/** How all went, in one sentence without its full stop. Several runs have a headline each. */
export function headline(report: RehearsalReport): string {
  const { others, clients } = report;
  const what = others.length === 0 ? runHeadline(report, report) : many(others.length + 1, 'run');
  return `${what}, ${many(clients.failures, 'client failure')} in ${many(clients.authentications, 'authentication')}`;
}

/** How one run of the day went. */
export const runHeadline = (told: RunTold, day: RehearsalReport): string =>
  `${outcomeNames[told.outcome]}: ${whatHappened(told, untouched(told, day))}`;

function whatHappened(told: RunTold, untouched: string): string {
  const { outcome, mode, fleet, selected, rotated } = told;
  const ofFleet = `of ${many(fleet.secrets, 'secret')}`;
  switch (outcome) {
    case 'audited':
      return `${grouped(selected)} ${ofFleet} due, ${untouched}`;
    case 'refused':
    case 'rejected':
    case 'expired':
      return fleet.secrets === 0 && selected === 0
        ? `before there was a plan, ${untouched}`
        : `a plan for ${grouped(selected)} ${ofFleet}, ${untouched}`;
    case 'completed': {
      if (selected === 0) return `${nothingToDo(mode, ofFleet)}, ${untouched}`;
      const waves = told.waves.filter((wave) => wave.rotated > 0).length;
      return [`${done(told)} in ${many(waves, 'wave')}`, ...trouble(told)].join(', ');
    }
    case 'rolled-back':
      return [...trouble(told), `${grouped(rotated)} ${ofFleet} stay ${modeWords[mode].done}`].join(', ');
    case 'halted':
      return [done(told), ...trouble(told)].join(', ');
  }
}

/** `38 of 127 secrets rotated`; of a retirement, what can be undone and what cannot. */
function done({ mode, rotated, fleet, secrets }: RunTold): string {
  const ofFleet = `of ${many(fleet.secrets, 'secret')}`;
  if (mode !== 'retire') return `${grouped(rotated)} ${ofFleet} ${modeWords[mode].done}`;
  const acts = (['deactivated', 'deleted'] as const)
    .map((kind) => ({ kind, count: secrets.filter((secret) => secret.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }, index) => `${index === 0 ? many(count, 'old credential') : grouped(count)} ${kind}`);
  return acts.length === 0 ? 'no old credential retired' : acts.join(' and ');
}

const nothingToDo = (mode: RunTold['mode'], ofFleet: string): string =>
  mode === 'restore' || mode === 'retire' ? `0 ${ofFleet} to ${mode}` : `0 ${ofFleet} due`;

/** Writes are counted of the day. Of one run among several, what was touched is what it says of its secrets. */
function untouched({ secrets }: RunTold, { writesToSecrets, others }: RehearsalReport): string {
  if (writesToSecrets === 0) return 'nothing touched';
  if (others.length === 0) return `${many(writesToSecrets, 'write')} to secrets`;
  const touched = secrets.filter(({ kind }) => kind !== 'untouched' && kind !== 'leftAlone').length;
  return touched === 0 ? 'nothing touched by it' : `${many(touched, 'secret')} touched`;
}

const trouble = ({ rolledBack, held }: RunTold): string[] => [
  ...(rolledBack > 0 ? [`${grouped(rolledBack)} rolled back`] : []),
  ...(held > 0 ? [`${grouped(held)} held`] : []),
];
