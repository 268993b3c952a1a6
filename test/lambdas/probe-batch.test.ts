import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../adapters/sha256.ts';
import type { Claim } from '../../core/verdict/claim.ts';
import { probeBatch } from '../../lambdas/probe-batch/step.ts';
import { arnOf, at, canary, key1, key2, key3, login, RunWorld, run } from './run-world.ts';

const factsKey = (index: number) => `runs/run-of-november/preflight/${index}.json`;
const probeKey = (phase: string) => `runs/run-of-november/probes/1/${phase}/0.json`;

interface Said {
  readonly name: string;
  readonly versionId?: string;
  readonly answer: string;
  readonly malformed?: string;
  readonly account?: string;
}

/** What the preflight says of one secret, whose value is what it is given. */
async function factOf(value: unknown, name = key1): Promise<Said> {
  const world = new RunWorld();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  world.fleet.held(name).values.set('v1', { text, createdAt: at('2026-08-20T00:00:00Z') });
  world.fleet.accepted.add(text);
  await world.plan();
  const facts: Said[] = [...world.document(factsKey(0)), ...world.document(factsKey(1))];
  return facts.find((fact) => fact.name === name) ?? assert.fail('no fact');
}

/** Rotates wave 1, and has what it claims altered before it is probed. */
async function probed(alter: (claim: Claim, world: RunWorld) => unknown, world?: RunWorld) {
  const rotated = world ?? (await new RunWorld().approved());
  const answer = await rotated.turn('rotate');
  const claims = answer.kind === 'turned' ? answer.claims.map((claim) => alter(claim, rotated)) : assert.fail();
  const altered = { kind: 'turned', claims: claims.filter((claim) => claim !== undefined) };
  const said = await rotated.probeBatch({ phase: 'rotated', run, batch: rotated.batch(), answer: altered });
  const sound = 'sound' in said && said.sound;
  const doubts = rotated
    .document(probeKey('rotated'))
    .doubts.map(({ kind, name }: Said & { kind: string }) => [kind, name]);
  return { sound, doubts, goes: rotated.goAheads.has(run) };
}

