import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isKnownRequester } from '../../../core/approval/person.ts';

const account = '111122223333';
const firstApprover = {
  name: 'first-approver',
  email: 'first-approver@example.com',
  principal: `arn:aws:iam::${account}:role/Approver`,
};
const secondApprover = { name: 'second-approver', email: 'second-approver@example.com' };
const pipeline = { name: 'pipeline', principal: `arn:aws:sts::${account}:assumed-role/Deploy/pipeline` };
const isKnown = (requestedBy: string) =>
  isKnownRequester(requestedBy, { approvers: [firstApprover, secondApprover], requesters: [pipeline] });

describe('S1 whoever asked for a run', () => {
  it('S1 is known when it is a schedule, an approver, or somebody who is listed as none', () => {
    for (const requestedBy of [
      'schedule:rotation',
      `arn:aws:sts::${account}:assumed-role/Approver/anybody`,
      ' Second-approver@example.com ',
      `arn:aws:sts::${account}:assumed-role/Deploy/pipeline`,
    ]) {
      assert.equal(isKnown(requestedBy), true, requestedBy);
    }
  });

  it('S1 is nobody known when their principal is on no entry, another session or account included', () => {
    for (const requestedBy of [
      `arn:aws:sts::${account}:assumed-role/Deploy/somebody`,
      `arn:aws:sts::${account}:assumed-role/Engineer/second-approver@example.com`,
      `arn:aws:sts::999999999999:assumed-role/Deploy/pipeline`,
      'pipeline',
      'my schedule:rotation',
      '',
    ]) {
      assert.equal(isKnown(requestedBy), false, requestedBy);
    }
  });
});
