import { ServiceError } from '../../account/replica.ts';

const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);
const badRequest = (message: string) => new ServiceError('InvalidRequestException', message);
const badParameter = (message: string) => new ServiceError('InvalidParameterException', message);

/**
 * Every error that the replica answers, in the words of AWS.
 *
 * The specification beside the replica says which words are recorded, which remembered and which our own.
 */
export const refusals = {
  unknownSecret: () => notFound("Secrets Manager can't find the specified secret."),
  unknownLabel: (label: string) =>
    notFound(`Secrets Manager can't find the specified secret value for staging label: ${label}`),
  unknownVersion: (id: string) =>
    notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`),
  unknownTarget: () => notFound("Secrets Manager can't find the specified secret version."),

  badName: () =>
    new ServiceError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    ),
  /** Leave `value` out where it is sensitive: AWS does not repeat it either. */
  constraint: (field: string, constraint: string, value?: string) =>
    new ServiceError(
      'ValidationException',
      `1 validation error detected: Value ${value === undefined ? '' : `${value} `}at '${field}' failed to satisfy constraint: ${constraint}`,
    ),

  noToken: () => badRequest('You must provide a ClientRequestToken value. We recommend a UUID-type value.'),
  tokenInUse: (token: string, arn: string) =>
    new ServiceError(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
    ),
  nameInUse: (name: string) =>
    new ServiceError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`),
  nameScheduledForDeletion: () =>
    badRequest("You can't create this secret because a secret with this name is already scheduled for deletion."),

  noValue: () => badRequest('You must provide either SecretString or SecretBinary.'),
  twoValues: () =>
    badParameter("You can't specify both a binary secret value and a string secret value in the same secret."),
  labelNotOnVersion: () => badRequest('You provided a VersionStage that is not associated to the provided VersionId.'),
  tooMuch: () =>
    new ServiceError(
      'LimitExceededException',
      'The request failed because it would exceed one of the Secrets Manager quotas.',
    ),

  holderUnnamed: (label: string, holder: string) =>
    badParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    ),
  holderMisnamed: (label: string) =>
    badParameter(
      `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
    ),
  currentNotRemovable: () =>
    badParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    ),
  noMove: () => badParameter('You must provide either MoveToVersionId or RemoveFromVersionId.'),

  markedForDeletion: () =>
    badRequest("You can't perform this operation on the secret because it was marked for deletion."),
  alreadyMarked: () =>
    badRequest("You can't perform this operation on the secret because it was already scheduled for deletion."),
  twoWaysToDelete: () =>
    badParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."),
  badRecoveryWindow: () => badParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).'),

  ownedByService: (owner: string) => badRequest(`The operation failed because the secret is managed by ${owner}.`),
  replica: () =>
    badRequest("Operation not permitted on a replica secret. Call must be made in primary secret's region."),

  tooManyTags: () => badParameter('A secret can have at most 50 tags.'),
  noFilterKey: () => badParameter('Invalid filter key'),
  noFilterValues: (key: string) => badParameter(`Invalid filter values for key: ${key}`),
  badNextToken: () => new ServiceError('InvalidNextTokenException', 'The NextToken value is invalid.'),
  listOrFilters: () => badParameter('You must include either Filters or SecretIdList, but not both.'),
  maxResultsWithList: () => badParameter('To use MaxResults, you must also use Filters.'),

  shortPassword: (length: number) =>
    badParameter(`Password length ${length} is too short based on the required types.`),
  emptyAlphabet: () => badParameter('The excluded characters leave no character for a password.'),

  badPolicy: () =>
    new ServiceError('MalformedPolicyDocumentException', 'This resource policy contains a syntax error.'),
  noRotationFunction: () => badRequest('No Lambda rotation function ARN is associated with this secret.'),
  unreachableFunction: () =>
    new ServiceError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    ),
  rotationInFlight: () => badRequest("A previous rotation isn't complete. That rotation will be reattempted."),
  rotationNeverConfigured: () => badRequest("You can't cancel rotation because it is not enabled for this secret."),
} as const;
