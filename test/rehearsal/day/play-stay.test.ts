/*
 * Goal: a person who stays after a run can do at the command line, against the rehearsal, whatever they could in an account.
 *
 * Method: a whole day on a small fleet. The real command line in processes of its own, in the environment that the rehearsal
 * prints, answers what the rehearsal waits for; what it says, and how the runs end, is written by hand.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { archiveKeys } from '../../../core/archive-keys.ts';
import type { Run } from '../../../core/plan.ts';
import type { Happening } from '../../../rehearsal/day/progress.ts';
import type { Scene } from '../../../rehearsal/day/scenario.ts';
import { moved, played, synthesised } from './played.ts';

const root = join(import.meta.dirname, '../../..');
const assembly = synthesised();

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Types a command into another terminal: an environment as it was printed, and what comes after `keyturn`. */
const keyturn = (environment: string, ...args: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    const given = Object.fromEntries(environment.split(' ').map((one) => one.split(/=(.*)/s).slice(0, 2)));
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', ...given };
    execFile(process.execPath, [join(root, 'bin/keyturn.ts'), ...args], { cwd: root, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

/** What the rehearsal says, one after the other, to whoever waits for it. */
class Screen {
  readonly #said: Happening[] = [];
  #tell: (() => void) | undefined;

  show(happening: Happening): void {
    this.#said.push(happening);
    this.#tell?.();
  }

  /** The next thing of this kind that has not been waited for. */
  async next<K extends Happening['kind']>(kind: K, like = /./s): Promise<Happening & { readonly kind: K }> {
    for (;;) {
      const at = this.#said.findIndex((one) => one.kind === kind && like.test(JSON.stringify(one)));
      if (at >= 0) return this.#said.splice(0, at + 1).at(-1) as Happening & { readonly kind: K };
      await new Promise<void>((resolve) => {
        this.#tell = resolve;
      });
    }
  }

  /** In whose environment, and of which run, an answer is waited for. */
  async asked(): Promise<{ readonly environment: string; readonly run: Run }> {
    const { orElse = '' } = await this.next('waiting for approval', /"orElse"/);
    const [, environment = '', run = ''] = /^(AWS_.+) npm run keyturn -- approve (\S+)$/.exec(orElse) ?? [];
    return { environment, run: run as Run };
  }
}

describe('whoever stays after a run', () => {
  it('halts and resumes it, approves it, restores it, checks what both left, and leaves', async () => {
    const screen = new Screen();
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    let scene: Scene | undefined;
    const day = played(assembly, {
      person: true,
      leave: () => left,
      onHappening: (happening) => screen.show(happening),
      scenario: {
        begin: async (given) => {
          scene = given;
          return {};
        },
        // What people start afterwards is none of the scenario's.
        broken: ({ others }) => others.map(({ run }) => `${run} was not promised`),
      },
    });
    const reportOf = (run: Run) => {
      const { s3, archiveBucket } = scene?.cloud ?? assert.fail('nothing has begun');
      return JSON.parse(s3.text(archiveBucket, archiveKeys.report(run)) ?? '{}');
    };

    const first = await screen.asked();
    assert.equal((await keyturn(first.environment, 'halt')).code, 0);
    const halted = await keyturn(first.environment, 'status');
    assert.match(
      halted.out,
      /^Keyturn prod is halted \(switchAbsent\)\.\n {2}\S+ {2}Request approval, since 2026-11-18T/,
    );
    assert.equal((await keyturn(first.environment, 'resume')).code, 0);
    const approved = await keyturn(first.environment, 'approve', first.run, '--count', '10');
    assert.match(approved.out, /1 of 2 approvals are given/);

    const { said } = await screen.next('told', /the run has ended: completed/);
    const environment = /export (.+)/.exec(said)?.[1] ?? '';
    const operator = (...args: readonly string[]) => keyturn(environment, ...args);
    const evidence = await operator('evidence', first.run, '--verify');
    assert.deepEqual([evidence.code, /All \d+ documents are as they were signed/.test(evidence.out)], [0, true]);

    const restore = await operator('restore', first.run, '--why', 'trying it');
    assert.match(restore.out, /Restored +10 secrets in \d waves?\n/);
    assert.match(
      restore.out,
      /is under way: restore, asked for by arn:aws:sts::111122223333:assumed-role\/platform-oncall/,
    );
    const second = await screen.asked();
    const own = await operator('approve', second.run, '--count', '10');
    assert.deepEqual([own.code, own.err], [1, 'keyturn: You asked for this run, so you cannot answer it.\n']);
    assert.equal((await keyturn(second.environment, 'approve', second.run, '--count', '10')).code, 0);
    await screen.next('told', new RegExp(`${second.run} has ended`));
    assert.deepEqual([reportOf(second.run).outcome, reportOf(second.run).rotated], ['completed', 10]);
    assert.equal((await operator('evidence', second.run, '--verify')).code, 0);

    await operator('restore', first.run, '--why', 'once more', '--secret', 'prod/high/orders/api-key-2');
    assert.match((await operator('status')).out, /Nothing is running/, 'what is restored already is not restored');
    assert.match((await operator('quarantine')).out, /nothing is quarantined/);
    assert.equal((await operator('release', 'prod/low/none')).code, 1);

    leave();
    const whole = await day;
    assert.deepEqual([whole.report.promise.broken, whole.report.outcome], [[], 'completed']);
    assert.deepEqual(moved(whole), []);
    assert.deepEqual(
      whole.report.others.map(({ run, mode, outcome }) => [run, mode, outcome]),
      [[second.run, 'restore', 'completed']],
    );
  });

  it('may leave while a run waits for them, and rejects what they do not want', async () => {
    const screen = new Screen();
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const day = played(assembly, {
      person: true,
      leave: () => left,
      onHappening: (happening) => screen.show(happening),
      scenario: { outcome: 'rejected' },
    });
    const { environment, run } = await screen.asked();
    const rejected = await keyturn(environment, 'reject', run, '--reason', 'not tonight');
    assert.equal(rejected.code, 0, rejected.err);
    await screen.next('told', /the run has ended: rejected/);
    const started = await keyturn(environment, 'start', '--mode', 'rotate', '--why', 'tonight after all');
    assert.equal(started.code, 0, started.err);
    const second = await screen.asked();
    leave();
    const { report } = await day;
    assert.deepEqual([report.promise.broken, report.outcome, report.writesToSecrets], [[], 'rejected', 0]);
    assert.deepEqual(
      report.others.map((other) => other.run),
      [second.run],
    );
  });
});
