import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arnOf, only, Rehearsed } from './states-fixture.ts';

const map = (more: object) => ({ Type: 'Map', ItemProcessor: only({ Type: 'Pass', End: true }), End: true, ...more });
const task = (Resource: string, more: object = {}) => ({ Type: 'Task', Resource, End: true, ...more });
const reading = (more: object) => map({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ...more } });

describe('a definition that asks for what the replica does not do', () => {
  for (const [what, definition, feature] of [
    [
      'a state in JSONPath that uses a path',
      { ...only({ Type: 'Pass', ResultPath: '$.a', End: true }), QueryLanguage: 'JSONPath' },
      'jsonpath',
    ],
    ['another service', only(task('arn:aws:states:::aws-sdk:s3:getObject')), 'integration'],
    ['an asynchronous invocation', only(task('arn:aws:states:::lambda:invoke.sync')), 'integration'],
    ['credentials of its own', only(task(arnOf('work'), { Credentials: {} })), 'integration'],
    ['a list of objects', only(map({ ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2' } })), 'itemReader'],
    ['a CSV file', only(reading({ ReaderConfig: { InputType: 'CSV' }, Arguments: {} })), 'itemReader'],
    [
      'a version of an object',
      only(reading({ ReaderConfig: { InputType: 'JSON' }, Arguments: { VersionId: '1' } })),
      'itemReader',
    ],
    ['results in S3', only(map({ ResultWriter: {} })), 'resultWriter'],
    [
      'Express children',
      only(map({ ItemProcessor: { ProcessorConfig: { ExecutionType: 'EXPRESS' }, ...only({ Type: 'Succeed' }) } })),
      'express',
    ],
  ] as const) {
    it(`is refused: ${what}`, () => {
      assert.throws(() => new Rehearsed(definition), { name: 'NotReplicated', feature });
    });
  }

  it('is accepted where both query languages mean the same', async () => {
    const definition = { QueryLanguage: 'JSONPath', ...only({ Type: 'Pass', End: true }) };
    assert.deepEqual(await new Rehearsed(definition).run(1), { status: 'SUCCEEDED', output: 1 });
  });
});

describe('a definition that AWS would refuse', () => {
  for (const [why, definition] of [
    ['has no states', { StartAt: 'Only' }],
    ['starts nowhere', { StartAt: 'Nowhere', States: { Only: { Type: 'Succeed' } } }],
    ['leads nowhere', only({ Type: 'Pass', Next: 'Nowhere' })],
    [
      'leads nowhere after a catcher',
      only(task(arnOf('work'), { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Nowhere' }] })),
    ],
    ['leads nowhere within a map', only(map({ ItemProcessor: only({ Type: 'Pass', Next: 'Nowhere' }) }))],
    ['has a state of no known type', only({ Type: 'Repeat', End: true })],
    ['has a field of the other query language', only({ Type: 'Pass', ResultPath: '$.a', End: true })],
    ['has a state in the other query language', only({ Type: 'Pass', QueryLanguage: 'JSONPath', End: true })],
    ['has an expression that is no JSONata', only({ Type: 'Pass', Output: ['{% 1 + %}'], End: true })],
  ] as const) {
    it(`is refused: it ${why}`, () => {
      assert.throws(() => new Rehearsed(definition), { name: 'InvalidDefinition' });
    });
  }
});
