import jsonata from 'jsonata';

/** Parsed once for the life of the process: every execution of every run evaluates the same few expressions. */
const parsed = new Map<string, jsonata.Expression>();

/** The expression in a string like `{% $states.input %}`; undefined when the string stands for itself. */
export const expressionIn = (text: string): string | undefined =>
  text.startsWith('{%') && text.endsWith('%}') && text.length >= 4 ? text.slice(2, -2).trim() : undefined;

/** @throws {ExpressionError} when it is no JSONata. */
export function parse(expression: string): jsonata.Expression {
  const known = parsed.get(expression);
  if (known !== undefined) return known;

  const fresh = parseAfresh(expression);
  parsed.set(expression, fresh);
  return fresh;
}

function parseAfresh(expression: string): jsonata.Expression {
  try {
    return jsonata(expression);
  } catch (thrown) {
    throw new ExpressionError(describe(thrown), { cause: thrown });
  }
}

/**
 * Evaluates an expression that sees its bindings and nothing else: no input document, so no `$`, `$$` or bare names.
 *
 * Bindings go before JSONata's own functions.
 *
 * @throws {ExpressionError} when the evaluation throws.
 */
export async function evaluate(expression: string, bindings: Record<string, unknown>): Promise<unknown> {
  const ready = parse(expression);
  try {
    return await ready.evaluate(undefined, bindings);
  } catch (thrown) {
    throw new ExpressionError(describe(thrown), { cause: thrown });
  }
}

/** JSONata refused an expression. The message is `code: text`, as Step Functions quotes it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** JSONata throws plain objects as well as errors. */
function describe(thrown: unknown): string {
  const { code, message } = thrown as { readonly code?: string; readonly message?: string };
  return code === undefined ? String(message) : `${code}: ${message}`;
}
