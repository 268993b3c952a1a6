/** How a state or an execution failed. Both are what the language calls them; either may be missing. */
export interface Failure {
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/** A state failed. Retriers and catchers deal with it, and nobody else may swallow it. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failure: Failure;

  constructor(error: string | undefined, cause: string | undefined, options?: ErrorOptions) {
    super(`${error ?? 'an error without a name'}: ${cause ?? 'no cause given'}`, options);
    this.failure = { error, cause };
  }
}

/** A task outlived its `TimeoutSeconds`, or fell silent for longer than its `HeartbeatSeconds`. */
export class TimedOut extends Failed {
  constructor(error: 'States.Timeout' | 'States.HeartbeatTimeout') {
    super(error, undefined);
  }
}

export const dataLimitExceeded = (who: string): Failed =>
  new Failed(
    'States.DataLimitExceeded',
    `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );

/**
 * Whether a retrier or catcher that names `names` takes an error.
 *
 * `States.ALL` and `States.TaskFailed` leave `States.DataLimitExceeded` alone, and nothing at all takes
 * `States.Runtime`: a way back that rests on a catcher does not run then.
 */
export const takes = (names: readonly string[], { error }: Failure): boolean =>
  error !== 'States.Runtime' && names.some((name) => nameTakes(name, error));

function nameTakes(name: string, error: string | undefined): boolean {
  switch (name) {
    case 'States.ALL':
      return error !== 'States.DataLimitExceeded';
    case 'States.TaskFailed':
      return error !== 'States.DataLimitExceeded' && error !== 'States.Timeout';
    case 'States.Timeout':
      return error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
    default:
      return name === error;
  }
}
