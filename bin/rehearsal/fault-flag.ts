import type { Fate, Rule } from '../../rehearsal/account/faults.ts';
import { UsageError } from '../command.ts';

/** Fates that a call can be given on the command line. The others need somebody who picks up the pieces. */
const fates = ['requestLost', 'responseLost', 'throttled'] as const;

/**
 * Reads faults as they are written on the command line: `secretsmanager:PutSecretValue=responseLost@3` loses the answer
 * of the third such call, and without `@3` of every one. Several are separated by commas.
 *
 * @throws {UsageError} naming the fault that is written otherwise.
 */
export const readFaults = (text: string | undefined): Rule[] =>
  text === undefined ? [] : text.split(',').map((fault) => readFault(fault.trim()));

/** A fault as it is written on the command line. */
export const sayFault = ({ service, operation, fate, nth }: Rule): string =>
  `${service}:${operation}=${fate}${nth === undefined ? '' : `@${nth}`}`;

function readFault(fault: string): Rule {
  const [, service, operation, name = '', nth] = /^([a-z]+):(\w+)=(\w+)(?:@(\d+))?$/.exec(fault) ?? [];
  if (service === undefined || operation === undefined) {
    throw new UsageError(`--fault ${fault} is not a fault; write it as secretsmanager:PutSecretValue=responseLost@3`);
  }
  const rule = { service, operation, fate: readFate(fault, name) };
  if (nth === undefined) return rule;
  if (Number(nth) < 1) throw new UsageError(`--fault ${fault}: calls are counted from 1`);
  return { ...rule, nth: Number(nth) };
}

function readFate(fault: string, name: string): Fate {
  const fate = fates.find((known) => known === name);
  if (fate === undefined)
    throw new UsageError(`--fault ${fault}: ${name} is no fate; choose one of ${fates.join(', ')}`);
  return fate;
}
