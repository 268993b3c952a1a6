import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  alwaysWorks,
  type Call,
  type Fate,
  type FateOf,
  onlyFor,
  replayed,
  ruled,
  seeded,
  throttling,
} from '../../../rehearsal/account/faults.ts';

const rotator = 'arn:aws:iam::111122223333:role/Rotator';
const service = 'arn:aws:iam::111122223333:role/Mailer';
const call = (index: number, rest: Partial<Call> = {}): Call => ({
  index,
  principal: rotator,
  service: 'secretsmanager',
  operation: 'PutSecretValue',
  input: {},
  ...rest,
});
const fatesOf = (fateOf: FateOf, calls: readonly Call[]): readonly Fate[] => calls.map(fateOf);

describe('the fate of a call', () => {
  it('is to work when nobody says otherwise', () => {
    assert.deepEqual(fatesOf(alwaysWorks, [call(0), call(1)]), ['works', 'works']);
  });

  it('by rules is that of the first rule it fits', () => {
    const fateOf = ruled([
      { service: 'secretsmanager', operation: 'PutSecretValue', fate: 'requestLost' },
      { principal: rotator, fate: 'throttled' },
    ]);
    const calls = [call(0), call(1, { operation: 'DescribeSecret' }), call(2, { principal: service, operation: 'X' })];
    assert.deepEqual(fatesOf(fateOf, calls), ['requestLost', 'throttled', 'works']);
  });

  it('by a rule for the nth call meets that call only, counting none that the rule is not about', () => {
    const fateOf = ruled([{ operation: 'PutSecretValue', nth: 2, fate: 'responseLost' }]);
    const calls = [call(0), call(1, { operation: 'DescribeSecret' }), call(2), call(3)];
    assert.deepEqual(fatesOf(fateOf, calls), ['works', 'works', 'responseLost', 'works']);
  });

  it('by rules counts for every rule, also where an earlier one decides', () => {
    const fateOf = ruled([
      { nth: 1, fate: 'throttled' },
      { nth: 2, fate: 'requestLost' },
    ]);
    assert.deepEqual(fatesOf(fateOf, [call(0), call(1), call(2)]), ['throttled', 'requestLost', 'works']);
  });

  it('replayed is taken from the list, and to work when the list is used up', () => {
    const fateOf = replayed(['requestLost', { delayed: 40 }]);
    assert.deepEqual(fatesOf(fateOf, [call(0), call(1), call(2)]), ['requestLost', { delayed: 40 }, 'works']);
  });

  it('for some callers only spares the others, who do not count', () => {
    const fateOf = onlyFor(({ principal }) => principal === rotator, replayed(['requestLost', 'responseLost']));
    const calls = [call(0, { principal: service }), call(1), call(2, { principal: service }), call(3), call(4)];
    assert.deepEqual(fatesOf(fateOf, calls), ['works', 'requestLost', 'works', 'responseLost', 'works']);
  });
});

describe('fates drawn by seed', () => {
  const thousand = Array.from({ length: 1_000 }, (_, index) => call(index));
  const lost = (seed: number, probability: number) =>
    fatesOf(seeded(seed, [[probability, 'requestLost']]), thousand).filter((fate) => fate === 'requestLost').length;

  it('are the same for the same seed, whatever was drawn before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat({ max: 10_000 }), (seed, index) => {
        const odds = [
          [0.2, 'requestLost'],
          [0.2, 'throttled'],
        ] as const;
        const used = seeded(seed, odds);
        fatesOf(used, thousand.slice(0, 10));
        assert.equal(used(call(index)), seeded(seed, odds)(call(index)));
      }),
    );
  });

  it('are never drawn at odds of 0, and always at odds of 1', () => {
    assert.equal(lost(7, 0), 0);
    assert.equal(lost(7, 1), 1_000);
  });

  it('come about as often as their odds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const count = lost(seed, 0.3);
        assert.ok(count > 200 && count < 400, `${count} of 1,000 were lost`);
      }),
    );
  });

  it('share what is left between them', () => {
    const odds = [
      [0.5, 'requestLost'],
      [0.3, 'responseLost'],
    ] as const;
    const count = fatesOf(seeded(7, odds), thousand).filter((fate) => fate === 'responseLost').length;
    assert.ok(count > 200 && count < 400, `${count} of 1,000 answers were lost`);
  });

  it('differ from seed to seed', () => {
    const drawn = (seed: number) => fatesOf(seeded(seed, [[0.5, 'requestLost']]), thousand);
    assert.notDeepEqual(drawn(1), drawn(2));
  });
});

describe('a throttled call', () => {
  const words: readonly [service: string, name: string, statusCode: number][] = [
    ['secretsmanager', 'ThrottlingException', 400],
    ['ssm', 'ThrottlingException', 400],
    ['states', 'ThrottlingException', 400],
    ['sns', 'Throttling', 400],
    ['s3', 'SlowDown', 503],
    ['lambda', 'TooManyRequestsException', 429],
  ];
  for (const [of, name, statusCode] of words) {
    it(`of ${of} is called ${name}`, () => {
      const error = throttling(of);
      assert.deepEqual({ name: error.name, statusCode: error.statusCode }, { name, statusCode });
    });
  }
});
