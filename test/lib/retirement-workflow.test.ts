import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import settings from '../../chromepay.config.ts';
import { type Definition, definitionIn, reachable, statesOf } from './definition.ts';
import { deploy } from './deployment.ts';

/*
 * Goal: whatever holds of the machine that rotates holds of the one that retires, since it is the same.
 *
 * Method: both definitions in the synthesised template, state by state.
 */

const deployed = deploy(settings);
const rotation = definitionIn(deployed);
const retirement: Definition = JSON.parse(
  deployed.say(deployed.the('AWS::StepFunctions::StateMachine', 'RotationRetirement').DefinitionString),
);

describe('S7: the machine that retires', () => {
  it('is the one that rotates, but that it renews nothing', () => {
    const states = (definition: Definition) => [...statesOf(definition).keys()];
    assert.deepEqual(
      states(rotation).filter((name) => !states(retirement).includes(name)),
      ['Renew expiry'],
    );
    assert.deepEqual(
      states(retirement).filter((name) => !states(rotation).includes(name)),
      ['Wave is done'],
    );
    const done = JSON.stringify(retirement.States).replaceAll('Wave is done', 'Renew expiry');
    const without = (text: string) => ({ ...JSON.parse(text), 'Renew expiry': undefined });
    assert.deepEqual(without(done), without(JSON.stringify(rotation.States)));
  });

  it('has no way to a wave but through an approval that stands', () => {
    const withoutIt = reachable(retirement, 'Draft plan', ['Approval stands']);
    assert.deepEqual(
      [...withoutIt].filter((name) => /[Ww]ave/.test(name)),
      [],
    );
  });
});
