import type { Answer } from '../../core/approval/approval-answer.ts';

/** What a program sends in place of the page's form. It has no nonce: whoever can sign a request needs none. */
const fields = ['decision', 'digest', 'scope', 'count', 'reason'] as const;
const always = ['decision', 'digest', 'scope'] as const;

export type ParsedAnswer =
  | { readonly kind: 'answer'; readonly answer: Omit<Answer, 'nonce'> }
  | { readonly kind: 'malformed'; readonly status: 400 | 413; readonly problems: readonly string[] };

/** Reads the body of an answer. Undefined: it was longer than any could be. What it says is for others to judge. */
export function parseAnswer(text: string | undefined): ParsedAnswer {
  if (text === undefined) return { kind: 'malformed', status: 413, problems: ['it is too long'] };

  const given = parseJson(text);
  if (given === undefined) return { kind: 'malformed', status: 400, problems: ['the body is no JSON object'] };
  const problems = [...problemsIn(given)];
  if (problems.length > 0) return { kind: 'malformed', status: 400, problems };

  const [decision = '', digest = '', scope = '', count = '', reason = ''] = fields.map((field) =>
    String(given[field] ?? ''),
  );
  return { kind: 'answer', answer: { decision, digest, scope, count, reason } };
}

function* problemsIn(given: Readonly<Record<string, unknown>>): Generator<string> {
  for (const field of always) if (given[field] === undefined) yield `${field} is missing`;
  for (const [field, value] of Object.entries(given)) {
    if (!fields.some((one) => one === field)) yield 'it has a field that there is not';
    else if (typeof value !== 'string') yield `${field} is no text`;
  }
}

function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null && !Array.isArray(given)
      ? (given as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
