import type { Html } from './html.ts';

/** An answer as an HTTP API takes it (payload 2.0). */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Each becomes a `set-cookie` of its own. */
  readonly cookies?: readonly string[];
  readonly body: string;
}

/** SHA-256, in base64, of the text of the page's one style and of its one script. */
export interface OwnHashes {
  readonly style: string;
  readonly script: string;
}

/** Says to browsers what the page needs, which is its own style, script, form and address, and to keep nothing. */
export const respondWith =
  ({ style, script }: OwnHashes) =>
  (statusCode: number, page: Html, more: Readonly<Record<string, string>> = {}): Response => ({
    statusCode,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        `style-src 'sha256-${style}'`,
        `script-src 'sha256-${script}'`,
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=63072000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex, nofollow',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      ...more,
    },
    body: String(page),
  });
