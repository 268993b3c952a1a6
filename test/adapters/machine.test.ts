import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { powertoolsLog } from '../../adapters/powertools-log.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { systemRandom } from '../../adapters/system-random.ts';
import { SecretValue } from '../../core/secret-value.ts';

describe('SHA-256', () => {
  it('is of the UTF-8 bytes, in hex, with its name before it', () => {
    assert.equal(sha256('é'), 'sha256:4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
    assert.equal(sha256(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('the machine', () => {
  it('tells the time and waits', async () => {
    const before = systemClock.now();
    await systemClock.sleep(5);
    assert.ok(systemClock.now() - before >= 4);
  });

  it('rolls dice', () => {
    assert.equal(systemRandom.bytes(32).length, 32);
    assert.notDeepEqual(systemRandom.bytes(32), systemRandom.bytes(32));
    assert.match(systemRandom.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });
});

describe('the log', () => {
  it('writes a line of JSON with the fields it was given, and shows no secret', () => {
    const lines: string[] = [];
    const written = mock.method(process.stderr, 'write', (line: string) => lines.push(line) > 0);
    powertoolsLog('review').warn('answer refused', { run: 'run-1', token: new SecretValue('task-token') });
    written.mock.restore();

    const { level, message, run, token, service } = JSON.parse(lines[0] ?? '{}');
    assert.deepEqual(
      { level, message, run, token, service },
      { level: 'WARN', message: 'answer refused', run: 'run-1', token: '[secret]', service: 'review' },
    );
  });
});