describe('the preflight', () => {
  it('says of each candidate which version is current, since when, and that its target accepts it', async () => {
    const world = await new RunWorld().plan();
    const [{ account, ...fact }, ...others] = world.document(factsKey(0));

    assert.deepEqual(fact, {
      arn: arnOf(key1),
      name: key1,
      versionId: 'v1',
      createdAt: Date.UTC(2026, 7, 20),
      answer: 'accepted',
    });
    assert.match(account, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(
      others.map(({ name }: Said) => name),
      [key2, key3],
    );
  });

  it('tells no value, no hash of one, and no account (S12)', async () => {
    const world = new RunWorld();
    world.fleet.silent.add(key2);
    await world.plan();

    const values = [key1, key2, key3, login].map((name) => world.fleet.held(name).values.get('v1')?.text ?? '');
    const apiKeys = [key1, key2, key3, login].map((name) => `${canary}-${name}`);
    const words = [canary, '127.0.0.1', 'ledger"}', ...[...values, ...apiKeys].map((text) => sha256(text))];
    for (const word of words) assert.ok(!world.said.includes(word), word);
  });

  it('salts the account with the run: nobody who knows an account recognises it (S12)', async () => {
    const world = await new RunWorld().plan();
    const plain = sha256(JSON.stringify(`127.0.0.1/${key1}/${key1}-1`));
    assert.notEqual(world.document(factsKey(0))[0].account, plain);
    assert.notEqual(world.document(factsKey(0))[0].account, sha256(`127.0.0.1/${key1}/${key1}-1`));
  });

  for (const [what, value, malformed] of [
    ['is no JSON', 'CANARY', 'notJson'],
    ['is a list', '["CANARY"]', 'notJson'],
    ['lacks a field', { host: '127.0.0.1', client: key1, keyId: '1' }, 'missingField'],
    ['names another host', { host: 'evil.example', client: key1, keyId: '1', apiKey: canary }, 'hostNotAllowed'],
  ] as const) {
    it(`sends a value that ${what} nowhere (S14)`, async () => {
      const { account, answer, ...fact } = await factOf(value);
      assert.equal(fact.malformed, malformed);
      assert.deepEqual([account, answer], [undefined, 'unknown']);
    });
  }

  it('says that a value cannot be read, and of its neighbours what they are', async () => {
    const world = new RunWorld();
    world.fleet.unreadable.add(key1);
    await world.plan();
    const facts: Said[] = world.document(factsKey(0));

    assert.deepEqual(
      facts.map(({ name, versionId, answer }) => [name, versionId, answer]),
      [
        [key1, undefined, 'unknown'],
        [key2, 'v1', 'accepted'],
        [key3, 'v1', 'accepted'],
      ],
    );
    assert.ok(!world.calls.includes(`ask ${key1}`));
  });

  it('keeps what it found first when it is delivered again (S11)', async () => {
    const world = await new RunWorld().plan();
    const before = world.archive.texts.get(factsKey(0));
    world.fleet.silent.add(key1);
    const [batch] = world.lines('runs/run-of-november/preflight.jsonl');

    assert.deepEqual(await world.probeBatch({ phase: 'preflight', run, batch }), { sound: true });
    assert.equal(world.archive.texts.get(factsKey(0)), before);
  });
});

describe('probing a batch', () => {
  it('finds a batch sound whose claims are so', async () => {
    assert.deepEqual(await probed((claim) => claim), { sound: true, doubts: [], goes: true });
  });

  it('contradicts a claim of another version than the one that is current (S10)', async () => {
    const lie = (claim: Claim) => (claim.name === key2 ? { ...claim, versionId: 'v7' } : claim);
    assert.deepEqual(await probed(lie), {
      sound: false,
      doubts: [
        ['claimNotPlanned', key2],
        ['claimContradicted', key2],
      ],
      goes: false,
    });
  });

  it('contradicts a claim to have rotated what still is on its old version (S10)', async () => {
    const undone = (claim: Claim, { fleet }: RunWorld) => {
      if (claim.name === key2) fleet.held(key2).labels.set('AWSCURRENT', 'v1');
      return claim;
    };
    assert.deepEqual((await probed(undone)).doubts, [['claimContradicted', key2]]);
  });

  it('contradicts a claim to have left alone what is on the new version (S10)', async () => {
    const hidden = ({ arn, name, ...claim }: Claim) =>
      name === key2 ? { arn, name, kind: 'leftAlone', reason: 'notDue' } : { arn, name, ...claim };
    assert.deepEqual(await probed(hidden), { sound: false, doubts: [['claimContradicted', key2]], goes: false });
  });

  it('doubts what nothing is claimed of, what failed, and what cannot be read (S10)', async () => {
    assert.deepEqual((await probed((claim) => (claim.name === key2 ? undefined : claim))).doubts, [
      ['unclaimed', key2],
    ]);
    const failed = ({ arn, name, ...claim }: Claim) =>
      name === key2 ? { arn, name, kind: 'failed', reason: 'stuck' } : { arn, name, ...claim };
    assert.deepEqual((await probed(failed)).doubts, [['failed', key2]]);
    const hidden = (claim: Claim, { fleet }: RunWorld) => {
      fleet.unreadable.add(key3);
      return claim;
    };
    assert.deepEqual((await probed(hidden)).doubts, [['unreadable', key3]]);
  });

  it('takes neither no nor silence for a yes, and asks for seven seconds before it says so (S6)', async () => {
    const silenced = (claim: Claim, world: RunWorld) => {
      world.fleet.silent.add(key2);
      world.fleet.refusing.add(key3);
      world.slept.length = 0;
      return claim;
    };
    const world = await new RunWorld().approved();
    assert.deepEqual(await probed(silenced, world), {
      sound: false,
      doubts: [
        ['unknown', key2],
        ['rejected', key3],
      ],
      goes: false,
    });
    assert.deepEqual(world.slept, [1_000, 2_000, 4_000, 1_000, 2_000, 4_000]);
  });

  for (const [what, answer, doubt] of [
    ['ended without an answer', { kind: 'failed', error: 'Lambda.Unknown' }, 'noAnswer'],
    ['did not start', { kind: 'notStarted', reason: 'sealBroken' }, 'notStarted'],
  ] as const) {
    it(`withdraws the go-ahead when a batch ${what} (S6)`, async () => {
      const world = await new RunWorld().approved();
      const event = { phase: 'rotated', run, batch: world.batch(), answer };
      assert.deepEqual(await world.probeBatch(event), { sound: false });
      assert.equal(world.document(probeKey('rotated')).doubts[0].kind, doubt);
      assert.equal(world.goAheads.size, 0);
      assert.deepEqual(world.fleet.writes, []);
    });
  }

  it('withdraws the go-ahead and deposits what it saw before it answers, so that no further batch starts (S6)', async () => {
    const world = await new RunWorld().approved();
    const event = { phase: 'rotated', run, batch: world.batch(), answer: { kind: 'failed', error: 'Timeout' } };
    await world.probeBatch(event);
    assert.deepEqual(world.calls.slice(-2), ['withdraw', `deposit ${probeKey('rotated')}`]);
    assert.deepEqual(await world.turn('rotate'), { kind: 'notStarted', reason: 'goAheadWithdrawn' });
  });

  it('answers nothing when it could not withdraw the go-ahead: the workflow then stops by itself (S6)', async () => {
    const world = await new RunWorld().approved();
    const { ports } = world;
    const broken = probeBatch({
      ...ports,
      goAhead: { ...ports.goAhead, withdraw: () => Promise.reject(new Error('lost')) },
    });
    const event = { phase: 'rotated', run, batch: world.batch(), answer: { kind: 'failed', error: 'Timeout' } };
    await assert.rejects(broken(event), /lost/);
  });

  it('only looks: it writes to no secret and reads no master (S9)', async () => {
    const world = await new RunWorld().approved();
    await world.baked();
    world.calls.length = 0;
    await world.probeBatch({ phase: 'baked', run, batch: world.batch() });
    assert.deepEqual(world.calls, [
      'readCurrent 3',
      `ask ${key1}`,
      `ask ${key2}`,
      `ask ${key3}`,
      `deposit ${probeKey('baked')}`,
    ]);
  });

  it('after a bake says what it sees and judges nothing, not even a target that says no', async () => {
    const world = await new RunWorld().approved();
    await world.turnWave('rotate');
    world.fleet.refusing.add(key1);
    assert.deepEqual(await world.probeBatch({ phase: 'baked', run, batch: world.batch() }), { sound: true });
    const { sightings, doubts } = world.document(probeKey('baked'));
    assert.deepEqual([sightings[0].answer, sightings[1].answer, doubts], ['rejected', 'accepted', []]);
  });

  it('keeps what it saw first when it is delivered again (S11)', async () => {
    const world = await new RunWorld().approved();
    await world.turnWave('rotate');
    const before = world.archive.texts.get(probeKey('rotated'));
    world.fleet.silent.add(key1);
    const answer = await world.turn('rotate');
    assert.deepEqual(await world.probeBatch({ phase: 'rotated', run, batch: world.batch(), answer }), { sound: false });
    assert.equal(world.archive.texts.get(probeKey('rotated')), before);
    assert.equal(world.goAheads.size, 0);
  });

  it('tells no value while a batch is rotated, probed and sent back (S12)', async () => {
    const world = await new RunWorld().approved();
    world.fleet.refusing.add(key2);
    await world.turnWave('rotate');
    await world.turnWave('roll back');
    assert.match(world.said, /newRejected/);
    assert.ok(!world.said.includes(canary));
  });
});
