import { createHmac } from 'node:crypto';

import { sha256 } from '../../adapters/sha256.ts';
import type { PendingApproval } from '../../core/approval/approval-desk.ts';
import { archiveKeys } from '../../core/archive-keys.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { NotInArchiveError } from '../../core/errors.ts';
import type { Instant } from '../../core/instant.ts';
import type { Channels } from '../../core/notices/channel.ts';
import { noticeText } from '../../core/notices/notice.ts';
import type { PlanDigest, Run } from '../../core/plan.ts';
import type { Plan } from '../../core/planning/plan-making.ts';
import type { Archive, Log } from '../../core/ports.ts';
import type { SecretValue } from '../../core/secret-value.ts';
import type { Settings } from '../../core/settings.ts';
import { deliverDecisions } from '../../lambdas/deliver-decisions/step.ts';
import { requestApproval } from '../../lambdas/request-approval/step.ts';
import type { Response } from '../../lambdas/review/response.ts';
import { review } from '../../lambdas/review/step.ts';
import { asOf, run, settings } from './approval-plans.ts';

/* A desk in this process: the deployed steps over ports in memory. */

export * from './approval-plans.ts';

export const reviewUrl = 'https://desk.example.com';

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

/** As the desk and nobody else seals. */
export const sealOf = (message: string): string => `sealed ${sha256(`the desk’s key ${message}`)}`;

const macOf = (message: string) => createHmac('sha256', 'the key of cookies').update(message).digest('base64');

/** A notice as plain text. */
export interface Told {
  readonly to: string | undefined;
  readonly subject: string;
  readonly text: string;
}

/** Everything that the desk writes, calls and says. */
export class ApprovalWorld {
  readonly archive = new InMemoryArchive();
  readonly pending = new Map<Run, PendingApproval>();
  /** What each approver was sent. */
  readonly announced: Told[] = [];
  /** What everybody was told. */
  readonly posted: Told[] = [];
  readonly told: { readonly token: string; readonly output: unknown }[] = [];
  readonly sealed: string[] = [];
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  now: Instant = asOf;
  /** What the run does when it is told: it may have stopped waiting, or the call be lost. */
  callback: 'delivered' | 'closed' | 'lost' = 'delivered';
  #randoms = 0;

  constructor(more: Partial<Settings> = {}) {
    this.ports.settings = { ...settings, ...more };
  }

  readonly #log: Log = {
    info: (message, fields) => this.logged.push({ level: 'info', message, fields }),
    warn: (message, fields) => this.logged.push({ level: 'warn', message, fields }),
    error: (message, fields) => this.logged.push({ level: 'error', message, fields }),
  };

  readonly channels: Channels = {
    personal: [
      {
        name: 'mail',
        reaches: () => true,
        write: async ({ name }, notice, link) =>
          void this.announced.push({ to: name, subject: notice.subject, text: noticeText(notice, link) }),
      },
    ],
    public: [
      {
        name: 'topic',
        post: async (notice) =>
          void this.posted.push({ to: undefined, subject: notice.subject, text: noticeText(notice) }),
      },
    ],
  };

  readonly ports = {
    archive: this.archive,
    desk: {
      lay: async (pending: PendingApproval) => {
        this.pending.set(pending.run, pending);
      },
      find: async (asked: Run) => this.pending.get(asked),
      change: async (asked: Run, change: (pending: PendingApproval) => PendingApproval | undefined) => {
        const before = this.pending.get(asked);
        const after = before && change(before);
        if (after !== undefined) this.pending.set(asked, after);
        return after;
      },
      runs: async () => [...this.pending.keys()],
    },
    channels: this.channels,
    sealer: {
      seal: async (message: string) => {
        this.sealed.push(message);
        return sealOf(message);
      },
    },
    /** Of a key that seals nothing but cookies. */
    cookieSeal: {
      seal: async (message: string) => macOf(message),
      isGenuine: async (message: string, seal: string) => seal === macOf(message),
    },
    identityProvider: undefined,
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
  readonly deliverDecisions = deliverDecisions(this.ports);

  /** Archives a plan as confirm-plan does. */
  depositPlan({ header, waves, leftAlone }: Plan): PlanDigest {
    const { run } = header;
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
    await this.requestApproval({
      run: plan.header.run,
      digest,
      requestedBy: plan.header.requestedBy,
      taskToken: 'task-token',
    });
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
    const form = new URLSearchParams({ digest: hidden('digest'), scope: 'plan', nonce: hidden('nonce'), ...answer });
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
