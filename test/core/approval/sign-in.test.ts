import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Claims, type ExpectedSignIn, judgeSignIn, type SignInRefusal } from '../../../core/approval/sign-in.ts';
import { instant } from '../../../core/instant.ts';
import type { SignInSettings } from '../../../core/settings.ts';

/*
 * Goal: nobody is taken for an approver by an ID token that is not this provider's, for this application, of this very
 * sign-in, fresh, and about that approver.
 *
 * Method: one token that is in order, with one claim changed: both sides of each boundary.
 */

const now = instant(1_764_000_000_000);
const seconds = 1_764_000_000;

const settings: SignInSettings = {
  issuer: 'https://id.example.com',
  clientId: 'keyturn',
  claim: 'email',
  scopes: ['email'],
};
const expected: ExpectedSignIn = {
  settings,
  nonce: 'nonce-1',
  approver: { name: 'first-approver', email: 'first-approver@example.com' },
};
const claims: Claims = {
  iss: 'https://id.example.com',
  aud: 'keyturn',
  sub: 'user-7',
  nonce: 'nonce-1',
  iat: seconds,
  exp: seconds + 300,
  email: 'first-approver@example.com',
  email_verified: true,
};

const reasonsFor = (changed: Claims, given: Partial<ExpectedSignIn> = {}): readonly SignInRefusal[] => {
  const verdict = judgeSignIn({ ...claims, ...changed }, { ...expected, ...given }, now);
  return verdict.kind === 'refused' ? verdict.reasons : [];
};

describe('an ID token in order', () => {
  it('says who signed in, as the provider knows them', () => {
    assert.deepEqual(judgeSignIn(claims, expected, now), {
      kind: 'signedIn',
      identity: { issuer: 'https://id.example.com', subject: 'user-7' },
    });
  });

  it('may be for several, when it says that this application asked for it', () => {
    assert.deepEqual(reasonsFor({ aud: ['other', 'keyturn'], azp: 'keyturn' }), []);
    assert.deepEqual(reasonsFor({ aud: ['keyturn'] }), []);
  });

  it('may name an address in another case, as mail does', () => {
    assert.deepEqual(reasonsFor({ email: 'First-approver@Example.COM' }), []);
  });

  it('may know approvers by another claim, to the letter', () => {
    const bySubject = {
      settings: { ...settings, claim: 'sub' },
      approver: { name: 'first-approver', email: 'first-approver@example.com', signIn: 'user-7' },
    };
    assert.deepEqual(reasonsFor({ email: undefined, email_verified: undefined }, bySubject), []);
    assert.deepEqual(reasonsFor({ sub: 'USER-7' }, bySubject), ['otherPerson']);
  });
});

describe('an ID token is refused', () => {
  const cases: readonly (readonly [SignInRefusal, string, Claims])[] = [
    ['otherIssuer', 'that another provider issued', { iss: 'https://id.example.com/' }],
    ['otherIssuer', 'that names no provider', { iss: undefined }],
    ['otherAudience', 'for another application', { aud: 'payroll' }],
    ['otherAudience', 'for nobody', { aud: undefined }],
    ['otherAudience', 'for several, of whom none is said to have asked', { aud: ['keyturn', 'payroll'] }],
    ['otherAudience', 'that another application asked for', { azp: 'payroll' }],
    ['otherNonce', 'of another sign-in', { nonce: 'nonce-2' }],
    ['otherNonce', 'without a nonce', { nonce: undefined }],
    ['tokenExpired', 'that says no end', { exp: undefined }],
    ['tokenExpired', 'that says its end in words', { exp: '2999-01-01' }],
    ['tokenNotYetValid', 'that says no beginning', { iat: undefined }],
    ['tokenNotYetValid', 'that is not to be used yet', { nbf: seconds + 61 }],
    ['subjectMissing', 'without a subject', { sub: undefined }],
    ['subjectMissing', 'with an empty subject', { sub: '' }],
    ['subjectMissing', 'with a subject longer than there are', { sub: 'x'.repeat(256) }],
    ['subjectMissing', 'with a subject that is no text', { sub: 7 }],
    ['claimMissing', 'without the claim', { email: undefined }],
    ['claimMissing', 'with an empty claim', { email: '' }],
    ['claimMissing', 'with a claim that is a list', { email: ['first-approver@example.com'] }],
    ['emailUnverified', 'with an address that nobody verified', { email_verified: false }],
    ['emailUnverified', 'with an address of which nothing is said', { email_verified: undefined }],
    ['emailUnverified', 'with an address that is called verified in words', { email_verified: 'true' }],
    ['otherPerson', 'of somebody else', { email: 'second-approver@example.com' }],
    ['otherPerson', 'of a stranger whose address only looks alike', { email: 'first-approver@example.com\u200b' }],
  ];
  for (const [reason, what, changed] of cases) {
    it(what, () => assert.deepEqual(reasonsFor(changed), [reason]));
  }

  it('of a stranger whose address becomes an approver’s in lower case', () => {
    const kim = { approver: { name: 'kim', email: 'kim@example.com' } };
    assert.deepEqual(reasonsFor({ email: 'Kim@example.com' }, kim), []);
    assert.deepEqual(reasonsFor({ email: '\u212Aim@example.com' }, kim), ['otherPerson']);
  });

  it('from a minute after its end, and more than a minute before its beginning', () => {
    assert.deepEqual(reasonsFor({ exp: seconds - 59 }), []);
    assert.deepEqual(reasonsFor({ exp: seconds - 60 }), ['tokenExpired']);
    assert.deepEqual(reasonsFor({ iat: seconds + 60 }), []);
    assert.deepEqual(reasonsFor({ iat: seconds + 61 }), ['tokenNotYetValid']);
  });

  it('when its owner authenticated longer ago than allowed, or the provider does not say when', () => {
    const recently = { settings: { ...settings, maxAgeSeconds: 900 } };
    assert.deepEqual(reasonsFor({ auth_time: seconds - 960 }, recently), []);
    assert.deepEqual(reasonsFor({ auth_time: seconds - 961 }, recently), ['signedInTooLongAgo']);
    assert.deepEqual(reasonsFor({}, recently), ['signedInTooLongAgo']);
    assert.deepEqual(reasonsFor({ auth_time: seconds - 961 }), []);
  });

  it('for every reason at once', () => {
    const verdict = judgeSignIn({}, { ...expected, settings: { ...settings, maxAgeSeconds: 900 } }, now);
    assert.deepEqual(verdict.kind === 'refused' && verdict.reasons, [
      'otherIssuer',
      'otherAudience',
      'otherNonce',
      'tokenExpired',
      'tokenNotYetValid',
      'signedInTooLongAgo',
      'subjectMissing',
      'claimMissing',
      'emailUnverified',
    ]);
  });

  it('whatever it says, unless it says all of it', () => {
    const anything = fc.dictionary(fc.constantFrom(...Object.keys(claims)), fc.jsonValue());
    fc.assert(fc.property(anything, (said) => judgeSignIn(said, expected, now).kind === 'refused'));
  });
});
