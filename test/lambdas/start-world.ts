import { sha256 } from '../../adapters/sha256.ts';
import { type Instant, instant } from '../../core/instant.ts';
import type { Run } from '../../core/plan.ts';
import type { Start } from '../../core/start.ts';
import type { JsonResponse } from '../../lambdas/json-response.ts';
import { startRun } from '../../lambdas/start-run/step.ts';
import { chromepaySettings } from '../settings.ts';
import { InMemoryArchive } from './approval-world.ts';

export const requester = 'arn:aws:sts::111122223333:assumed-role/Engineer/requester@example.com';

export interface Answered {
  readonly statusCode: number;
  readonly run?: string;
  readonly requestedBy?: string;
  readonly error?: string;
  readonly message?: string;
  readonly problems?: readonly string[];
}

/** Start-run over ports in memory. */
export class StartWorld {
  readonly archive = new InMemoryArchive();
  readonly started: { readonly run: Run; readonly start: Start }[] = [];
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  now: Instant = instant(Date.UTC(2026, 10, 25, 22, 42));
  /** What Step Functions does. */
  states: 'underWay' | 'ended' | 'away' = 'underWay';
  onAway = () => {};
  #uuids = 0;

  readonly step = startRun({
    archive: this.archive,
    runs: {
      start: async (run, start) => {
        if (this.states === 'away') {
          this.onAway();
          throw new Error('the connection was lost');
        }
        this.started.push({ run, start });
        return this.states;
      },
    },
    settings: {
      ...chromepaySettings,
      requesters: [{ name: 'engineers', principal: 'arn:aws:iam::111122223333:role/Engineer' }],
    },
    random: {
      bytes: (length) => new Uint8Array(length),
      uuid: () => `00000000-0000-4000-8000-00000000000${this.#uuids++}`,
    },
    hash: sha256,
    clock: { now: () => this.now, sleep: async () => {} },
    log: {
      info: (message, fields) => this.logged.push({ level: 'info', message, fields }),
      warn: (message, fields) => this.logged.push({ level: 'warn', message, fields }),
      error: (message, fields) => this.logged.push({ level: 'error', message, fields }),
    },
  });

  async ask(body: unknown, userArn: string | undefined = requester): Promise<Answered> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const authorizer = userArn === undefined ? {} : { authorizer: { iam: { userArn } } };
    const event = {
      rawPath: '/runs',
      requestContext: { http: { method: 'POST' }, ...authorizer },
      body: Buffer.from(text).toString('base64'),
      isBase64Encoded: true,
    };
    const { statusCode, body: said } = (await this.step(event)) as JsonResponse;
    return { statusCode, ...JSON.parse(said) };
  }
}
