import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { admitFlags, flagReasons, goText, readSwitch, stopReasons } from '../../../core/limits/flags.ts';
import { switchName } from '../../../core/settings.ts';

const everything = { kind: 'go', tiers: 'all', waves: 'all' } as const;

describe('the kill switch', () => {
  it('goes by one name in every stage, whoever reads it or deletes it', () => {
    assert.equal(switchName('prod'), '/keyturn/prod/switch');
  });

  it('lets everything go when it holds what resuming writes', () => {
    assert.deepEqual(readSwitch(goText), everything);
    assert.equal(goText, '{"go":true}');
  });

  it('can let only some tiers, and only the first waves, go', () => {
    assert.deepEqual(readSwitch('{"go":true,"tiers":["low","medium"],"waves":1}'), {
      kind: 'go',
      tiers: ['low', 'medium'],
      waves: 1,
    });
    assert.deepEqual(readSwitch('{"go":true,"tiers":"all","waves":"all"}'), everything);
    assert.deepEqual(readSwitch('{"go":true,"waves":0}'), { ...everything, waves: 0 });
  });

  it('stops when it is absent', () => {
    assert.deepEqual(readSwitch(undefined), { kind: 'stop', reason: 'switchAbsent' });
  });

  it('stops when it is off, whatever else it holds', () => {
    assert.deepEqual(readSwitch('{"go":false}'), { kind: 'stop', reason: 'switchOff' });
    assert.deepEqual(readSwitch('{"go":false,"waves":3}'), { kind: 'stop', reason: 'switchOff' });
  });

  for (const text of [
    '',
    ' ',
    'go',
    'true',
    'null',
    '[]',
    '[{"go":true}]',
    '"go"',
    '{}',
    '{"go":"true"}',
    '{"go":1}',
    '{"go":null}',
    '{"Go":true}',
    '{"go":true',
    '{"go":true}}',
    '{"go":true,"tier":["low"]}',
    '{"go":true,"__proto__":{}}',
    '{"go":true,"tiers":"low"}',
    '{"go":true,"tiers":[1]}',
    '{"go":true,"tiers":["low",1]}',
    '{"go":true,"tiers":null}',
    '{"go":true,"waves":"1"}',
    '{"go":true,"waves":1.5}',
    '{"go":true,"waves":-1}',
    '{"go":true,"waves":null}',
  ]) {
    it(`stops when it holds ${text === '' ? 'nothing' : text}`, () => {
      assert.deepEqual(readSwitch(text), { kind: 'stop', reason: 'switchMalformed' });
    });
  }

  it('never lets anything go for a text that does not say so', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const reading = readSwitch(text);
        assert(reading.kind === 'stop' || text.replaceAll(/\s/g, '').includes('"go":true'));
      }),
    );
  });

  it('has a sentence for every way to stop', () => {
    assert.deepEqual(Object.keys(stopReasons), ['switchAbsent', 'switchMalformed', 'switchOff']);
  });
});

describe('the flags', () => {
  const wave = { number: 2, tiers: ['low', 'medium'] };

  it('admit a wave when they limit nothing', () => {
    assert.equal(admitFlags(everything, wave), undefined);
  });

  it('admit a wave when all of its tiers are switched on', () => {
    assert.equal(admitFlags({ ...everything, tiers: ['low', 'medium', 'high'] }, wave), undefined);
  });

  it('do not admit a wave with one tier that is not', () => {
    assert.equal(admitFlags({ ...everything, tiers: ['low'] }, wave), 'tierSwitchedOff');
    assert.equal(admitFlags({ ...everything, tiers: [] }, wave), 'tierSwitchedOff');
  });

  it('admit the last wave that they let go, and not the one after it', () => {
    assert.equal(admitFlags({ ...everything, waves: 2 }, wave), undefined);
    assert.equal(admitFlags({ ...everything, waves: 1 }, wave), 'waveBeyondLimit');
    assert.equal(admitFlags({ ...everything, waves: 0 }, { number: 1, tiers: ['low'] }), 'waveBeyondLimit');
  });

  it('have a sentence for every reason', () => {
    assert.deepEqual(Object.keys(flagReasons), ['tierSwitchedOff', 'waveBeyondLimit']);
  });
});
