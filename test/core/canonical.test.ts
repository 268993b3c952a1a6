import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { canonicalJson } from '../../core/canonical.ts';
import { SecretValue } from '../../core/secret-value.ts';

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reversed(field)]),
  );
};

describe('canonical JSON', () => {
  it('sorts keys at every depth and has no spaces', () => {
    assert.equal(
      canonicalJson({ b: [{ d: 1, c: null }], a: 'x y', Z: true }),
      '{"Z":true,"a":"x y","b":[{"c":null,"d":1}]}',
    );
  });

  it('keeps the order of a list', () => {
    assert.equal(canonicalJson([3, 1, 2]), '[3,1,2]');
  });

  it('sorts keys by code unit, whatever the language', () => {
    assert.equal(canonicalJson({ é: 1, z: 2, 10: 3, 9: 4 }), '{"10":3,"9":4,"z":2,"é":1}');
  });

  it('writes an object of no class as any other', () => {
    assert.equal(canonicalJson(Object.assign(Object.create(null), { a: [null] })), '{"a":[null]}');
  });

  it('writes numbers and texts as JSON does', () => {
    assert.equal(canonicalJson([-0, 1e21, 0.1, '"\n\u2028']), `[0,1e+21,0.1,${JSON.stringify('"\n\u2028')}]`);
  });

  for (const [what, value, place] of [
    ['undefined', undefined, '$'],
    ['an undefined field', { a: { b: undefined } }, '$.a.b'],
    ['a hole in a list', new Array(1), '$[0]'],
    ['NaN', { a: NaN }, '$.a'],
    ['infinity', [Infinity], '$[0]'],
    ['a function', { a: () => 1 }, '$.a'],
    ['a symbol', Symbol('a'), '$'],
    ['a big integer', 1n, '$'],
    ['a date', new Date(0), '$'],
    ['a map', new Map(), '$'],
    ['a secret value', { value: new SecretValue('hunter2') }, '$.value'],
  ] as const) {
    it(`refuses ${what}, and names the place`, () => {
      assert.throws(() => canonicalJson(value), {
        name: 'TypeError',
        message: `${place} has no canonical JSON; only plain data has`,
      });
    });
  }

  it('is the same whatever order keys were written in', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(reversed(value)) === canonicalJson(value)));
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        assert.equal(canonicalJson(JSON.parse(text)), text);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
