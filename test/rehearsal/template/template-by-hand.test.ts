/*
 * Goal: a rehearsal does not start with what it cannot resolve, and says what that is.
 *
 * Method: templates written by hand, each with one thing that is special.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { loadStack } from '../../../rehearsal/template/template.ts';

const scratch = mkdtempSync(join(tmpdir(), 'keyturn-template-'));
after(() => rmSync(scratch, { recursive: true }));

const only = <T>(all: readonly T[]): T => {
  const [one] = all;
  if (one === undefined || all.length > 1) throw new Error(`expected just one, found ${all.length}`);
  return one;
};

describe('a template by hand', () => {
  let written = 0;

  /** Loads a stack with one bucket, whose name is whatever the test is about. */
  function load(BucketName: unknown, rest: object = {}, overrides: Record<string, string> = {}) {
    const at = join(scratch, `by-hand-${++written}`);
    mkdirSync(at);
    const artifacts = {
      Hand: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Hand.template.json' } },
    };
    const Bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName } };
    writeFileSync(join(at, 'manifest.json'), JSON.stringify({ artifacts }));
    writeFileSync(join(at, 'Hand.template.json'), JSON.stringify({ Resources: { Bucket }, ...rest }));
    return loadStack(at, { overrides });
  }
  const nameOf = (BucketName: unknown, rest?: object) => only(load(BucketName, rest).buckets).name;

  it('resolves every intrinsic function that is rehearsed', () => {
    assert.equal(nameOf({ 'Fn::Join': ['-', ['plans', { Ref: 'AWS::AccountId' }]] }), 'plans-111122223333');
    assert.equal(nameOf({ 'Fn::Sub': 'plans-${AWS::Region}-${!AWS}' }), 'plans-us-east-1-${AWS}');
    assert.equal(nameOf({ 'Fn::Sub': ['plans-${Stage}', { Stage: { Ref: 'AWS::StackName' } }] }), 'plans-Hand');
    assert.equal(nameOf({ 'Fn::Select': ['1', { 'Fn::Split': ['.', 'a.plans.c'] }] }), 'plans');
    assert.equal(nameOf({ Ref: 'Name' }, { Parameters: { Name: { Default: 'plans' } } }), 'plans');
  });

  it('makes up a name where none is given, or AWS::NoValue is', () => {
    assert.equal(nameOf(undefined), 'hand-bucket');
    assert.equal(nameOf({ Ref: 'AWS::NoValue' }), 'hand-bucket');
  });

  it('chooses by its conditions', () => {
    const chosen = (condition: unknown) =>
      nameOf({ 'Fn::If': ['IsChosen', 'yes', 'no'] }, { Conditions: { IsChosen: condition, Yes: equal('a', 'a') } });
    const equal = (left: unknown, right: unknown) => ({ 'Fn::Equals': [left, right] });
    assert.equal(chosen(equal({ Ref: 'AWS::Region' }, 'us-east-1')), 'yes');
    assert.equal(chosen(equal({ Ref: 'AWS::Region' }, 'eu-west-1')), 'no');
    assert.equal(chosen({ 'Fn::Not': [{ Condition: 'Yes' }] }), 'no');
    assert.equal(chosen({ 'Fn::And': [{ Condition: 'Yes' }, equal('a', 'b')] }), 'no');
    assert.equal(chosen({ 'Fn::Or': [{ Condition: 'Yes' }, equal('a', 'b')] }), 'yes');
    assert.throws(() => chosen({ 'Fn::Contains': [['a'], 'a'] }), /Fn::Contains is not rehearsed/);
  });

  it('leaves out a resource whose condition does not hold', () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    const Resources = { Bucket: { Type: 'AWS::S3::Bucket', Condition: 'Never', Properties: {} } };
    assert.deepEqual(load('x', { Conditions, Resources }).buckets, []);
  });

  const broken: readonly [what: string, value: unknown, message: RegExp][] = [
    ['an unknown function', { 'Fn::ImportValue': 'x' }, /Bucket\.BucketName: the intrinsic function Fn::ImportValue/],
    ['a reference to nothing', { Ref: 'Nobody' }, /Bucket\.BucketName: the template has no resource Nobody/],
    ['an attribute of nothing', { 'Fn::GetAtt': ['Nobody', 'Arn'] }, /Bucket\.BucketName: .* no resource Nobody/],
    ['an unknown attribute', { 'Fn::GetAtt': ['Other', 'Arn'] }, /Bucket\.BucketName: Arn of Other, an AWS::Nothing/],
    ['a reference within text', { 'Fn::Sub': '${Nobody}' }, /Bucket\.BucketName: the template has no resource Nobody/],
    ['a name that depends on itself', { 'Fn::GetAtt': 'Bucket.Arn' }, /Bucket\.BucketName depends on itself/],
    ['a dynamic reference', '{{resolve:ssm:/x}}', /Bucket\.BucketName: dynamic references/],
    ['a function beside something else', { 'Fn::Sub': 'x', Other: 1 }, /Bucket\.BucketName: Fn::Sub must stand alone/],
    [
      'a selection out of range',
      { 'Fn::Select': [2, ['a', 'b']] },
      /Bucket\.BucketName: Fn::Select finds nothing at 2/,
    ],
    ['an unknown condition', { 'Fn::If': ['Nowhere', 'a', 'b'] }, /Bucket\.BucketName: .* no condition Nowhere/],
  ];
  for (const [what, value, message] of broken) {
    it(`with ${what} names the resource and the property`, () => {
      const Resources = {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: value } },
        Other: { Type: 'AWS::Nothing::Known' },
      };
      assert.throws(() => load(undefined, { Resources }), message);
    });
  }

  it('does not start with a parameter that nobody set', () => {
    assert.throws(() => nameOf({ Ref: 'Name' }, { Parameters: { Name: { Type: 'String' } } }), /Name has no default/);
  });

  it('does not start with an override that overrides nothing', () => {
    const misspelt = { 'AWS::ApiGatewayV2::API.ApiEndpoint': 'http://127.0.0.1:8080' };
    assert.throws(
      () => load('x', {}, misspelt),
      /overrides nothing: no resource or type is called AWS::ApiGatewayV2::API/,
    );
  });

  it('makes up names that are short enough, and still differ', () => {
    const function_ = { Type: 'AWS::Lambda::Function', Properties: { Role: 'arn:aws:iam::111122223333:role/r' } };
    const long = 'A'.repeat(64);
    const { functions } = load('x', { Resources: { [`${long}1`]: function_, [`${long}2`]: function_ } });
    const [one, other] = functions.map(({ name }) => name);
    assert.deepEqual([one?.length, other?.length], [64, 64]);
    assert.notEqual(one, other);
  });

  it('gives a role its path, and the managed policies that name it', () => {
    const AssumeRolePolicyDocument = {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    };
    const publish = { Sid: 'Tell', Effect: 'Allow', Action: 'sns:Publish', Resource: '*' };
    const { roles } = load('x', {
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', Path: '/keyturn/', AssumeRolePolicyDocument } },
        Tell: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [publish] } },
        },
      },
    });
    assert.equal(only(roles).arn, 'arn:aws:iam::111122223333:role/keyturn/r');
    assert.equal(only(only(roles).statements).Sid, 'Tell');
  });

  it('does not start with a permissions boundary, which would narrow what a role may do', () => {
    const AssumeRolePolicyDocument = {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    const Role = {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument, PermissionsBoundary: 'arn:aws:iam::111122223333:policy/Boundary' },
    };
    assert.throws(() => load('x', { Resources: { Role } }), /Role\.PermissionsBoundary: .* not rehearsed/);
  });

  it('is found in an assembly of several stacks by name only', () => {
    const at = join(scratch, 'several');
    mkdirSync(at);
    const artifact = (name: string) => ({
      type: 'aws:cloudformation:stack',
      properties: { templateFile: `${name}.template.json` },
    });
    writeFileSync(join(at, 'manifest.json'), JSON.stringify({ artifacts: { A: artifact('A'), B: artifact('B') } }));
    writeFileSync(join(at, 'B.template.json'), JSON.stringify({ Resources: {} }));
    assert.throws(() => loadStack(at), /must hold just one stack, and holds A, B: name one of them/);
    assert.throws(() => loadStack(at, { stack: 'C' }), /must hold C, and holds A, B/);
    assert.equal(loadStack(at, { stack: 'B' }).name, 'B');
  });
});
