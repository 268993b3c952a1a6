import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { askedForIt } from '../../../core/approval/person.ts';
import { covers, isPrincipal, overlap } from '../../../core/approval/principal.ts';

/*
 * Goal: an IAM principal is one approver at most, and nobody else's session counts as theirs.
 *
 * Method: examples at both sides of each boundary.
 */

const user = 'arn:aws:iam::111122223333:user/people/first-approver';
const role = 'arn:aws:iam::111122223333:role/people/Approver';
const session = 'arn:aws:sts::111122223333:assumed-role/Approver/first-approver@example.com';

describe('a principal', () => {
  for (const arn of [
    user,
    role,
    session,
    'arn:aws-us-gov:iam::111122223333:role/Approver',
    'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Approver_0123456789abcdef/first-approver@example.com',
  ]) {
    it(`is ${arn}`, () => assert.ok(isPrincipal(arn)));
  }

  for (const arn of [
    '',
    'first-approver',
    'arn:aws:iam::111122223333:root',
    'arn:aws:iam::11112222333:user/first-approver',
    'arn:aws:iam::111122223333:user/',
    'arn:aws:iam::111122223333:group/approvers',
    'arn:aws:iam::111122223333:role/*',
    'arn:aws:sts::111122223333:assumed-role/Approver',
    'arn:aws:sts::111122223333:assumed-role/Approver/g',
    'arn:aws:sts::111122223333:assumed-role/Approver/first-approver/more',
    'arn:aws:sts::111122223333:federated-user/first-approver',
    `${session}\n`,
    ` ${user}`,
  ]) {
    it(`is not ${JSON.stringify(arn)}`, () => assert.ok(!isPrincipal(arn)));
  }
});

describe('a caller is a principal', () => {
  const sessionOf = (name: string, of = 'Approver', account = '111122223333') =>
    `arn:aws:sts::${account}:assumed-role/${of}/${name}`;

  it('when it is that very user', () => {
    assert.ok(covers(user, user));
    assert.ok(!covers(user, 'arn:aws:iam::111122223333:user/first-approver'));
    assert.ok(!covers(user, 'arn:aws:iam::444455556666:user/people/first-approver'));
    assert.ok(!covers(user, 'arn:aws-cn:iam::111122223333:user/people/first-approver'));
  });

  it('when it is that very session', () => {
    assert.ok(covers(session, session));
    assert.ok(!covers(session, sessionOf('requester@example.com')));
    assert.ok(!covers(session, sessionOf('First-approver@example.com')));
    assert.ok(!covers(session, sessionOf('first-approver@example.com', 'Approver2')));
  });

  it('when it is any session of a role that is named without one, whatever the path of the role', () => {
    assert.ok(covers(role, session));
    assert.ok(covers(role, sessionOf('anybody')));
    assert.ok(!covers(role, sessionOf('anybody', 'people')));
    assert.ok(!covers(role, sessionOf('anybody', 'Approver', '444455556666')));
    assert.ok(!covers(role, user));
    assert.ok(!covers(role, 'arn:aws:iam::111122223333:user/Approver'));
    assert.ok(!covers('arn:aws:iam::111122223333:user/Approver', session));
    assert.ok(!covers(role, session.replace('arn:aws:', 'arn:aws-cn:')));
  });

  it('and never when either is no principal', () => {
    assert.ok(!covers('first-approver', 'first-approver'));
    assert.ok(!covers(role, 'schedule:rotation'));
  });
});

describe('two principals have a caller in common', () => {
  it('when one is the other, or a role that the other is a session of, whatever the case of letters', () => {
    assert.ok(overlap(role, session) && overlap(session, role) && overlap(user, user));
    assert.ok(overlap(session, session.toUpperCase().replace('ARN:AWS:STS', 'arn:aws:sts')));
    assert.ok(overlap(role, 'arn:aws:iam::111122223333:role/approver'));
  });

  it('and not when they are two sessions, or two roles', () => {
    assert.ok(!overlap(session, 'arn:aws:sts::111122223333:assumed-role/Approver/requester@example.com'));
    assert.ok(!overlap(role, 'arn:aws:iam::111122223333:role/people/Starter'));
  });
});

describe('S1 whoever asked for a run', () => {
  const firstApprover = { name: 'first-approver', email: 'first-approver@example.com' };

  it('S1 is the approver who acts as the principal that asked, or as the role whose session did', () => {
    assert.ok(askedForIt({ ...firstApprover, principal: session }, session));
    assert.ok(askedForIt({ ...firstApprover, principal: role }, session));
    assert.ok(
      askedForIt({ ...firstApprover, principal: session }, session.replace('first-approver@', 'FIRST-APPROVER@')),
    );
    assert.ok(askedForIt({ ...firstApprover, principal: role }, ` ${session} `));
  });

  it('S1 is not the approver who acts as another', () => {
    assert.ok(!askedForIt({ ...firstApprover, principal: user }, session));
    assert.ok(!askedForIt(firstApprover, session));
    assert.ok(!askedForIt({ ...firstApprover, principal: role }, 'schedule:rotation'));
  });
});
