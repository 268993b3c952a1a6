import { recordFrom } from '../../core/selection/credential.ts';
import type { HttpRequest, HttpTarget } from './http-target.ts';

/** A message that Slack took. */
export interface SlackPost {
  /** The user or the channel it was sent to. */
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface Block {
  readonly type: string;
  readonly text?: Text;
  readonly elements?: readonly Element[];
}

interface Text {
  readonly type: string;
  readonly text: string;
}

interface Element {
  readonly type: string;
  readonly text?: Text | string;
  readonly url?: string;
  readonly action_id?: string;
}

export interface Workspace {
  readonly token: string;
  readonly users: readonly string[];
  readonly channels: readonly string[];
}

/** Slack with one app, one method, and as strict about Block Kit as Slack's documentation is. See `rehearsal/targets/targets.md`. */
export class SlackWorkspace {
  readonly posts: SlackPost[] = [];
  readonly #workspace: Workspace;
  #refusal: string | undefined;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  readonly target: HttpTarget = (request) => {
    const error = this.#refusal ?? this.#errorIn(request);
    if (error === 'ratelimited') return { status: 429, content: { ok: false, error } };
    if (error === 'service_unavailable') return { status: 503, content: { ok: false, error } };
    if (error !== undefined) return { status: 200, content: { ok: false, error } };

    const { channel, text, blocks } = JSON.parse(request.body) as SlackPost;
    this.posts.push({ channel, text, blocks });
    return {
      status: 200,
      content: { ok: true, channel, ts: `1700000000.${String(this.posts.length).padStart(6, '0')}` },
    };
  };

  /** From now on every message is refused with this word of Slack's; `undefined` ends it. */
  refuse(error: string | undefined): void {
    this.#refusal = error;
  }

  /** What came to a user or a channel, oldest first. */
  inbox(channel: string): readonly SlackPost[] {
    return this.posts.filter((post) => post.channel === channel);
  }

  #errorIn({ method, path, headers, body }: HttpRequest): string | undefined {
    const { token, users, channels } = this.#workspace;
    if (method !== 'POST' || path !== '/api/chat.postMessage') return 'unknown_method';
    if (headers['authorization'] === undefined) return 'not_authed';
    if (headers['authorization'] !== `Bearer ${token}`) return 'invalid_auth';
    if (!/^application\/json; charset=utf-8$/.test(headers['content-type'] ?? '')) return 'missing_charset';

    const message = recordFrom(body);
    if (message === undefined) return 'invalid_json';
    const { channel, text, blocks } = message;
    if (typeof channel !== 'string' || ![...users, ...channels].includes(channel)) return 'channel_not_found';
    if (typeof text !== 'string' || text === '') return 'no_text';
    if (text.length > 40_000) return 'msg_too_long';
    return isBlockKit(blocks) ? undefined : 'invalid_blocks';
  }
}

/** The one link of a message that opens a page: the button's. */
export const buttonUrl = ({ blocks }: SlackPost): string | undefined =>
  blocks.flatMap(({ type, elements = [] }) => (type === 'actions' ? elements : [])).find(({ url }) => url !== undefined)
    ?.url;

function isBlockKit(blocks: unknown): boolean {
  return Array.isArray(blocks) && blocks.length >= 1 && blocks.length <= 50 && blocks.every(isBlock);
}

function isBlock(block: Block): boolean {
  switch (block.type) {
    case 'header':
      return isText(block.text, ['plain_text'], 150);
    case 'section':
      return isText(block.text, ['plain_text', 'mrkdwn'], 3_000);
    case 'context':
      return isList(block.elements, 10) && block.elements.every((one) => isText(one, ['plain_text', 'mrkdwn'], 3_000));
    case 'actions':
      return isList(block.elements, 25) && block.elements.every(isButton);
    default:
      return false;
  }
}

const isList = (elements: Block['elements'], most: number): elements is readonly Element[] =>
  Array.isArray(elements) && elements.length >= 1 && elements.length <= most;

const isText = (text: unknown, types: readonly string[], most: number): boolean => {
  const { type, text: said } = (text ?? {}) as Partial<Text>;
  return types.includes(type ?? '') && typeof said === 'string' && said.length >= 1 && said.length <= most;
};

const isButton = ({ type, text, url = '', action_id = '' }: Element): boolean =>
  type === 'button' && isText(text, ['plain_text'], 75) && url.length <= 3_000 && action_id.length <= 255;
