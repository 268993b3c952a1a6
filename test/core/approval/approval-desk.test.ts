import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import {
  answerBy,
  eligibleApprovers,
  invite,
  isSameText,
  ownerOf,
  type PendingApproval,
} from '../../../core/approval/approval-desk.ts';
import { instant } from '../../../core/instant.ts';
import type { PlanHeader } from '../../../core/plan.ts';
import type { Random } from '../../../core/random.ts';

const requester = { name: 'requester', email: 'requester@example.com' };
const firstApprover = { name: 'first-approver', email: 'first-approver@example.com' };

const hash = (text: string) => `sha256:of ${text}`;

/** Bytes that count up, so that every link and nonce differs from the ones before. */
function counting(): Random {
  let next = 0;
  return { bytes: (length) => Uint8Array.from({ length }, () => next++ % 256), uuid: () => '' };
}

describe('who may answer (S1)', () => {
  it('is everyone but whoever asked, by name or by address', () => {
    assert.deepEqual(eligibleApprovers([requester, firstApprover], 'requester'), [firstApprover]);
    assert.deepEqual(eligibleApprovers([requester, firstApprover], 'REQUESTER@example.com '), [firstApprover]);
    assert.deepEqual(eligibleApprovers([requester, firstApprover], 'schedule'), [requester, firstApprover]);
    assert.deepEqual(eligibleApprovers([requester], 'requester'), []);
  });
});

describe('an invitation', () => {
  it('is a link of 256 bits that the desk keeps as its hash only', () => {
    const { link, invitation } = invite(firstApprover, counting(), hash);

    assert.equal(link, 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8');
    assert.deepEqual(invitation, {
      approver: 'first-approver',
      linkHash: `sha256:of ${link}`,
      nonce: 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8',
    });
  });

  it('fits into an address whatever its bytes are', () => {
    for (const byte of [0xff, 0xfb]) {
      const bytes = (length: number) => new Uint8Array(length).fill(byte);
      assert.match(invite(firstApprover, { bytes, uuid: () => '' }, hash).link, /^[A-Za-z0-9_-]{43}$/);
    }
  });

  it('belongs to its owner, and any other link to nobody', () => {
    const random = counting();
    const invited = [requester, firstApprover].map((approver) => invite(approver, random, hash));
    const pending = { invitations: invited.map(({ invitation }) => invitation) } as unknown as PendingApproval;

    assert.equal(ownerOf(invited[1]?.link ?? '', pending, hash)?.approver, 'first-approver');
    assert.equal(ownerOf(invite(requester, random, hash).link, pending, hash), undefined);
    assert.equal(ownerOf('', pending, hash), undefined);
  });
});

describe('the time to answer', () => {
  const header = { expiresAt: instant(900_000) } as PlanHeader;

  it('is over when the run stops waiting', () => {
    assert.equal(answerBy(header, instant(1_000), 30), 31_000);
  });

  it('S11 is over five minutes before the plan expires at the latest, in which a decision is heard of', () => {
    assert.equal(answerBy(header, instant(1_000), 599), 600_000);
    assert.equal(answerBy(header, instant(1_000), 600), 600_000);
    assert.equal(answerBy(header, instant(1_000), 3_600), 600_000);
  });
});

describe('texts compared in constant time', () => {
  it('are the same exactly when they are', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (one, other) => isSameText(one, other) === (one === other)));
    fc.assert(fc.property(fc.string(), (one) => isSameText(one, `${one}`)));
    assert.equal(isSameText('abcabc', 'abc'), false);
    assert.equal(isSameText('', 'a'), false);
    assert.equal(isSameText('a', ''), false);
  });
});
