import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { RequestQuotas } from '../../../rehearsal/account/quotas.ts';

/** A clock that somebody sets. */
class SetClock {
  millis = 1_000_000;
  now = () => instant(this.millis);
  sleep = () => Promise.reject(new Error('quotas never wait'));
}

function start() {
  const clock = new SetClock();
  const quotas = new RequestQuotas(clock);
  /** How many calls in a row were admitted before the first that was not, or all `most`. */
  const admitted = (service: string, operation: string, most: number) => {
    let count = 0;
    while (count < most && quotas.admits(service, operation)) count += 1;
    return count;
  };
  return { clock, quotas, admitted };
}

describe('request quotas', () => {
  const documented: readonly [service: string, operation: string, burst: number][] = [
    ['secretsmanager', 'GetSecretValue', 10_000],
    ['secretsmanager', 'DescribeSecret', 40_000],
    ['secretsmanager', 'ListSecrets', 100],
    ['secretsmanager', 'BatchGetSecretValue', 100],
    ['secretsmanager', 'PutSecretValue', 50],
    ['secretsmanager', 'TagResource', 50],
    ['ssm', 'GetParameter', 40],
    ['states', 'SendTaskSuccess', 3_000],
  ];
  for (const [service, operation, burst] of documented) {
    it(`admit ${burst} of ${service}:${operation} in one instant, and not one more`, () => {
      assert.equal(start().admitted(service, operation, burst + 1), burst);
    });
  }

  it('are shared by the operations that write secrets', () => {
    const { quotas, admitted } = start();
    assert.equal(admitted('secretsmanager', 'PutSecretValue', 30), 30);
    assert.equal(admitted('secretsmanager', 'UpdateSecretVersionStage', 30), 20);
    assert.equal(quotas.admits('secretsmanager', 'UpdateSecret'), false);
  });

  it('are shared by tagging and untagging, and not with writing', () => {
    const { quotas, admitted } = start();
    assert.equal(admitted('secretsmanager', 'TagResource', 50), 50);
    assert.equal(quotas.admits('secretsmanager', 'UntagResource'), false);
    assert.equal(quotas.admits('secretsmanager', 'PutSecretValue'), true);
  });

  it('admit the next write 20 milliseconds later, and not after 19', () => {
    const { clock, quotas, admitted } = start();
    admitted('secretsmanager', 'PutSecretValue', 50);
    clock.millis += 19;
    assert.equal(quotas.admits('secretsmanager', 'PutSecretValue'), false);
    clock.millis += 1;
    assert.equal(quotas.admits('secretsmanager', 'PutSecretValue'), true);
    assert.equal(quotas.admits('secretsmanager', 'PutSecretValue'), false);
  });

  it('save up no more than a burst, however long the pause', () => {
    const { clock, admitted } = start();
    admitted('secretsmanager', 'PutSecretValue', 50);
    clock.millis += 3_600_000;
    assert.equal(admitted('secretsmanager', 'PutSecretValue', 100), 50);
  });

  it('fill a bucket of 3,000 at 500 a second', () => {
    const { clock, admitted } = start();
    admitted('states', 'SendTaskSuccess', 3_000);
    clock.millis += 1_000;
    assert.equal(admitted('states', 'SendTaskSuccess', 1_000), 500);
  });

  it('leave a call alone that has none', () => {
    assert.equal(start().admitted('s3', 'GetObject', 100_000), 100_000);
  });
});
