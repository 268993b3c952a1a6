/** Every policy is asked the same few questions again and again. */
const texts = new Map<string, RegExp>();
const textsOfAnyCase = new Map<string, RegExp>();
const arns = new Map<string, RegExp>();

/**
 * Whether a text matches a pattern in which `*` stands for any characters and `?` for exactly one. Case counts.
 *
 * @throws {Error} for a policy variable, `${...}`: taken literally it would match nothing, and a Deny would not deny.
 */
export const isLike = (text: string, pattern: string): boolean => textLike(texts, pattern, 's').test(text);

/** {@link isLike}, except that case does not count. */
export const isLikeInAnyCase = (text: string, pattern: string): boolean =>
  textLike(textsOfAnyCase, pattern, 'si').test(text);

function textLike(known: Map<string, RegExp>, pattern: string, flags: string): RegExp {
  let expression = known.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^${sourceOf(pattern, '.')}$`, flags);
    known.set(pattern, expression);
  }
  return expression;
}

/**
 * Whether an ARN matches a pattern part by part, as IAM compares them: a wildcard in one of the first five parts does
 * not reach across a colon, one in the sixth, the resource, does. A lone `*` matches everything.
 *
 * @throws {Error} for a policy variable.
 */
export function isArnLike(arn: string, pattern: string): boolean {
  if (pattern === '*') return true;
  let expression = arns.get(pattern);
  if (expression === undefined) {
    if (!/[*?$]/.test(pattern)) return pattern === arn;
    const parts = pattern.split(':').map((part, index) => sourceOf(part, index < 5 ? '[^:]' : '.'));
    expression = new RegExp(`^${parts.join(':')}$`, 's');
    arns.set(pattern, expression);
  }
  return expression.test(arn);
}

function sourceOf(pattern: string, any: string): string {
  if (pattern.includes('${')) throw new Error(`policy variables are not rehearsed: ${pattern}`);
  return pattern
    .replace(/[\\^$+.()|[\]{}]/g, '\\$&')
    .replace(/[*?]/g, (wildcard) => (wildcard === '*' ? `${any}*` : any));
}
