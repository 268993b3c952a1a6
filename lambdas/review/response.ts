import type { Html } from './html.ts';

/** An answer as an HTTP API takes it (payload 2.0). */
export interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Says to browsers what the page needs, which is its own style and its own form, and to keep nothing.
 *
 * `styleHash` is the SHA-256 of the one style element's text, in base64.
 */
export const respondWith =
  (styleHash: string) =>
  (statusCode: number, page: Html, more: Readonly<Record<string, string>> = {}): Response => ({
    statusCode,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        `style-src 'sha256-${styleHash}'`,
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
