/** The version exists and holds another value. Not retryable: read the version back and go on with what it holds. */
export class VersionTakenError extends Error {
  override readonly name = 'VersionTakenError';

  constructor(arn: string, versionId: string, options?: ErrorOptions) {
    super(`version ${versionId} of ${arn} exists with another value; read it back instead of making one`, options);
  }
}

/** A label is not on the version it was believed to be on. Not retryable: observe again. */
export class LabelMovedError extends Error {
  override readonly name = 'LabelMovedError';

  constructor(label: string, arn: string, versionId: string, options?: ErrorOptions) {
    super(`${label} of ${arn} is not on version ${versionId}; describe the secret before deciding anything`, options);
  }
}

/** Nothing readable is archived under this key. Retryable only where another step may still deposit it. */
export class NotInArchiveError extends Error {
  override readonly name = 'NotInArchiveError';

  constructor(key: string, options?: ErrorOptions) {
    super(`the archive holds nothing readable under ${key}; check that run and stage belong together`, options);
  }
}
