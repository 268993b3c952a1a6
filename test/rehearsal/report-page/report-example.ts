import { instant } from '../../../core/instant.ts';
import type { Run } from '../../../core/plan.ts';
import type { RehearsalReport } from '../../../rehearsal/day/report.ts';

/* A report as the ChromePay rehearsal makes it, to be changed in one thing each. */

export const startedAt = Date.UTC(2026, 10, 18, 19, 15);
export const windowOpens = Date.UTC(2026, 10, 19, 2);
const bakeMillis = 900_000;

type Wave = RehearsalReport['waves'][number];

/** Secrets that are promoted one after the other once their wave starts. */
export function wave(number: number, tier: string, planned: number, began: number) {
  const secrets = Array.from({ length: planned }, (_, index): RehearsalReport['secrets'][number] => ({
    name: `prod/${tier}/service-${number}-${index}/api-key`,
    arn: `arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/${tier}/service-${number}-${index}/api-key-AbCdEf`,
    tier,
    service: `service-${number}-${index}`,
    strategy: 'overlap',
    wave: number,
    kind: 'rotated',
    reason: undefined,
    promotedAt: instant(began + 400 + index * 150),
    demotedAt: undefined,
  }));
  const told: Wave = { number, tiers: [tier], planned, rotated: planned, outcome: 'renewed' };
  const rotated = began + 600 + planned * 150;
  const baked = rotated + bakeMillis;
  const mark = (at: number, state: string) => ({ at: instant(at), state, wave: number });
  const timeline = [
    mark(began, 'Admit wave'),
    mark(began + 100, 'Rotate wave'),
    mark(rotated, 'Bake'),
    mark(baked, 'Probe wave'),
    mark(baked + 500, 'Renew expiry'),
  ];
  return { secrets, told, timeline, ended: baked + 800 };
}

/** The day of ChromePay going well, as far as nothing else is given. */
export function report(given: Partial<RehearsalReport> = {}): RehearsalReport {
  const one = wave(1, 'low', 5, windowOpens);
  const two = wave(2, 'medium', 20, one.ended);
  const three = wave(3, 'high', 13, two.ended);
  const mark = (at: number, state: string, number?: number) => ({ at: instant(at), state, wave: number });
  return {
    run: 'rehearsal-2026-11-18-good-day-1' as Run,
    requestedBy: 'schedule:rotation',
    others: [],
    scenario: 'good-day',
    promise: { says: 'every expired credential is rotated and verified, and no client notices', broken: [] },
    mode: 'rotate',
    outcome: 'completed',
    reasons: [],
    fleet: { secrets: 127, services: 50 },
    selected: 38,
    rotated: 38,
    rolledBack: 0,
    held: 0,
    leftAlone: { notDue: 80, noTier: 9 },
    guardrails: [
      { name: 'secrets', verdict: 'within', actual: 38, limit: 60, unit: 'secrets' },
      { name: 'percentOfFleet', verdict: 'within', actual: 29.93, limit: 40, unit: '% of the fleet' },
    ],
    waves: [one.told, two.told, three.told],
    clients: { authentications: 31_204, failures: 0, failing: {}, stillFailing: [] },
    verification: { claims: 38, confirmed: 37, contradicted: 1 },
    calls: {
      'secretsmanager:PutSecretValue': 38,
      'secretsmanager:UpdateSecretVersionStage': 76,
      'secretsmanager:ListSecrets': 6,
      'lambda:Invoke': 35,
      'states:transitions': 74,
    },
    writesToSecrets: 152,
    denied: [],
    duration: { virtualSeconds: 27_016, wallSeconds: 2.6 },
    seed: 7,
    startedAt: instant(startedAt),
    endedAt: instant(three.ended + 5_000),
    approval: { by: 'platform-oncall', at: instant(startedAt + 2_200), decision: 'approved' },
    targets: 'simulated',
    timeline: [
      mark(startedAt, 'Draft plan'),
      mark(startedAt + 1_500, 'Request approval'),
      mark(startedAt + 2_200, 'Confirm approval'),
      mark(startedAt + 2_400, 'Admit wave', 1),
      mark(startedAt + 2_500, 'Await window', 1),
      ...one.timeline,
      ...two.timeline,
      ...three.timeline,
      mark(three.ended, 'Close run'),
      mark(three.ended + 100, 'Ended'),
    ],
    secrets: [...one.secrets, ...two.secrets, ...three.secrets],
    leftAloneSecrets: [
      ...leftAlone(80, 'notDue', 'it has not expired'),
      ...leftAlone(9, 'noTier', 'it has no tier tag'),
    ],
    ...given,
  };
}

const leftAlone = (count: number, reason: string, why: string): RehearsalReport['leftAloneSecrets'] =>
  Array.from({ length: count }, (_, index) => ({
    name: `prod/high/${reason}-${index}`,
    arn: `arn:${reason}-${index}`,
    reason,
    why,
  }));

/** A run that ended before there was anything to plan. */
export const nothing: Partial<RehearsalReport> = {
  fleet: { secrets: 0, services: 0 },
  selected: 0,
  rotated: 0,
  leftAlone: {},
  guardrails: [],
  waves: [],
  clients: { authentications: 0, failures: 0, failing: {}, stillFailing: [] },
  verification: { claims: 0, confirmed: 0, contradicted: 0 },
  calls: {},
  writesToSecrets: 0,
  approval: undefined,
  timeline: [],
  secrets: [],
  leftAloneSecrets: [],
};

/** What a page says, without its markup. */
export const textOf = (page: string) =>
  page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');
