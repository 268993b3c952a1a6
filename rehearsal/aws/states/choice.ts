import type { ChoiceState } from './language.ts';
import type { Exit, Visit } from './visit.ts';

/**
 * Takes the first rule whose condition holds.
 *
 * A rule's own `Assign` and `Output` go with it; the state's go with its `Default`.
 */
export async function choose(visit: Visit, state: ChoiceState): Promise<Exit> {
  for (const [index, rule] of state.Choices.entries()) {
    const holds = await visit.evaluateAs('boolean', rule.Condition, `Choices[${index}]/Condition`);
    if (holds === true) return visit.conclude(rule, `Choices[${index}]/`, visit.input);
  }

  if (state.Default === undefined) {
    throw visit.failed(
      'States.Runtime',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  return visit.conclude({ ...state, Next: state.Default }, '', visit.input);
}
