import { type Credential, type Malformed, malformations } from '../../core/selection/credential.ts';

/**
 * A credential that is well-formed.
 *
 * @throws {Error} when it is not. Not retryable: somebody has to correct the secret or the configuration.
 */
export function insist<Shape extends Credential>(reading: Shape | Malformed, which: 'old' | 'new' | 'master'): Shape {
  if (reading.kind === 'wellFormed') return reading;
  throw new Error(`the ${which} credential cannot be used: ${malformations[reading.reason]}`);
}
