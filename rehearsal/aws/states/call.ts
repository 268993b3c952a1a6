import type { Details } from './history.ts';
import { functionArnOf } from './identifiers.ts';
import { isObject, type Json } from './json.ts';
import { payloadOf, responseOf } from './lambda.ts';
import { NotReplicated } from './omissions.ts';
import type { Visit } from './visit.ts';
import type { InvokeAnswer } from './world.ts';

type Step = 'Scheduled' | 'Started' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut';

/** One call of a Lambda function, however the definition spells it. */
export interface Call {
  readonly functionArn: string;
  readonly payload: Json;
  /** What error messages call the task. */
  readonly who: string;
  readonly scheduled: Details;
  resultOf(answer: InvokeAnswer): Json;
  note(step: Step, details?: Details): void;
}

/** A task's `Resource` is either the `lambda:invoke` integration, or a function's ARN. */
export const callOf = (visit: Visit, resource: string, input: Json): Call =>
  resource.includes(':states:::') ? integration(visit, resource, input) : direct(visit, resource, input);

const direct = (visit: Visit, resource: string, input: Json): Call => ({
  functionArn: resource,
  payload: input,
  who: resource,
  scheduled: { input, resource },
  resultOf: payloadOf,
  note: (step, details) => {
    visit.record(`LambdaFunction${step}`, details);
  },
});

const synchronous = 'RequestResponse';

function integration(visit: Visit, resource: string, input: Json): Call {
  const [, , , , , resourceType = '', action = ''] = resource.split(':');
  const { FunctionName, Payload = {}, Qualifier, InvocationType = synchronous, ...rest } = isObject(input) ? input : {};
  const [beyond] = InvocationType === synchronous ? Object.keys(rest) : [`InvocationType ${InvocationType}`];
  if (beyond !== undefined) throw new NotReplicated('integration', `lambda:invoke with ${beyond}`);
  if (typeof FunctionName !== 'string') {
    throw visit.failed('States.Runtime', "The field 'FunctionName' is required but was missing");
  }

  const { address } = visit.run;
  return {
    functionArn: functionArnOf(address, FunctionName, typeof Qualifier === 'string' ? Qualifier : undefined),
    payload: Payload,
    who: resourceType,
    scheduled: { parameters: input, region: address.region },
    resultOf: (answer) => responseOf(answer, visit),
    note: (step, details) => {
      visit.record(`Task${step}`, { ...details, resource: action, resourceType });
    },
  };
}
