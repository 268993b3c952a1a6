/*
 * Goal: S12 no secret value, nor a hash of one, and no task token is anywhere but where it belongs.
 *
 * Method: whole runs, good and bad. Everything that they leave behind or say is searched for every value that any secret
 * ever had, and for the token, plain and in every usual encoding.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Scene, Trap } from '../../rehearsal/day/scenario.ts';
import { scenarios } from '../../rehearsal/day/scenarios.ts';
import { answer, ask, invited, meanwhile, platform, security, when } from '../rehearsal/day/people.ts';
import { type Played, played, synthesised } from '../rehearsal/day/played.ts';
import { formsOf, found, tracesOf } from './traces.ts';

const assembly = synthesised();

interface Confidences {
  /** Every value that any secret ever had, and what in it is secret. */
  readonly values: Set<string>;
  readonly tokens: Set<string>;
  readonly links: Set<string>;
  readonly pages: string[];
}

const secretFields = ['password', 'apiKey', 'signingKey'];

/** Plays a run in which somebody reads the page before and after they approve, and everything confidential is noted. */
async function overheard(begin: (scene: Scene) => Trap = () => ({})): Promise<Played & Confidences> {
  const told: Confidences = { values: new Set(), tokens: new Set(), links: new Set(), pages: [] };
  const note = ({ cloud }: Scene) => {
    for (const arn of cloud.secretsManager.arns()) {
      for (const version of cloud.secretsManager.versions(arn)) {
        const value = String(cloud.secretsManager.value(arn, version));
        const fields = JSON.parse(value);
        // What the replica holds of earlier versions is the same for every secret, and no secret.
        if (fields.note === undefined) told.values.add(value);
        for (const field of secretFields) if (fields[field] !== undefined) told.values.add(fields[field]);
      }
    }
  };
  const approving = (scene: Scene) =>
    meanwhile(async () => {
      const link = await invited(scene, platform);
      told.links.add(link.split('/').at(-1) ?? '');
      const { cloud, run } = scene;
      told.tokens.add(JSON.parse(cloud.s3.text(cloud.deskBucket, `pending/${run}.json`) ?? '{}').taskToken);
      told.pages.push((await ask(scene, link)).text, (await answer(scene, link)).text, (await ask(scene, link)).text);
      // A plan with a high-tier secret takes two.
      const other = await invited(scene, security);
      told.links.add(other.split('/').at(-1) ?? '');
      told.pages.push((await answer(scene, other)).text, (await ask(scene, other)).text);
    });
  const day = await played(assembly, {
    scenario: {
      nobodyAnswers: true,
      begin: async (scene) => {
        note(scene);
        scene.cloud.secretsManager.onWrite(() => note(scene));
        return { ...begin(scene), ...approving(scene) };
      },
    },
  });
  return { ...day, ...told };
}

function assertSilent(day: Played & Confidences, written: number): void {
  const traces = tracesOf(day).set('pages', day.pages.join('\n'));
  // 28 secrets and the masters, which have one value: each value, and the secret in it.
  assert.ok(day.values.size >= 58 + written, `${day.values.size} values`);
  assert.deepEqual(found(day.values, traces), []);
  assert.equal(day.tokens.size, 1);
  assert.deepEqual(
    found(day.tokens, traces).filter((place) => !place.startsWith('desk pending/')),
    [],
  );
  assert.deepEqual(
    found(day.links, traces).filter((place) => !/^(mail to |desk pending\/|pages$|progress$)/.test(place)),
    [],
  );
}

describe('S12 a run', () => {
  it('S12 that goes well keeps every value and its token to itself', async () => {
    const day = await overheard();
    assert.equal(day.report.outcome, 'completed');
    assertSilent(day, 20);
  });

  it('S12 that goes wrong, with every error that targets answer, does so too', async () => {
    const day = await overheard((scene) => {
      const refusing = scenarios['rejected-credential']?.begin?.(scene);
      assert.ok(refusing);
      return when('Rotate batch', () => void scene.estate.postgres.refuse(scene.estate.postgres.master.username));
    });
    assert.notEqual(day.report.outcome, 'completed');
    assertSilent(day, 2);
  });
});

describe('S12 the search itself', () => {
  it('finds a text in all its disguises', () => {
    const text = 'p/ss+w"rd & more?';
    const disguises: Readonly<Record<string, string>> = {
      plain: `x ${text} y`,
      base64: Buffer.from(`ab${text}yz`).toString('base64'),
      base64url: Buffer.from(`a${text}z`).toString('base64url'),
      hex: Buffer.from(text).toString('hex'),
      url: `?p=${encodeURIComponent(text)}`,
      json: JSON.stringify({ password: text }),
      'json in json': JSON.stringify({ input: JSON.stringify({ password: text }) }),
      html: 'p/ss+w&quot;rd &amp; more?',
    };
    assert.deepEqual(found([text], new Map(Object.entries(disguises))), Object.keys(disguises));
    assert.deepEqual(found([text], new Map([['elsewhere', 'nothing of it']])), []);
    assert.ok(formsOf(text).length > 8);
  });
});
