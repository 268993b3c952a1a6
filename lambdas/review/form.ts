import type { Answer } from '../../core/approval/approval-answer.ts';
import type { LinkRequest } from './event.ts';

/** Why a request cannot be the page's form, whatever it says. Each has the status that HTTP has for it. */
export const formFaults = {
  otherOrigin: { status: 403, text: 'The answer did not come from this page.' },
  notAForm: { status: 415, text: 'The answer is not a form.' },
  tooLong: { status: 413, text: 'The answer is too long.' },
  malformed: { status: 400, text: 'The form is incomplete, or says a thing twice.' },
} as const;

export type FormFault = keyof typeof formFaults;

/** What the page's two forms hold. Each has one field that the other lacks. */
const fields = ['decision', 'digest', 'scope', 'nonce', 'count', 'reason'] as const;
const always = ['decision', 'digest', 'scope', 'nonce'] as const;

/** Reads the form that a page of this origin sent. */
export function readForm({ headers, body }: LinkRequest, ownOrigin: string): Answer | FormFault {
  if (!isSameOrigin(headers, ownOrigin)) return 'otherOrigin';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')) return 'notAForm';
  if (body === undefined) return 'tooLong';

  const form = new URLSearchParams(body);
  const once = fields.every((field) => form.getAll(field).length <= 1);
  if (!once || !always.every((field) => form.has(field))) return 'malformed';

  const [decision = '', digest = '', scope = '', nonce = '', count = '', reason = ''] = fields.map(
    (field) => form.get(field) ?? '',
  );
  return { decision, digest, scope, nonce, count, reason };
}

/**
 * Whether a page of this origin sent the request.
 *
 * A browser says so itself (`Sec-Fetch-Site`). One too old to say it names the origin. The page asks for no referrer, and
 * browsers call the origin of such a page `null` when its form is sent: that counts only where the browser vouches for it.
 */
function isSameOrigin(headers: LinkRequest['headers'], ownOrigin: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site === undefined) return origin === ownOrigin;
  return site === 'same-origin' && (origin === undefined || origin === 'null' || origin === ownOrigin);
}
