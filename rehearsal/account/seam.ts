import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as sesv2 from '@aws-sdk/client-sesv2';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import type { Account } from './account.ts';
import { type ExceptionClass, exceptionOf } from './exceptions.ts';
import { FrontStack, type Source } from './front-stack.ts';
import { ServiceError } from './replica.ts';
import { received, sent } from './wire.ts';

/** Real clients of the SDK, whose calls the rehearsed account answers. */
export interface Clients {
  readonly cloudWatch: cloudwatch.CloudWatchClient;
  readonly eventBridge: eventbridge.EventBridgeClient;
  readonly kms: kms.KMSClient;
  readonly lambda: lambda.LambdaClient;
  readonly s3: s3.S3Client;
  readonly secretsManager: secretsmanager.SecretsManagerClient;
  readonly ses: sesv2.SESv2Client;
  readonly sns: sns.SNSClient;
  readonly ssm: ssm.SSMClient;
  readonly stepFunctions: sfn.SFNClient;
}

/**
 * Makes the clients through which one principal calls: a function's role, an operator, a service of the fleet.
 *
 * Each is made when it is first asked for, as a copy of one of its kind: settling a client's configuration, which is the
 * same for all, takes longer than most calls.
 */
export function clientsOf(account: Account, principal: string): Clients {
  const clients = {};
  for (const [name, kind] of Object.entries(kinds)) {
    let client: AnyClient | undefined;
    const get = () => {
      client ??= answered(account, principal, kind);
      return client;
    };
    Object.defineProperty(clients, name, { get, enumerable: true });
  }
  return clients as Clients;
}

/** One service's client, and what is needed to answer in its place. */
interface Kind {
  /** As in {@link Replica.service}. */
  readonly service: string;
  readonly pattern: AnyClient;
  readonly base: ExceptionClass;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The part of every client that the seam is sewn to. */
interface AnyClient {
  middlewareStack: Source;
}

/** Nothing but the seam answers: a call that got past it would have to go through this, and fails. */
const nowhere = {
  region: 'us-east-1',
  cacheMiddleware: true,
  /** The SDK's default says nothing either, but masks every input and output first. */
  logger: { debug: () => {}, warn: () => {} } as never,
  credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  requestHandler: {
    handle: () => Promise.reject(new Error('a call got past the seam: the rehearsal has no network')),
  },
};

const kind = (service: string, pattern: AnyClient, base: ExceptionClass, exports: object): Kind => ({
  service,
  pattern,
  base,
  exports: exports as Record<string, unknown>,
});

const kinds: Readonly<Record<keyof Clients, Kind>> = {
  cloudWatch: kind(
    'cloudwatch',
    new cloudwatch.CloudWatchClient(nowhere),
    cloudwatch.CloudWatchServiceException,
    cloudwatch,
  ),
  eventBridge: kind(
    'events',
    new eventbridge.EventBridgeClient(nowhere),
    eventbridge.EventBridgeServiceException,
    eventbridge,
  ),
  kms: kind('kms', new kms.KMSClient(nowhere), kms.KMSServiceException, kms),
  lambda: kind('lambda', new lambda.LambdaClient(nowhere), lambda.LambdaServiceException, lambda),
  s3: kind('s3', new s3.S3Client(nowhere), s3.S3ServiceException, s3),
  secretsManager: kind(
    'secretsmanager',
    new secretsmanager.SecretsManagerClient(nowhere),
    secretsmanager.SecretsManagerServiceException,
    secretsmanager,
  ),
  ses: kind('ses', new sesv2.SESv2Client(nowhere), sesv2.SESv2ServiceException, sesv2),
  sns: kind('sns', new sns.SNSClient(nowhere), sns.SNSServiceException, sns),
  ssm: kind('ssm', new ssm.SSMClient(nowhere), ssm.SSMServiceException, ssm),
  stepFunctions: kind('states', new sfn.SFNClient(nowhere), sfn.SFNServiceException, sfn),
};

/**
 * Puts the account where the network begins.
 *
 * The middleware ends the stack at the low end of its first step: whatever an adapter adds there at a higher priority,
 * such as its retries, runs around it. Nothing behind it runs at all, neither serialisation nor the SDK's own retries.
 */
function answered(account: Account, principal: string, { service, pattern, base, exports }: Kind): AnyClient {
  const client = Object.assign(Object.create(Object.getPrototypeOf(pattern)), pattern) as AnyClient;
  const stack = new FrontStack(pattern.middlewareStack);
  client.middlewareStack = stack;
  stack.add(
    (_, context) =>
      async ({ input }) => {
        const operation = (context.commandName ?? '').replace(/Command$/, '');
        const call = account.call(principal, service, operation, sent(input));
        try {
          const output = await unlessAborted(call, context.__smithy_context?.abortSignal);
          return {
            output: { ...received(output), $metadata: { httpStatusCode: 200, attempts: 1 } },
            response: {},
          } as never;
        } catch (error) {
          throw error instanceof ServiceError ? exceptionOf(error, exports, base) : error;
        }
      },
    { step: 'initialize', priority: 'low', name: 'rehearsalSeam' },
  );
  return client;
}

/** An aborted call may still take effect: all that the caller gives up is the answer. */
async function unlessAborted(call: Promise<unknown>, signal: unknown): Promise<unknown> {
  if (!(signal instanceof AbortSignal)) return call;
  return Promise.race([
    call,
    new Promise<never>((_, reject) => {
      const abort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
    }),
  ]);
}
