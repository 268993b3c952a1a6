import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why policies below a construct reach all that fits a pattern, where AWS or the promise they hold wants no less. */
export function acknowledgeWildcards(scope: IConstruct, reason: string, patterns: readonly string[]): void {
  const stack = Stack.of(scope);
  Validations.of(scope).acknowledge(
    ...patterns.map((pattern) => ({ id: `AwsSolutions-IAM5[Resource::${flatten(stack.resolve(pattern))}]`, reason })),
  );
}

/** Writes a resolved ARN as cdk-nag does: `<Bucket.Arn>/runs/*`. */
function flatten(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const { Ref, ...functions } = resolved as Record<string, never>;
  if (Ref !== undefined) return `<${Ref}>`;
  if (functions['Fn::GetAtt'] !== undefined) return `<${(functions['Fn::GetAtt'] as string[]).join('.')}>`;
  const [delimiter, parts] = functions['Fn::Join'] as unknown as [string, unknown[]];
  return parts.map(flatten).join(delimiter);
}
