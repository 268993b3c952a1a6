import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NotInArchiveError } from '../../core/errors.ts';
import { contradictionFound } from '../../core/verdict/contradiction.ts';
import { closeRun } from '../../lambdas/close-run/step.ts';
import { asked, at, canary, key1, key2, login, RunWorld, run } from './run-world.ts';

const reportKey = 'runs/run-of-november/report.json';
const { why: _, ...known } = asked;

/** Closes a run, and says what its report does. */
async function closed(world: RunWorld, outcome: string, reasons: readonly string[] = []) {
  world.now = at('2026-11-19T05:00:00Z');
  const answer = await world.closeRun({ ...known, outcome, reasons });
  assert.deepEqual(answer, { run, outcome, reasons });
  assert.ok(!world.goAheads.has(run), 'nothing of a run that has ended can start');
  return world.document(reportKey);
}

const counts = ({ selected, rotated, rolledBack, held }: Record<string, number>) => [
  selected,
  rotated,
  rolledBack,
  held,
];
const wavesOf = (report: { waves: { planned: number; rotated: number; outcome: string }[] }) =>
  report.waves.map(({ planned, rotated, outcome }) => [planned, rotated, outcome]);

/** A run whose first wave was rotated, and judged after its bake. */
async function baked(alter: (world: RunWorld) => void = () => {}): Promise<RunWorld> {
  const world = await new RunWorld().approved();
  alter(world);
  await world.baked();
  const { next } = await world.judgeWave({ run, wave: 1, phase: 'baked' });
  if (next === 'go on') await world.renewExpiry();
  return world;
}

