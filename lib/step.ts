import { fileURLToPath } from 'node:url';

import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type IFunction,
  type ILayerVersion,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import { functionName, type StepName } from './names.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export const runtime = Runtime.NODEJS_24_X;

/** What all steps of a deployment stand on. */
export interface StepGround {
  readonly stage: string;
  readonly settingsLayer: ILayerVersion;
  readonly encryptionKey: IKey;
  /** Where the targets are, when they cannot be reached from the internet. */
  readonly vpc?: IVpc | undefined;
}

export interface StepProps {
  readonly ground: StepGround;
  readonly step: StepName;
  readonly tier?: string;
  /** Its share of a processor comes with it: 256 MB for a few calls, 512 MB where many answers are read and judged. */
  readonly memorySize: 256 | 512;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it asks targets or services, and so must be where they are. */
  readonly reachesTargets?: boolean;
}

/**
 * One step: a function, a role that is its own, and the version of it that the workflow calls.
 *
 * Versions outlive the deployment that replaced them, since a run under way goes on with those it began with.
 */
export class Step extends Construct implements IGrantable {
  /** The published version that the workflow calls. */
  readonly version: IFunction;
  readonly timeout: Duration;
  readonly grantPrincipal: Role;
  readonly logGroup: ILogGroup;
  /** Its function's ARN, with any version. */
  readonly everyVersionArn: string;

  constructor(scope: Construct, id: string, props: StepProps) {
    super(scope, id);
    const { ground, step, tier, memorySize, timeout, environment, reachesTargets = false } = props;

    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      encryptionKey: ground.encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.logGroup = logGroup;
    this.timeout = timeout;
    this.grantPrincipal = new Role(this, 'Role', {
      description: `Keyturn's ${step}${tier === undefined ? '' : ` of tier ${tier}`}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    Grant.addToPrincipal({
      grantee: this,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resourceArns: [logGroup.logGroupArn],
    });

    const vpc = reachesTargets ? ground.vpc : undefined;
    if (vpc !== undefined) grantNetworkInterfaces(this);

    const handler = new NodejsFunction(this, 'Function', {
      functionName: functionName(ground.stage, step, tier),
      entry: pathTo(`lambdas/${step}/index.ts`),
      ...bundled,
      runtime,
      architecture: Architecture.ARM_64,
      memorySize,
      timeout,
      role: this.grantPrincipal,
      ...(vpc === undefined ? {} : { vpc }),
      layers: [ground.settingsLayer],
      environment: {
        ...environment,
        ...(reachesTargets ? trustingRds : {}),
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: step,
      },
      tracing: Tracing.ACTIVE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    // CDK's interface says of an optional property what its class does not: a version is a function all the same.
    this.version = handler.currentVersion as IFunction;
    this.everyVersionArn = `${handler.functionArn}:*`;

    acknowledgeWildcards(this, whyAnyResource, ['*']);
    Validations.of(this).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'Its caller learns of every failure. What EventBridge starts and fails, the next sweep starts again.',
    });
  }
}

const whyAnyResource =
  'AWS evaluates these calls on no resource: X-Ray traces, ListSecrets, BatchGetSecretValue (which needs GetSecretValue ' +
  'on each secret besides), and network interfaces.';

const pathTo = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Error names are literals, so they survive minifying. CommonJS packages such as pg still ask for `require`. */
export const bundled = {
  projectRoot: pathTo(''),
  depsLockFilePath: pathTo('package-lock.json'),
  awsSdkConnectionReuse: false,
  bundling: {
    format: OutputFormat.ESM,
    target: 'node24',
    mainFields: ['module', 'main'],
    bundleAwsSDK: true,
    externalModules: ['pg-native', 'pg-cloudflare'],
    minify: true,
    sourceMap: true,
    logLevel: LogLevel.ERROR,
    sourcesContent: false,
    banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

/** Databases on RDS have certificates of Amazon's own authorities, which Node does not know unless it is told. */
const trustingRds = { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' };

/** Lambda itself connects a function to a VPC, under the function's role. Code in the function may not. */
const grantNetworkInterfaces = (grantee: IGrantable) =>
  Grant.addToPrincipal({
    grantee,
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resourceArns: ['*'],
    conditions: { Null: { 'lambda:SourceFunctionArn': 'true' } },
  });
