/*
 * Goal: a key that proves something is used by those who prove and check it, and by nobody else whatever IAM lets them.
 *
 * Method: the keys' policies in the synthesised template, and who is granted their use.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { actorsWho, deployed } from './actors.ts';

describe('the signature on evidence', () => {
  const { KeyPolicy, KeySpec, KeyUsage } = deployed.the('AWS::KMS::Key', 'RotationSignatureKey');
  const statements: { Effect: string; Action: string | string[]; Principal: unknown; Condition?: object }[] =
    KeyPolicy.Statement;
  const idOfRole = (name: string) => deployed.functions().get(name)?.Role['Fn::GetAtt'][0];
  const arnsIn = (value: unknown) =>
    [...JSON.stringify(value).matchAll(/"(Rotation\w+Role\w+)"/g)].map(([, id]) => id).toSorted();
  const signers = [idOfRole('keyturn-prod-close-run'), idOfRole('keyturn-prod-recover-run')].toSorted();

  it('is made by close-run and recover-run alone', () => {
    assert.deepEqual(actorsWho('kms:Sign').toSorted(), ['keyturn-prod-close-run', 'keyturn-prod-recover-run']);
  });

  it('is kept by its key from everybody else, administrators included', () => {
    const refusals = statements.filter(({ Effect }) => Effect === 'Deny');
    assert.deepEqual(
      refusals.map(({ Action, Principal, Condition }) => [
        Action,
        Principal,
        Object.keys(Condition ?? {}),
        arnsIn(Condition),
      ]),
      [['kms:Sign', { AWS: '*' }, ['ArnNotEquals'], signers]],
    );
    const granted = statements.filter(
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('kms:Sign'),
    );
    assert.deepEqual(granted.flatMap(({ Principal }) => arnsIn(Principal)).toSorted(), signers);
    assert.ok(!JSON.stringify(statements).includes('CreateGrant'));
  });

  it('is of a key whose public half the account may hand out', () => {
    assert.deepEqual({ KeySpec, KeyUsage }, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const open = statements.filter(({ Action }) => [Action].flat().includes('kms:GetPublicKey'));
    assert.deepEqual(
      open.map(({ Effect }) => Effect),
      ['Allow'],
    );
  });
});

describe('S1: the seal', () => {
  const { KeyPolicy, KeySpec, KeyUsage } = deployed.the('AWS::KMS::Key', 'RotationSealKey');
  const statements: {
    Sid?: string;
    Effect: string;
    Action: string | string[];
    Principal: unknown;
    Condition?: unknown;
  }[] = KeyPolicy.Statement;
  const using = ({ Action }: { Action: string | string[] }) => [Action].flat().some((action) => /Mac|\*/.test(action));
  const arnsIn = (value: unknown) => [...JSON.stringify(value).matchAll(/"(Rotation\w+Role\w+)"/g)].map(([, id]) => id);
  const idOfRole = (name: string) => deployed.functions().get(name)?.Role['Fn::GetAtt'][0];
  const checkers = ['low', 'medium', 'high'].map((tier) => idOfRole(`keyturn-prod-rotate-batch-${tier}`));

  it('is made by review alone and checked by rotate-batch alone', () => {
    assert.deepEqual(actorsWho('kms:GenerateMac'), ['keyturn-prod-review']);
    assert.deepEqual(
      actorsWho('kms:VerifyMac').toSorted(),
      ['high', 'low', 'medium'].map((tier) => `keyturn-prod-rotate-batch-${tier}`),
    );
  });

  it('is kept by its key from everybody else, administrators included', () => {
    const refusals = statements.filter(({ Effect }) => Effect === 'Deny');
    assert.deepEqual(
      refusals.map(({ Action, Principal, Condition }) => [Action, Principal, arnsIn(Condition).toSorted()]),
      [
        ['kms:GenerateMac', { AWS: '*' }, [idOfRole('keyturn-prod-review')]],
        ['kms:VerifyMac', { AWS: '*' }, checkers.toSorted()],
      ],
    );
    for (const { Condition } of refusals) assert.deepEqual(Object.keys(Condition as object), ['ArnNotEquals']);
  });

  it('is allowed by its key to those roles by name, and to the account not at all', () => {
    const grants = statements.filter((statement) => statement.Effect === 'Allow' && using(statement));
    assert.deepEqual(
      grants.map(({ Action, Principal }) => [Action, arnsIn(Principal).toSorted()]),
      [
        ['kms:GenerateMac', [idOfRole('keyturn-prod-review')]],
        ['kms:VerifyMac', checkers.toSorted()],
      ],
    );
  });

  it('cannot be lent out by a grant', () => {
    assert.ok(!JSON.stringify(statements).includes('CreateGrant'));
  });

  it('is an HMAC', () => {
    assert.deepEqual({ KeySpec, KeyUsage }, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
  });
});