describe('closing a run', () => {
  it('reports a completed one: what was rotated, wave by wave, and what was verified', async () => {
    const world = await baked();
    await world.baked(2);
    await world.judgeWave({ run, wave: 2, phase: 'baked' });
    await world.renewExpiry({ run, wave: 2 });
    const report = await closed(world, 'completed');

    assert.deepEqual(counts(report), [4, 4, 0, 0]);
    assert.deepEqual(wavesOf(report), [
      [3, 3, 'renewed'],
      [1, 1, 'renewed'],
    ]);
    assert.deepEqual(report.verification, { claims: 4, confirmed: 4, contradicted: 0 });
    assert.deepEqual(report.leftAlone, { notDue: 6 });
    assert.deepEqual(report.fleet, { secrets: 10, services: 2 });
    assert.deepEqual(
      [report.startedAt, report.endedAt, report.stage, report.mode, report.requestedBy],
      [Date.UTC(2026, 10, 18, 19, 15), Date.UTC(2026, 10, 19, 5), 'prod', 'rotate', 'requester'],
    );
    assert.deepEqual(
      report.secrets.find(({ name }: { name: string }) => name === login),
      {
        name: login,
        arn: `arn:aws:secretsmanager:us-east-1:111122223333:secret:${login}-q0mPiF`,
        tier: 'medium',
        service: 'ledger',
        strategy: 'alternate',
        wave: 2,
        kind: 'rotated',
      },
    );
  });

  it('reports one that was rolled back, and the waves that never started', async () => {
    const world = await new RunWorld().approved();
    world.fleet.refusing.add(key2);
    await (await world.turnWave('rotate')).turnWave('roll back');
    await world.judgeWave({ run, wave: 1, phase: 'rolledBack' });
    const report = await closed(world, 'rolled-back', [`batch 0: failed: ${key2}: newRejected`]);

    assert.deepEqual(counts(report), [4, 0, 2, 0]);
    assert.deepEqual(wavesOf(report), [
      [3, 0, 'rolled-back'],
      [1, 0, 'not started'],
    ]);
    assert.deepEqual(report.reasons, [`batch 0: failed: ${key2}: newRejected`]);
    assert.match(world.announced[0]?.text ?? '', /0 of 4 selected secrets rotated, 2 rolled back, 0 held/);
  });

  it('reports one that was halted, with what is held, and tells people to look', async () => {
    const world = await baked(({ fleet }) => fleet.refusing.add(key2));
    world.fleet.silent.add(key1);
    await world.turnWave('roll back');
    await world.judgeWave({ run, wave: 1, phase: 'rolledBack' });
    const report = await closed(world, 'halted', [`held: ${key1}: oldUnknown`]);

    assert.deepEqual(counts(report), [4, 0, 1, 1]);
    assert.deepEqual(wavesOf(report)[0], [3, 0, 'held']);
    assert.match(world.announced[0]?.text ?? '', /Held secrets need a person/);
  });

  it('reports nothing of a run that has the lock, and of which nothing can be read: it has touched who knows what', async () => {
    const world = await baked();
    const fetch = async (key: string) => {
      throw new NotInArchiveError(key);
    };
    const deposit = world.archive.deposit.bind(world.archive);
    const blind = closeRun({ ...world.ports, archive: { fetch, deposit } });
    await assert.rejects(
      blind({ ...known, outcome: 'completed', reasons: [] }),
      /has the lock, and its plan cannot be read/,
    );
    assert.deepEqual([world.document(reportKey), world.lockedBy, world.announced], [undefined, run, []]);
  });

  it('reports an audit, for which nothing was rotated and nothing held', async () => {
    const report = await closed(await new RunWorld().plan(), 'audited');
    assert.deepEqual(counts(report), [4, 0, 0, 0]);
    assert.deepEqual(wavesOf(report), [
      [3, 0, 'not started'],
      [1, 0, 'not started'],
    ]);
  });

  it('reports a refusal, with the guardrails that it came from, and no plan (S2)', async () => {
    const world = await new RunWorld({ caps: { secrets: 3, percentOfFleet: 40, secretsPerDay: 100 } }).plan();
    const report = await closed(world, 'refused', ['secrets: 4 of at most 3 secrets']);
    assert.deepEqual(counts(report), [4, 0, 0, 0]);
    assert.deepEqual([report.waves, report.guardrails[0].verdict], [[], 'exceeded']);
    assert.deepEqual(report.leftAlone, { notDue: 6 });
  });

  for (const outcome of ['rejected', 'expired'] as const) {
    it(`reports a run that ended as ${outcome} with nothing touched`, async () => {
      const world = await new RunWorld().plan();
      assert.deepEqual(counts(await closed(world, outcome)), [4, 0, 0, 0]);
      assert.deepEqual(world.fleet.writes, []);
      assert.equal(world.announced[0]?.subject, `Keyturn prod: run ${outcome}`);
    });
  }

  it('reports a run that has no document at all: one that could not even be drafted', async () => {
    const report = await closed(new RunWorld(), 'halted', ['stepFailed:Draft plan:AccessDenied']);
    assert.deepEqual(counts(report), [0, 0, 0, 0]);
    assert.deepEqual([report.waves, report.secrets, report.leftAlone], [[], [], {}]);
    assert.deepEqual(report.fleet, { secrets: 0, services: 0 });
  });

  it('keeps a wave that was unsound and whose way back nobody judged from counting as renewed', async () => {
    const world = await baked(({ health }) => health.set('orders', 'unhealthy'));
    assert.deepEqual(wavesOf(await closed(world, 'halted'))[0], [3, 3, 'unfinished']);
  });

  it('counts what drifted among what was left alone, by its reason (S3)', async () => {
    const world = await baked(({ fleet }) => fleet.change(key2, 'v9', ['AWSCURRENT'], at('2026-11-01T00:00:00Z')));
    const report = await closed(world, 'completed');
    assert.deepEqual(report.leftAlone, { notDue: 6, versionMoved: 1 });
    assert.deepEqual(counts(report), [4, 2, 0, 0]);
  });

  it('withdraws the go-ahead before anything else, so that it holds even if the report cannot be made (S6)', async () => {
    const world = await new RunWorld().approved();
    world.archive.texts.set('runs/run-of-november/plan.json', 'forged');
    await assert.rejects(world.closeRun({ ...known, outcome: 'halted', reasons: [] }), SyntaxError);
    assert.equal(world.calls[0], 'withdraw');
    assert.deepEqual([world.goAheads.size, world.document(reportKey)], [0, undefined]);
  });

  it('fails when a document cannot be read, rather than reporting that there is none', async () => {
    const world = await baked();
    const fetch = async (key: string) => {
      if (key.endsWith('baked.json')) throw new Error('InternalError');
      return world.archive.fetch(key);
    };
    const deposit = world.archive.deposit.bind(world.archive);
    const broken = closeRun({ ...world.ports, archive: { deposit, fetch } });
    await assert.rejects(broken({ ...known, outcome: 'completed', reasons: [] }), /InternalError/);
    assert.equal(world.document(reportKey), undefined);
  });

  it('deposits the report before it tells anybody, signs what there is then, and lets the next run begin last', async () => {
    const world = await baked();
    world.calls.length = 0;
    await closed(world, 'completed');
    assert.deepEqual(world.calls.slice(-7), [
      `deposit ${reportKey}`,
      'withdraw',
      'tell',
      'announce',
      'sign',
      'deposit runs/run-of-november/manifest.json',
      'release',
    ]);
    assert.equal(world.announced[0]?.to, undefined);
    const [[what, detail]] = world.told as [[string, Record<string, unknown>]];
    assert.equal(what, 'Keyturn run ended');
    assert.deepEqual(Object.keys(detail).sort(), [
      'fleet',
      'held',
      'mode',
      'outcome',
      'reasons',
      'rolledBack',
      'rotated',
      'run',
      'selected',
      'stage',
    ]);
  });

  it('halts one that was called sound over a sighting that contradicts its claim, and quarantines the secret (S10)', async () => {
    const world = await baked();
    const key = 'runs/run-of-november/probes/1/baked/0.json';
    const probed = world.document(key);
    const sightings = probed.sightings.map((one: { name: string }) =>
      one.name === key2 ? { ...one, versionId: 'v9' } : one,
    );
    world.archive.texts.set(key, JSON.stringify({ ...probed, sightings }));
    const says = `contradiction: wave 1, batch 0: claimContradicted: ${key2}`;

    world.now = at('2026-11-19T05:00:00Z');
    assert.deepEqual(await world.closeRun({ ...known, outcome: 'completed', reasons: [] }), {
      run,
      outcome: 'halted',
      reasons: [says],
    });
    assert.deepEqual(world.document(reportKey).reasons, [says]);
    assert.deepEqual(
      Object.values(world.quarantine.content ?? {}).map(({ name, reason }) => [name, reason]),
      [[key2, 'contradiction: claimContradicted']],
    );
    assert.ok(world.logged.some((line) => (line as { message: string }).message === contradictionFound));
    assert.match(world.announced[0]?.text ?? '', /people must look/);
  });

  it('halts one of which a tag is not known to be renewed, and says of which secret, in report and message', async () => {
    const world = await baked();
    const key = 'runs/run-of-november/renewals/1/1.json';
    const renewal = world.document(key);
    const [arn = '', ...moved] = renewal.moved;
    const failed = [{ arn, name: key1, error: 'AccessDeniedException' }];
    world.archive.texts.set(key, JSON.stringify({ ...renewal, moved, failed }));

    await world.closeRun({ ...known, outcome: 'completed', reasons: [] });
    const report = world.document(reportKey);
    assert.deepEqual([report.outcome, report.reasons], ['halted', [`tagNotRenewed: ${key1}: AccessDeniedException`]]);
    assert.deepEqual(wavesOf(report)[0], [3, 3, 'unfinished']);
    assert.match(world.announced[0]?.text ?? '', new RegExp(`not known to be renewed: ${key1}: look at them`));
  });

  it('is remembered, for the runs after it to be compared with', async () => {
    const world = await baked();
    await closed(world, 'halted', ['waveBeyondLimit']);
    const remembered = {
      run,
      mode: 'rotate',
      outcome: 'halted',
      endedAt: Date.UTC(2026, 10, 19, 5),
      selected: 4,
      rotated: 3,
      rotators: ['http-api-key', 'postgres'],
    };
    assert.deepEqual(world.history.content, [remembered]);

    world.now = at('2026-11-19T06:00:00Z');
    await world.closeRun({ ...known, outcome: 'halted', reasons: ['waveBeyondLimit'] });
    assert.deepEqual(world.history.content, [remembered], 'delivered again, it ended when it ended');
  });

  it('is not remembered when it had no plan', async () => {
    const world = new RunWorld();
    await closed(world, 'halted', ['stepFailed:Draft plan:AccessDenied']);
    assert.deepEqual(world.history.content, []);
  });

  it('ends a run all the same when the history cannot be read, and leaves it as it is', async () => {
    const world = await baked();
    world.history.content = undefined;
    await closed(world, 'completed');
    assert.deepEqual([world.lockedBy, world.history.content], [undefined, undefined]);
    assert.match(JSON.stringify(world.logged), /the history did not take a run/);
  });

  it('leaves the lock to another run that has it', async () => {
    const world = await new RunWorld().plan();
    world.lockedBy = 'another-run' as typeof run;
    await closed(world, 'refused', ['lockHeld: another-run']);
    assert.equal(world.lockedBy, 'another-run');
  });

  it('keeps the first report when it is delivered again, and tells people once more (S11)', async () => {
    const world = await baked();
    await closed(world, 'completed');
    const before = world.archive.texts.get(reportKey);
    world.now = at('2026-11-19T06:00:00Z');
    await world.closeRun({ ...known, outcome: 'completed', reasons: [] });

    assert.equal(world.archive.texts.get(reportKey), before);
    assert.deepEqual(world.announced[1], world.announced[0]);
  });

  it('tells no value in report, event or message (S12)', async () => {
    const world = await baked(({ fleet }) => fleet.refusing.add(key2));
    await closed(world, 'halted');
    assert.ok(world.announced.length === 1 && !world.said.includes(canary));
  });
});

