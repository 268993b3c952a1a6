import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { isKnownRequester } from '../../core/person.ts';

const account = '111122223333';
const grace = { name: 'grace', email: 'grace@example.com', principal: `arn:aws:iam::${account}:role/Approver` };
const joan = { name: 'joan', email: 'joan@example.com' };
const pipeline = { name: 'pipeline', principal: `arn:aws:sts::${account}:assumed-role/Deploy/pipeline` };
const isKnown = (requestedBy: string) =>
  isKnownRequester(requestedBy, { approvers: [grace, joan], requesters: [pipeline] });

describe('S1 whoever asked for a run', () => {
  it('S1 is known when it is a schedule, an approver, or somebody who is listed as none', () => {
    for (const requestedBy of [
      'schedule:rotation',
      `arn:aws:sts::${account}:assumed-role/Approver/anybody`,
      ' Joan@example.com ',
      `arn:aws:sts::${account}:assumed-role/Deploy/pipeline`,
    ]) {
      assert.equal(isKnown(requestedBy), true, requestedBy);
    }
  });

  it('S1 is nobody known when their principal is on no entry, another session or account included', () => {
    for (const requestedBy of [
      `arn:aws:sts::${account}:assumed-role/Deploy/somebody`,
      `arn:aws:sts::${account}:assumed-role/Engineer/joan@example.com`,
      `arn:aws:sts::999999999999:assumed-role/Deploy/pipeline`,
      'pipeline',
      'my schedule:rotation',
      '',
    ]) {
      assert.equal(isKnown(requestedBy), false, requestedBy);
    }
  });
});
