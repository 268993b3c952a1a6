/*
 * Goal: S12 a value shows itself to nobody by accident.
 *
 * Method: every way in which a line of code turns something into text, on a value, and on what holds one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { format, inspect } from 'node:util';

import { SecretValue } from '../../core/secret-value.ts';

describe('S12 a secret value', () => {
  const value = new SecretValue('correct horse');
  const held = { name: 'prod/low/db', value };

  for (const [how, text, shown] of [
    ['in a template', `${value}`, '[secret]'],
    ['joined to a text', `the value is ${String(value)}`, 'the value is [secret]'],
    ['in a list that is joined', [value, value].join(), '[secret],[secret]'],
    ['in JSON', JSON.stringify(held), '{"name":"prod/low/db","value":"[secret]"}'],
    ['as a debugger shows it', inspect(value), '[secret]'],
    ['inside what a debugger shows', inspect(held), "{ name: 'prod/low/db', value: [secret] }"],
    ['shown with what is hidden', inspect(value, { showHidden: true, depth: Infinity }), '[secret]'],
    ['formatted', format('%s %o %j', value, value, value), '[secret] [secret] "[secret]"'],
    ['in the message of an error', new Error(`no: ${value}`).message, 'no: [secret]'],
    ['by its own fields', JSON.stringify([Object.entries(value), { ...value }]), '[[],{}]'],
  ] as const) {
    it(`does not show itself ${how}`, () => assert.equal(text, shown));
  }

  it('is had by whoever says so', () => assert.equal(value.reveal(), 'correct horse'));
});
