import type { Tag } from '@aws-sdk/client-secrets-manager';
import type { ConditionContext } from '../../account/replica.ts';
import { refusals } from './refusals.ts';
import type { Value } from './secret.ts';

const maxValueBytes = 65_536;

/** The value that a request carries, if any. An empty one counts as none. */
export function readValue({
  SecretString,
  SecretBinary,
}: {
  SecretString?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
}): Value | undefined {
  const text = SecretString === '' ? undefined : SecretString;
  const bytes = SecretBinary?.byteLength === 0 ? undefined : SecretBinary;
  if (text !== undefined && bytes !== undefined) throw refusals.twoValues();

  const value = text ?? (bytes && Uint8Array.from(bytes));
  if (value !== undefined && Buffer.byteLength(value) > maxValueBytes) {
    const field = text === undefined ? 'secretBinary' : 'secretString';
    throw refusals.constraint(field, `Member must have length less than or equal to ${maxValueBytes}`);
  }
  return value;
}

/** The SDK fills in the idempotency token. A request without one did not come from it. */
export function readToken(token: string | undefined): string {
  if (token === undefined || token === '') throw refusals.noToken();
  checkLength('clientRequestToken', token, 32, 64);
  return token;
}

export function checkLength(field: string, text: string, least: number, most: number): void {
  const bound = text.length < least ? ['greater', least] : text.length > most ? ['less', most] : undefined;
  if (bound === undefined) return;
  throw refusals.constraint(field, `Member must have length ${bound[0]} than or equal to ${bound[1]}`, `'${text}'`);
}

/** What a request says of tags, in IAM's words. */
export function requestTags(tags: readonly Tag[]): ConditionContext {
  return {
    ...(tags.length > 0 && { 'aws:TagKeys': tags.map(({ Key = '' }) => Key) }),
    ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value])),
  };
}

/** One page of a list, and the token that leads to the next. */
export function pageOf<T>(
  items: readonly T[],
  { MaxResults = 100, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  most = 100,
): { page: T[]; next: { NextToken?: string } } {
  if (MaxResults < 1 || MaxResults > most) {
    const bound = MaxResults < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`;
    throw refusals.constraint('maxResults', `Member must have value ${bound}`, `'${MaxResults}'`);
  }
  const start = NextToken === undefined ? 0 : readPosition(NextToken);
  const end = start + MaxResults;
  return { page: items.slice(start, end), next: end < items.length ? { NextToken: tokenOf(end) } : {} };
}

const tokenOf = (position: number) => Buffer.from(`position ${position}`).toString('base64url');

function readPosition(token: string): number {
  const text = Buffer.from(token, 'base64url').toString();
  const position = /^position (\d+)$/.exec(text)?.[1];
  if (position === undefined) throw refusals.badNextToken();
  return Number(position);
}
