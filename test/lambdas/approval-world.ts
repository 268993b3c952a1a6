import { readFileSync } from 'node:fs';

import { secretEntry } from '../../adapters/secret-entry.ts';
import { sha256 } from '../../adapters/sha256.ts';
import type { Announcement } from '../../core/announcer.ts';
import type { PendingApproval } from '../../core/approval-desk.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { judgeCaps } from '../../core/caps.ts';
import type { Candidate } from '../../core/draft.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import { makePlan, type Plan } from '../../core/plan-making.ts';
import type { Archive, Log } from '../../core/ports.ts';
import type { SecretValue } from '../../core/secret-value.ts';
import { select } from '../../core/selection.ts';
import type { Settings } from '../../core/settings.ts';
import { requestApproval } from '../../lambdas/request-approval/step.ts';
import type { Response } from '../../lambdas/review/response.ts';
import { review } from '../../lambdas/review/step.ts';

/*
 * A desk in this process: the deployed steps over ports in memory, and the plan of the ChromePay fleet, or a small one.
 */

export const run = 'audit-and-rotate-1' as Run;
export const asOf = instant(Date.UTC(2026, 10, 18, 19, 15));
export const reviewUrl = 'https://desk.example.com';

const daily = { expression: 'cron(0 6 * * ? *)', timeZone: 'UTC', enabled: false };

export const settings: Settings = {
  stage: 'prod',
  tiers: [
    { name: 'low', path: 'prod/low/' },
    { name: 'medium', path: 'prod/medium/' },
    { name: 'high', path: 'prod/high/' },
  ],
  tagKeys: {
    expirationDate: 'expiration_date',
    tier: 'keyturn:tier',
    rotator: 'keyturn:rotator',
    probe: 'keyturn:probe',
    health: 'keyturn:health',
  },
  caps: { secrets: 60, percentOfFleet: 40 },
  waveSizes: [5, 20],
  batchSize: 5,
  concurrency: 1,
  bakeTimeSeconds: 900,
  approvalTimeoutSeconds: 6 * 3_600,
  planValiditySeconds: 24 * 3_600,
  minimumAgeHours: 24,
  windows: [{ days: ['thu'], from: '02:00', to: '05:00', timeZone: 'UTC' }],
  freezes: [],
  writesPerSecond: 10,
  schedules: { audit: daily, rotation: daily },
  exemptPatterns: [],
  rotators: {
    postgres: {
      kind: 'postgres',
      strategy: 'alternate',
      allowedHosts: ['db.example.com'],
      validityDays: 90,
      masters: { low: 'arn:low', medium: 'arn:medium', high: 'arn:high' },
    },
    'http-api-key': {
      kind: 'http-api-key',
      strategy: 'overlap',
      allowedHosts: ['keys.example.com'],
      validityDays: 90,
    },
    'hmac-key': { kind: 'hmac-key', strategy: 'overlap', allowedHosts: ['keys.example.com'], validityDays: 90 },
  },
  probes: { postgres: { kind: 'postgres' }, http: { kind: 'http' } },
  health: {},
  alarms: [],
  approvers: [
    { name: 'ada', email: 'ada@example.com' },
    { name: 'grace', email: 'grace@example.com' },
    { name: 'joan', email: 'joan@example.com' },
  ],
  secretKeyArns: [],
  retentionDays: 400,
};

/** The fleet of the incident, as its inventory lists it. */
export function chromePayPlan(): Plan {
  const inventory = new URL('../../rehearsal/chromepay/inventory.json', import.meta.url);
  const { SecretList }: { SecretList: Parameters<typeof secretEntry>[0][] } = JSON.parse(
    readFileSync(inventory, 'utf8'),
  );
  const entries = SecretList.map(secretEntry);
  const services = entries.flatMap(({ tags }) => tags.filter(({ key }) => key === 'service').map(({ value }) => value));
  const health = Object.fromEntries(services.map((name) => [name, `https://health.example.com/${name}`]));
  const { fleet, selected, leftAlone } = select(entries, { ...settings, health }, asOf);
  return planOf(selected, leftAlone, fleet);
}

/** A plan of what is given, whose preflight found nothing wrong. */
export function planOf(
  selected: readonly Candidate[],
  leftAlone: Parameters<typeof makePlan>[0]['draft']['leftAlone'],
  fleet: { readonly secrets: number; readonly services: number },
  said: { readonly requestedBy?: string; readonly why?: string } = {},
): Plan {
  const { requestedBy = 'ada', why = 'The keys of the quarter are due' } = said;
  return makePlan({
    draft: { run, mode: 'rotate', requestedBy, why, asOf, selected, leftAlone },
    facts: selected.map(({ arn, name, currentVersion }) => ({
      arn,
      name,
      versionId: currentVersion,
      createdAt: instant(0),
      malformed: undefined,
      account: arn,
      answer: 'accepted' as const,
    })),
    fleet,
    guardrails: judgeCaps(settings.caps, { selected: selected.length, fleet: fleet.secrets }),
    settings,
    hash: sha256,
    now: asOf,
  });
}