describe('the channels of a run that ends', () => {
  const approvers = ['requester', 'first-approver'].map((name) => ({ name, email: `${name}@example.com` }));

  it('tell every approver by the ways in which they are asked, without a link, and everybody', async () => {
    const world = await new RunWorld({ approvers }).plan();
    const written: unknown[] = [];
    const mail = {
      name: 'mail',
      reaches: () => true,
      write: async ({ name }: { readonly name: string }, { subject }: { readonly subject: string }, link: unknown) =>
        void written.push([name, subject, link]),
    };
    const channels = { personal: [mail], public: world.ports.channels.public };
    await closeRun({ ...world.ports, channels })({ ...known, outcome: 'expired', reasons: ['nobodyAnswered'] });

    assert.deepEqual(
      written,
      ['requester', 'first-approver'].map((name) => [name, 'Keyturn prod: run expired', undefined]),
    );
    assert.match(world.announced[0]?.text ?? '', /Nobody answered in time/);
  });

  it('do not make a run fail that ended well, when all of them are down', async () => {
    const world = await new RunWorld().plan();
    const post = async () => {
      throw new Error('it is down');
    };
    const channels = { personal: [], public: [{ name: 'topic', post }] };
    await closeRun({ ...world.ports, channels })({ ...known, outcome: 'rejected', reasons: [] });
    assert.match(JSON.stringify(world.logged), /a channel did not take a notice/);
    assert.equal(world.lockedBy, undefined);
  });
});
