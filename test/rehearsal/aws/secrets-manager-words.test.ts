/*
 * Goal: a search by words finds what AWS's own search was seen to find.
 *
 * Method: the splitting alone, then phrases against texts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { speaksOf, words } from '../../../rehearsal/aws/secrets-manager/words.ts';

describe('words', () => {
  const splits: readonly (readonly [string, readonly string[]])[] = [
    ['prod/app-beta_v=1+2.3@x', ['prod', 'app', 'beta', 'v', '1', '2', '3', 'x']],
    ['AppBeta', ['app', 'beta']],
    ['COMPANYthings', ['compan', 'ythings']],
    ['SecretFTag', ['secret', 'f', 'tag']],
    ['two  words', ['two', 'words']],
    ['+', []],
  ];
  for (const [text, expected] of splits) {
    it(`of ${text} are ${expected.join(', ') || 'none'}`, () => assert.deepEqual(words(text), expected));
  }
});

describe('a phrase', () => {
  it('is found when each of its words begins a word of the text, in any order', () => {
    assert.equal(speaksOf('DescTwo', 'd t'), true);
    assert.equal(speaksOf('one two', 'tw on'), true);
    assert.equal(speaksOf('one two', 'one three'), false);
    assert.equal(speaksOf('Thirdsecret', 'secret'), false);
  });

  it('without words is found nowhere', () => {
    assert.equal(speaksOf('anything', '+'), false);
  });
});
