import type { Statement } from '../account/policy.ts';
import type { JsonObject } from './intrinsics.ts';

/** What a synthesised stack would deploy, with every name worked out. Each part carries its logical id. */
export interface Stack {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly functions: readonly LambdaFunction[];
  readonly stateMachines: readonly StateMachine[];
  readonly roles: readonly Role[];
  readonly buckets: readonly Bucket[];
  readonly keys: readonly Key[];
  readonly topics: readonly Topic[];
  readonly parameters: readonly Parameter[];
  readonly schedules: readonly Schedule[];
  readonly rules: readonly Rule[];
  readonly httpApis: readonly HttpApi[];
  readonly alarms: readonly Alarm[];
  /**
   * What the resources' own policies say, by ARN: buckets, keys, topics and queues; functions, from their permissions;
   * and roles, whose trust policy decides who may assume them.
   */
  readonly resourcePolicies: ReadonlyMap<string, readonly Statement[]>;
  readonly outputs: Readonly<Record<string, string>>;
  /** Everything, typed or not: for what has no view of its own. */
  readonly resources: readonly Named[];
}

export interface Named {
  readonly logicalId: string;
  readonly type: string;
  /** Resolved. */
  readonly properties: JsonObject;
}

export interface LambdaFunction extends Named {
  readonly name: string;
  readonly arn: string;
  /** ARNs of its published versions and aliases. */
  readonly qualifiedArns: readonly string[];
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** Directories in the assembly that hold what each layer puts under `/opt`, in the order of the layers. */
  readonly layers: readonly string[];
}

export interface StateMachine extends Named {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly kind: 'STANDARD' | 'EXPRESS';
  /** The Amazon States Language, parsed. */
  readonly definition: JsonObject;
}

export interface Role extends Named {
  readonly name: string;
  readonly arn: string;
  readonly trust: readonly Statement[];
  /** Of the inline policies, and of the managed policies that the stack itself defines. */
  readonly statements: readonly Statement[];
  /** Names of the policies that AWS manages: `service-role/AWSLambdaBasicExecutionRole`. */
  readonly awsManagedPolicies: readonly string[];
}

export interface Bucket extends Named {
  readonly name: string;
  readonly arn: string;
  /** The KMS key that encrypts by default; `undefined` means S3's own keys. */
  readonly keyArn: string | undefined;
  readonly isVersioned: boolean;
  /** How long Object Lock keeps a new object; `undefined` means that none is locked by default. */
  readonly retention: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } | undefined;
  /** Whether it tells EventBridge of every object that comes in. */
  readonly tellsEvents: boolean;
  readonly policy: readonly Statement[];
}

export interface Key extends Named {
  readonly id: string;
  readonly arn: string;
  readonly aliases: readonly string[];
  readonly spec: string;
  readonly usage: string;
  readonly policy: readonly Statement[];
}

export interface Topic extends Named {
  readonly name: string;
  readonly arn: string;
  readonly keyArn: string | undefined;
  readonly subscriptions: readonly Subscription[];
}

export interface Subscription {
  readonly protocol: string;
  readonly endpoint: string;
  readonly filterPolicy: JsonObject | undefined;
  readonly filterPolicyScope: string;
}

export interface Parameter extends Named {
  readonly name: string;
  readonly arn: string;
  readonly value: string;
}

export interface Schedule extends Named {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly timezone: string;
  readonly isEnabled: boolean;
  readonly target: { readonly arn: string; readonly roleArn: string; readonly input: string };
}

export interface Rule extends Named {
  readonly name: string;
  readonly arn: string;
  readonly pattern: JsonObject | undefined;
  readonly scheduleExpression: string | undefined;
  readonly isEnabled: boolean;
  /** As in the template: `Arn`, `Id`, `Input`, `InputTransformer`, ... */
  readonly targets: readonly JsonObject[];
}

export interface HttpApi extends Named {
  readonly id: string;
  readonly endpoint: string;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute {
  /** `GET /review/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly authorizationType: string;
  /** What the integration calls: ARN of a function, its version or its alias. */
  readonly integrationUri: string;
}

/** What it watches is in its `properties`: `Metrics`, `Namespace` with `MetricName`, or `AlarmRule`. */
export interface Alarm extends Named {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly actions: readonly string[];
}