export const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  name,
  arn: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`,
  tier: 'low',
  service: 'billing',
  rotator: 'http-api-key',
  strategy: 'overlap',
  probe: 'http',
  currentVersion: 'version-1',
  expirationDate: '2026-11-13',
  daysOverdue: 5,
  ...more,
});

/** Two secrets of one tier: one wave of one batch. */
export const smallPlan = (said: { readonly requestedBy?: string; readonly why?: string } = {}): Plan =>
  planOf(
    [candidate('prod/low/billing/key-1'), candidate('prod/low/billing/key-2')],
    [{ name: 'prod/low/billing/key-3', arn: 'arn:3', reason: 'notDue', reasons: ['notDue'] }],
    { secrets: 5, services: 1 },
    said,
  );

/** An archive whose bytes an intruder may change. */
export class InMemoryArchive implements Archive {
  readonly texts = new Map<string, string>();

  async deposit(key: string, text: string): Promise<'deposited' | 'alreadyThere'> {
    if (this.texts.has(key)) return 'alreadyThere';
    this.texts.set(key, text);
    return 'deposited';
  }

  async fetch(key: string): Promise<string> {
    const text = this.texts.get(key);
    if (text === undefined) throw new NotInArchiveError(key);
    return text;
  }
}

/** Everything that the desk writes, calls and says. */
export class ApprovalWorld {
  readonly archive = new InMemoryArchive();
  readonly pending = new Map<Run, PendingApproval>();
  readonly announced: Announcement[] = [];
  readonly told: { readonly token: string; readonly output: unknown }[] = [];
  readonly sealed: string[] = [];
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  now: Instant = asOf;
  /** What the run does when it is told: it may have stopped waiting, or the call be lost. */
  callback: 'delivered' | 'closed' | 'lost' = 'delivered';
  #randoms = 0;

  readonly #log: Log = {
    info: (message, fields) => this.logged.push({ level: 'info', message, fields }),
    warn: (message, fields) => this.logged.push({ level: 'warn', message, fields }),
    error: (message, fields) => this.logged.push({ level: 'error', message, fields }),
  };

  readonly ports = {
    archive: this.archive,
    desk: {
      lay: async (pending: PendingApproval) => {
        this.pending.set(pending.run, pending);
      },
      find: async (asked: Run) => this.pending.get(asked),
    },
    announcer: { announce: async (announcement: Announcement) => void this.announced.push(announcement) },
    sealer: {
      seal: async (message: string) => {
        this.sealed.push(message);
        return 'c2VhbA==';
      },
    },
    callbacks: {
      succeed: async (token: SecretValue, output: unknown) => {
        if (this.callback === 'lost') throw new Error('the connection was lost');
        this.told.push({ token: token.reveal(), output });
        return this.callback;
      },
    },
    random: {
      bytes: (length: number) => {
        this.#randoms += 1;
        return new Uint8Array(length).fill(this.#randoms);
      },
      uuid: () => '00000000-0000-4000-8000-000000000000',
    },
    clock: { now: () => this.now, sleep: async () => {} },
    hash: sha256,
    log: this.#log,
    settings,
    reviewUrl,
  };

  readonly requestApproval = requestApproval(this.ports);
  readonly review = review(this.ports);

  /** Archives a plan as confirm-plan does. */
  depositPlan({ header, waves, leftAlone }: Plan): PlanDigest {
    const text = canonicalJson(header);
    this.archive.texts.set(archiveKeys.plan(run), text);
    this.archive.texts.set(archiveKeys.leftAlone(run), canonicalJson(leftAlone));
    for (const [index, batches] of waves.entries()) {
      this.archive.texts.set(archiveKeys.wave(run, index + 1), batches.map(canonicalJson).join('\n'));
    }
    return sha256(text) as PlanDigest;
  }

  /** Archives a plan and asks for its approval. */
  async ask(plan: Plan): Promise<PlanDigest> {
    const digest = this.depositPlan(plan);
    await this.requestApproval({ run, digest, requestedBy: plan.header.requestedBy, taskToken: 'task-token' });
    return digest;
  }

  /** The path of the link in the last message to an approver. */
  pathFor(approver: string): string {
    const { text } = this.announced.findLast(({ to }) => to === approver) ?? { text: '' };
    return new URL(/https:\S+/.exec(text)?.[0] ?? '').pathname;
  }

  get(path: string, method = 'GET'): Promise<Response> {
    return this.review(httpEvent(method, path));
  }

  /** Fills in the page's form as an approver does, and sends it as a browser does. */
  async post(path: string, answer: Readonly<Record<string, string>>, headers = browserHeaders): Promise<Response> {
    const { body } = await this.get(path);
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
    const form = new URLSearchParams({ digest: hidden('digest'), nonce: hidden('nonce'), ...answer });
    return this.review(httpEvent('POST', path, { headers, body: form.toString() }));
  }

  get decision(): unknown {
    const text = this.archive.texts.get(archiveKeys.decision(run));
    return text === undefined ? undefined : JSON.parse(text);
  }

  get warnings(): unknown[] {
    return this.logged.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
  }
}

/** What a browser sends with a form of a page that asks for no referrer. */
export const browserHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/x-www-form-urlencoded',
  origin: 'null',
  'sec-fetch-site': 'same-origin',
};

/** A request as an HTTP API hands it to a function. */
export const httpEvent = (
  method: string,
  path: string,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string; isBase64Encoded?: boolean } = {},
) => ({
  version: '2.0',
  routeKey: `${method} /review/{run}/{link}`,
  rawPath: path,
  rawQueryString: '',
  headers: {},
  requestContext: { http: { method, path } },
  isBase64Encoded: false,
  ...more,
});
