/*
 * Goal: a false claim, and a verdict that looked away, are told of from the documents alone (S10).
 *
 * Method: one batch of two secrets, told of in every way; what is a failure and no contradiction is left out.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../core/instant.ts';
import { type BatchStory, contradictionsOf, type JudgedWave } from '../../../core/verdict/contradiction.ts';
import { judgeBatch, type Probed, type Sighting } from '../../../core/verdict/probe.ts';
import type { SecretRecord, WaveVerdict } from '../../../core/verdict/verdict.ts';
import { a, b, back, batch, failed, leftAlone, rotated, seen, turned, unseen } from '../planning/batches.ts';

const good = turned(rotated(a), rotated(b));
const probed = (answer = good, ...sightings: Sighting[]): Probed => judgeBatch(batch, answer, sightings);
const later = (...sightings: Sighting[]): Probed => ({ answer: undefined, sightings, doubts: [] });
const verdictOf = (verdict: WaveVerdict['verdict'], kind: SecretRecord['kind'] = 'rotated'): WaveVerdict => ({
  wave: 1,
  judgedAt: instant(0),
  verdict,
  reasons: [],
  secrets: [a, b].map(({ arn, name }) => ({ arn, name, kind, reason: undefined })),
  verification: { claims: 0, confirmed: 0, contradicted: 0 },
});
const fine: BatchStory = {
  batch,
  rotated: probed(good, seen(a), seen(b)),
  baked: later(seen(a), seen(b)),
  back: undefined,
};

const told = (story: Partial<BatchStory>, wave: Partial<JudgedWave> = {}) =>
  contradictionsOf([
    { number: 1, baked: verdictOf('sound'), rolledBack: undefined, batches: [{ ...fine, ...story }], ...wave },
  ]).map(({ says }) => says.replace('contradiction: wave 1, batch 0: ', ''));

const unsound = { baked: verdictOf('unsound'), rolledBack: verdictOf('back', 'rolledBack') };
const atHome = probed(turned(back(a), back(b)), seen(a, 'version-2'), seen(b, 'version-2'));

describe('S10 a run held against its own documents', () => {
  it('contradicts nothing when all is as it was claimed', () => {
    assert.deepEqual(told({}), []);
    assert.deepEqual(
      told({
        rotated: probed(turned(rotated(a), leftAlone(b)), seen(a), seen(b, 'version-9')),
        baked: later(seen(a), seen(b, 'version-9')),
      }),
      [],
    );
    assert.deepEqual(told({ back: atHome }, unsound), []);
  });

  it('tells of a claim that another version contradicts, of one that the plan does not have, and of none at all', () => {
    assert.deepEqual(told({ rotated: probed(good, seen(a), seen(b, 'version-2')) }, unsound), [
      'claimContradicted: prod/low/b',
      'claimContradicted: prod/low/a',
    ]);
    const another = probed(turned(rotated(a), rotated(b, 'version-8')), seen(a), seen(b, 'version-8'));
    assert.ok(told({ rotated: another, back: atHome }, unsound).includes('claimNotPlanned: prod/low/b'));
    const silent = probed(turned(rotated(a)), seen(a), seen(b));
    assert.deepEqual(told({ rotated: silent, back: atHome }, unsound), ['unclaimed: prod/low/b']);
  });

  it('tells of a secret that was moved while the wave baked', () => {
    assert.deepEqual(told({ baked: later(seen(a, 'version-7'), seen(b)), back: atHome }, unsound), [
      'claimContradicted: prod/low/a',
    ]);
  });

  it('does not call a failure a contradiction when the wave went back for it', () => {
    const broken = probed(turned(failed(a), rotated(b)), seen(a, 'version-2'), seen(b, 'version-3', 'rejected'));
    assert.deepEqual(told({ rotated: broken, baked: undefined, back: atHome }, unsound), []);
    assert.deepEqual(told({ rotated: probed({ kind: 'failed', error: 'Lambda' }), back: atHome }, unsound), []);
  });

  it('believes no verdict: what was called sound over any doubt is told of', () => {
    assert.deepEqual(told({ baked: later(seen(a, 'version-3', 'rejected'), unseen(b)) }), [
      'rejected: prod/low/a',
      'unreadable: prod/low/b',
    ]);
    assert.deepEqual(told({ rotated: undefined }), ['noAnswer']);
    assert.deepEqual(told({ baked: undefined }), ['unreadable: prod/low/a', 'unreadable: prod/low/b']);
    const doubted = { ...fine.rotated, doubts: [] } as Probed;
    assert.deepEqual(told({ rotated: { ...doubted, sightings: [seen(a), seen(b, 'version-3', 'unknown')] } }), [
      'unknown: prod/low/b',
    ]);
  });

  it('believes no way back: what was called back is where it was, and accepted there', () => {
    const still = probed(turned(back(a), back(b)), seen(a, 'version-2', 'rejected'), seen(b, 'version-3'));
    assert.deepEqual(told({ back: still }, unsound), [
      'claimContradicted: prod/low/b',
      'claimContradicted: prod/low/a',
    ]);
    assert.deepEqual(told({ back: undefined }, unsound).length, 2);
    assert.deepEqual(told({ baked: undefined, back: atHome }, { ...unsound, baked: verdictOf('sound') }), []);
    assert.deepEqual(told({ back: still }, { ...unsound, rolledBack: verdictOf('held', 'held') }), [
      'claimContradicted: prod/low/b',
    ]);
  });

  it('asks of a way back only for what went back', () => {
    const [held, backAgain] = [verdictOf('back', 'leftAlone'), verdictOf('back', 'rolledBack')];
    const [one, other] = [held.secrets.slice(0, 1), backAgain.secrets.slice(1)];
    const half = { ...unsound, rolledBack: { ...held, secrets: [...one, ...other] } };
    const itself = probed(turned(leftAlone(a), back(b)), seen(a, 'version-9'), seen(b, 'version-2'));
    assert.deepEqual(told({ back: itself }, half), []);
    const swapped = probed(turned(leftAlone(a), back(b)), seen(a, 'version-2'), seen(b, 'version-2', 'rejected'));
    assert.deepEqual(told({ back: swapped }, half), ['claimContradicted: prod/low/b']);
    assert.deepEqual(told({ back: itself }, { ...half, rolledBack: { ...held, secrets: other } }), []);
  });

  it('does not look for doubts in a wave that nobody judged after its bake', () => {
    assert.deepEqual(told({ baked: undefined }, { baked: undefined }), []);
  });

  it('names the secret, so that later runs leave it alone', () => {
    const [found] = contradictionsOf([
      {
        number: 1,
        baked: verdictOf('sound'),
        rolledBack: undefined,
        batches: [{ ...fine, baked: later(seen(a, 'version-7'), seen(b)) }],
      },
    ]);
    assert.deepEqual(found, {
      says: 'contradiction: wave 1, batch 0: claimContradicted: prod/low/a',
      secret: { arn: 'arn:a', name: 'prod/low/a', reason: 'contradiction: claimContradicted' },
    });
  });
});
