import { ServiceError } from '../../account/replica.ts';
import { Failed } from './failure.ts';
import { traceId, uuid } from './identifiers.ts';
import { isObject, type Json, type JsonObject, parseJson, textOf } from './json.ts';
import type { Visit } from './visit.ts';
import type { InvokeAnswer } from './world.ts';

/**
 * Invokes a function as the state machine's role.
 *
 * @throws {Failed} under the name that Step Functions gives the error: the function's own, or Lambda's.
 */
export async function invokeFunction(visit: Visit, functionArn: string, payload: Json): Promise<InvokeAnswer> {
  const { world, machine } = visit.run;
  try {
    const answer = await world.invoke(functionArn, textOf(payload), machine.roleArn);
    if (answer.functionError !== undefined) throw functionFailed(answer.payload);
    return answer;
  } catch (thrown) {
    throw thrown instanceof ServiceError ? refused(thrown, uuid(world.random)) : thrown;
  }
}

/** The function threw: its error's type is the error, and all that it answered is the cause. */
function functionFailed(payload: string): Failed {
  const answered = parseJson(payload);
  const type = isObject(answered) ? answered['errorType'] : undefined;
  if (typeof type === 'string') return new Failed(type, payload);
  return new Failed(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}

/** Lambda itself said no. Step Functions reports a missing permission under a name that does not say so. */
function refused(thrown: ServiceError, requestId: string): Failed {
  const error = thrown.name === 'AccessDeniedException' ? 'AWSLambdaException' : thrown.name;
  const cause = `${thrown.message} (Service: Lambda, Status Code: ${thrown.statusCode}, Request ID: ${requestId})`;
  return new Failed(`Lambda.${error}`, cause, { cause: thrown });
}

/** What the function returned. Text that is no JSON is handed on as text. */
export const payloadOf = ({ payload }: InvokeAnswer): Json => (payload === '' ? null : (parseJson(payload) ?? payload));

/** The result of `lambda:invoke`: what the function returned, in what is left of the HTTP response around it. */
export function responseOf(answer: InvokeAnswer, { run }: Visit): JsonObject {
  const { executedVersion = '$LATEST', statusCode = 200, payload } = answer;
  const { random, time } = run.world;
  const requestId = uuid(random);
  const headers = {
    'X-Amz-Executed-Version': executedVersion,
    'x-amzn-Remapped-Content-Length': '0',
    Connection: 'keep-alive',
    'x-amzn-RequestId': requestId,
    'Content-Length': String(Buffer.byteLength(payload)),
    Date: new Date(time.now()).toUTCString(),
    'X-Amzn-Trace-Id': traceId(random),
    'Content-Type': 'application/json',
  };
  return {
    ExecutedVersion: executedVersion,
    Payload: payloadOf(answer),
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: statusCode,
  };
}
