/*
 * Goal: the kill switch's store: what is there is read, what is not is an error, and nothing in between.
 *
 * Method: calls as the SDK would make them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import { SsmReplica } from '../../../rehearsal/aws/ssm.ts';
import { account, Caller, region, Watch } from '../bench.ts';

const Name = '/keyturn/switch';

function bench() {
  const replica = new SsmReplica({ clock: new Watch(), account, region });
  const anybody = new Caller();
  const call = <T = object>(operation: string, input: object, caller = anybody) =>
    replica.call(operation, input as never, caller) as T;
  return { replica, call };
}

describe('a parameter', () => {
  it('is read as it was put, by name or by ARN', () => {
    const { call } = bench();
    call('PutParameter', { Name, Value: 'go', Type: 'String' });
    const parameter = {
      Name,
      Type: 'String',
      Value: 'go',
      Version: 1,
      LastModifiedDate: new Date('2026-11-18T12:00:00Z'),
      ARN: `arn:aws:ssm:${region}:${account}:parameter/keyturn/switch`,
      DataType: 'text',
    };
    assert.deepEqual(call<GetParameterResult>('GetParameter', { Name }).Parameter, parameter);
    assert.deepEqual(call<GetParameterResult>('GetParameter', { Name: parameter.ARN }).Parameter, parameter);
  });

  it('that is not there cannot be read or deleted', () => {
    const { call } = bench();
    assert.throws(() => call('GetParameter', { Name }), { name: 'ParameterNotFound' });
    assert.throws(() => call('DeleteParameter', { Name }), { name: 'ParameterNotFound' });
  });

  it('is replaced only when that is asked for', () => {
    const { call, replica } = bench();
    call('PutParameter', { Name, Value: 'go', Type: 'String' });
    assert.throws(() => call('PutParameter', { Name, Value: 'halt', Type: 'String' }), {
      name: 'ParameterAlreadyExists',
    });
    assert.deepEqual(call('PutParameter', { Name, Value: 'halt', Overwrite: true }), { Version: 2, Tier: 'Standard' });
    assert.equal(replica.value(Name), 'halt');
  });

  it('needs a type when it is new', () => {
    assert.throws(() => bench().call('PutParameter', { Name, Value: 'go' }), { name: 'ValidationException' });
  });

  it('holds 4,096 characters, and not one more', () => {
    const { call } = bench();
    call('PutParameter', { Name, Value: 'x'.repeat(4_096), Type: 'String' });
    const more = { Name, Value: 'x'.repeat(4_097), Overwrite: true };
    assert.throws(() => call('PutParameter', more), { name: 'ValidationException' });
  });

  it('is gone when it is deleted', () => {
    const { call, replica } = bench();
    replica.set(Name, 'go');
    call('DeleteParameter', { Name });
    assert.equal(replica.value(Name), undefined);
  });
});

describe('permission', () => {
  it('is asked for on an ARN with one slash, whether the name begins with one or not', () => {
    const { call, replica } = bench();
    const caller = new Caller();
    replica.set(Name, 'go');
    replica.set('plain', 'go');
    call('GetParameter', { Name }, caller);
    call('GetParameter', { Name: 'plain' }, caller);
    assert.deepEqual(
      caller.asked.map(({ action, resource }) => [action, resource]),
      [
        ['ssm:GetParameter', `arn:aws:ssm:${region}:${account}:parameter/keyturn/switch`],
        ['ssm:GetParameter', `arn:aws:ssm:${region}:${account}:parameter/plain`],
      ],
    );
  });

  it('comes before what is missing', () => {
    const denied = new Caller('ssm:GetParameter');
    assert.throws(() => bench().call('GetParameter', { Name }, denied), { name: 'AccessDeniedException' });
  });
});
