import type { PersonalChannel, PublicChannel } from '../core/notices/channel.ts';
import type { Notice, PersonalLink } from '../core/notices/notice.ts';
import type { Clock } from '../core/ports.ts';
import type { SecretValue } from '../core/secret-value.ts';
import { recordFrom } from '../core/selection/credential.ts';
import type { Approver, SlackSettings } from '../core/settings.ts';
import { type HttpAnswer, type Network, TargetError } from './network.ts';
import { slackMessage } from './slack-blocks.ts';

/** The only address of Slack's there is. No setting can lead the token anywhere else. */
const endpoint = 'https://slack.com/api/chat.postMessage';

const timeoutMs = 5_000;

/** Waits before each further attempt, in milliseconds. A reason that stays is not tried again. */
const pauses = [1_000, 3_000] as const;

/** Reads the bot token, each time that something is sent: a token that was replaced counts at once. */
export interface SlackToken {
  read(): Promise<SecretValue>;
}

export interface SlackTools {
  readonly network: Network;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly token: SlackToken;
}

/** Slack took no message. Carries Slack's own word for why, such as `channel_not_found`, and never what was sent. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`Slack did not take a message: ${code}; see docs/channels/slack.md`, options);
    this.code = code;
  }
}

/** Writes to approvers directly, and posts to the one channel of the deployment, as the app that the token is of. */
export class Slack implements PersonalChannel, PublicChannel {
  readonly name = 'slack';
  readonly #settings: SlackSettings;
  readonly #tools: SlackTools;

  constructor(settings: SlackSettings, tools: SlackTools) {
    this.#settings = settings;
    this.#tools = tools;
  }

  reaches({ slackUser }: Approver): boolean {
    return slackUser !== undefined;
  }

  /** A message to a user's id is a direct message. */
  async write({ slackUser = '' }: Approver, notice: Notice, link: PersonalLink | undefined): Promise<void> {
    await this.#send(slackUser, notice, link);
  }

  async post(notice: Notice): Promise<void> {
    await this.#send(this.#settings.channel, notice, undefined);
  }

  async #send(channel: string, notice: Notice, link: PersonalLink | undefined): Promise<void> {
    // Nobody's preview may open a link.
    const body = JSON.stringify({ channel, ...slackMessage(notice, link), unfurl_links: false, unfurl_media: false });
    for (const pause of pauses) {
      const refusal = await this.#try(body);
      if (refusal === undefined) return;
      if (!refusal.mayPass) throw new SlackError(refusal.code);
      await this.#tools.clock.sleep(pause);
    }
    const refusal = await this.#try(body);
    if (refusal !== undefined) throw new SlackError(refusal.code);
  }

  async #try(body: string): Promise<Refusal | undefined> {
    const { network, token } = this.#tools;
    const bearer = await token.read();
    try {
      const answer = await network.fetch(endpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer.reveal()}`, 'content-type': 'application/json; charset=utf-8' },
        body,
        timeoutMs,
      });
      return await refusalIn(answer);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      return { code: error.code, mayPass: true };
    }
  }
}

interface Refusal {
  readonly code: string;
  readonly mayPass: boolean;
}

/** Slack says no with status 200 and `ok: false`. Only an exact `true` is a yes. */
async function refusalIn(answer: HttpAnswer): Promise<Refusal | undefined> {
  const { ok, error } = recordFrom(await answer.text()) ?? {};
  if (answer.status === 200 && ok === true) return undefined;

  const code = typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : `status ${answer.status}`;
  return { code, mayPass: answer.status === 429 || answer.status >= 500 || passing.has(code) };
}

/** Slack's words for what may be over in a moment. */
const passing = new Set(['ratelimited', 'rate_limited', 'internal_error', 'service_unavailable', 'request_timeout']);
