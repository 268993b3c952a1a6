/** What a call meets in a replica of one AWS service. */
export interface CallContext {
  /** ARN of the role that the caller acts under. */
  readonly principal: string;
  /**
   * Evaluates the caller's policies as IAM would.
   *
   * @throws {ServiceError} `AccessDeniedException`, and notes the denial.
   */
  require(action: string, resource: string, conditions?: ConditionContext): void;
  /** Whether {@link require} would let it pass. Nothing is noted. */
  allows(action: string, resource: string, conditions?: ConditionContext): boolean;
}

/** Values of IAM condition keys of one request, by key: `{'secretsmanager:VersionStage': 'AWSCURRENT'}`. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

/** One AWS service in this process: the few operations that are used, each faithful in what it does. */
export interface Replica {
  /** The service's prefix in IAM and in the counts: `secretsmanager`, `s3`, `states`, ... */
  readonly service: string;
  /**
   * Answers one call, as the SDK's client would see it: input and output in the SDK's own shapes, dates as `Date`.
   *
   * @throws {ServiceError} with the error name that AWS documents.
   */
  call(operation: string, input: never, context: CallContext): unknown;
}

/**
 * An error as AWS answers it. The seam turns it into the SDK's class of the same name.
 *
 * It comes from another machine, so it has no stack: tracing one takes longer than most answers.
 */
export class ServiceError extends Error {
  readonly statusCode: number;

  constructor(name: string, message: string, statusCode = 400) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = name;
    this.statusCode = statusCode;
  }
}
