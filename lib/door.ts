import { CfnOutput, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  type HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

import type { Step } from './step.ts';

export interface DoorProps {
  readonly encryptionKey: IKey;
}

/** Where requests of one path lead. */
export interface Way {
  readonly path: string;
  readonly methods: readonly HttpMethod[];
  readonly step: Step;
}

/** People open a page and answer once. Whoever asks faster is guessing links. */
const throttle = { rateLimit: 10, burstLimit: 20 };

/** Where people come in, over HTTPS: throttled, and with every request on record, but never its path. */
export class Door extends Construct {
  /** Where it is, without a path. */
  readonly url: string;
  readonly #api: HttpApi;

  constructor(scope: Construct, id: string, { encryptionKey }: DoorProps) {
    super(scope, id);

    this.#api = new HttpApi(this, 'Api', { description: "Keyturn's door", createDefaultStage: false });
    this.url = this.#api.apiEndpoint;
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_YEAR,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      autoDeploy: true,
      throttle,
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLogFormat },
    });
    new CfnOutput(this, 'Url', { value: this.url, description: 'Where keyturn start and keyturn approve ask' });
  }

  /** Opens a way to everybody. What lets in is for the step to check, and the reason says what that is. */
  openToAll(id: string, way: Way, reason: string): void {
    const routes = this.open(id, way, new HttpNoneAuthorizer());
    for (const route of routes) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });
  }

  /** Opens a way to whom IAM lets: API Gateway checks who they are, and that they may, and tells the step who. */
  openToIam(id: string, way: Way): void {
    this.open(id, way, new HttpIamAuthorizer());
  }

  private open(id: string, { path, methods, step }: Way, authorizer: IHttpRouteAuthorizer) {
    const integration = new HttpLambdaIntegration(id, step.version);
    return this.#api.addRoutes({ path, methods: [...methods], integration, authorizer });
  }
}

const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    requestTime: AccessLogField.contextRequestTime(),
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    callerArn: AccessLogField.contextIdentityUserArn(),
    routeKey: '$context.routeKey',
    status: AccessLogField.contextStatus(),
    responseLength: AccessLogField.contextResponseLength(),
    integrationStatus: '$context.integration.status',
  }),
);
