const patterns = new Map<string, RegExp>();

/**
 * Whether a text matches a pattern in which `*` stands for any characters and `?` for exactly one. Case counts.
 *
 * @throws {Error} for a policy variable, `${...}`: taken literally it would match nothing, and a Deny would not deny.
 */
export function isLike(text: string, pattern: string): boolean {
  let expression = patterns.get(pattern);
  if (expression === undefined) {
    if (pattern.includes('${')) throw new Error(`policy variables are not rehearsed: ${pattern}`);
    const source = pattern
      .replace(/[\\^$+.()|[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, 's');
    patterns.set(pattern, expression);
  }
  return expression.test(text);
}

/**
 * Whether an ARN matches a pattern part by part, as IAM compares them: a wildcard in one of the first five parts does
 * not reach across a colon, one in the sixth, the resource, does. A lone `*` matches everything.
 */
export function isArnLike(arn: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (!/[*?$]/.test(pattern)) return pattern === arn;
  const wanted = partsOf(pattern);
  const found = partsOf(arn);
  return wanted.length === found.length && wanted.every((part, index) => isLike(found[index] ?? '', part));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
