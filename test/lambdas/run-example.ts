import type { Run } from '../../core/plan.ts';
import type { Settings } from '../../core/settings.ts';
import { at } from '../entries.ts';
import { settingsWith } from '../settings.ts';
import { keyOf, type Member } from './run-fleet.ts';

/* A fleet of ten secrets, of which four are due, and a run that is asked to rotate them. */

export const run = 'run-of-november' as Run;
/** Within the first window after the plan was drafted. */
export const inWindow = at('2026-11-19T02:30:00Z');

export const asked = {
  run,
  startedAt: '2026-11-18T19:15:00Z',
  mode: 'rotate',
  requestedBy: 'requester',
  why: 'The keys of the quarter are due',
} as const;

export const [key1, key2, key3, login] = [
  'prod/low/orders/key-1',
  'prod/low/orders/key-2',
  'prod/low/orders/key-3',
  'prod/medium/ledger/login',
] as const;

const loginMember: Member = {
  name: login,
  tags: { tier: 'medium', rotator: 'postgres', probe: 'postgres', health: 'ledger' },
  value: {
    ...keyOf(login),
    engine: 'postgres',
    username: 'ledger',
    password: 'CANARY-password',
    masterarn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:masters/medium/postgres-AbCdE2',
  },
};
const fresh = [1, 2, 3, 4, 5, 6].map(
  (n): Member => ({ name: `prod/low/orders/fresh-${n}`, tags: { expirationDate: '2026-12-31' } }),
);

export const settings: Settings = settingsWith({
  waveSizes: [3, 20],
  alarms: ['checkout-errors'],
  health: { orders: 'https://orders.example/health', ledger: 'https://ledger.example/health' },
});

export const members: readonly Member[] = [{ name: key1 }, { name: key2 }, { name: key3 }, loginMember, ...fresh];
