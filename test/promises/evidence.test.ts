/*
 * Goal: whatever happens to a run's evidence after it was signed, an auditor with a copy and the public key is told what and
 * where.
 *
 * Method: a whole run by the steps, signed with a key of the kind that KMS has; then each document is altered, dropped,
 * swapped, added or forged. No finding is computed with the code that makes a manifest.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { sha256 } from '../../adapters/sha256.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { type Manifest, messageToSign } from '../../core/report/evidence.ts';
import { checkEvidence, type Exhibit } from '../../core/report/evidence-check.ts';
import { closeRun } from '../../lambdas/close-run/step.ts';
import { exhibit, findingsIn, Pair } from '../evidence.ts';
import { asked, RunWorld, run } from '../lambdas/run-world.ts';

const pair = new Pair();
const { isGenuine: isSigned } = pair.publicKey;
const { why: _, ...known } = asked;
const at = (path: string) => `runs/run-of-november/${path}`;

/** A run that was rotated, verified and closed. */
async function closedRun(): Promise<RunWorld> {
  const world = await new RunWorld().approved();
  for (const wave of [1, 2]) {
    await world.admitWave({ run, wave });
    await world.baked(wave);
    await world.judgeWave({ run, wave, phase: 'baked' });
    await world.renewExpiry({ run, wave });
  }
  await closeRun({ ...world.ports, signer: pair })({ ...known, outcome: 'completed', reasons: [] });
  return world;
}

const { texts } = (await closedRun()).archive;
const whole: readonly Exhibit[] = [...texts].map(([key, text]) => exhibit(key, text));
const except = (...paths: string[]) => whole.filter(({ key }) => !paths.some((path) => key === at(path)));
const textOf = (path: string) => texts.get(at(path)) ?? assert.fail(`there is no ${path}`);
const find = (exhibits: readonly Exhibit[]) => findingsIn(run, exhibits, { isSigned });
const paths = [...texts.keys()].map((key) => key.replace(at(''), ''));
const listed = paths.filter((path) => path !== 'manifest.json');

function flipped(text: string, place: number): Uint8Array {
  const bytes = Buffer.from(text);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
}

/** A manifest that says something else, signed by whoever is given. */
async function forged(alter: (manifest: Manifest) => object, signer = pair): Promise<Exhibit> {
  const manifest = alter(JSON.parse(textOf('manifest.json')).manifest) as Manifest;
  const signed = { manifest, signature: await signer.sign(messageToSign(manifest, sha256)) };
  return exhibit(at('manifest.json'), canonicalJson(signed));
}

describe('the evidence of a run', () => {
  it('is everything that it deposited: inventory, plan, decision, claims, sightings, verdicts, renewals, report', () => {
    assert.deepEqual(paths.toSorted(), [
      'admissions/1.json',
      'admissions/2.json',
      'confirmation.json',
      'decision.json',
      'draft.json',
      'inventory.jsonl',
      'left-alone.json',
      'manifest.json',
      'plan.json',
      'preflight.jsonl',
      'preflight/0.json',
      'preflight/1.json',
      'probes/1/baked/0.json',
      'probes/1/rotated/0.json',
      'probes/2/baked/0.json',
      'probes/2/rotated/0.json',
      'renewals/1/1.json',
      'renewals/2/1.json',
      'report.json',
      'start.json',
      'verdicts/1-baked.json',
      'verdicts/2-baked.json',
      'waves/1.jsonl',
      'waves/2.jsonl',
    ]);
    const { answer } = JSON.parse(textOf('probes/1/rotated/0.json'));
    assert.deepEqual(
      answer.claims.map(({ kind }: { kind: string }) => kind),
      ['rotated', 'rotated', 'rotated'],
    );
  });

  it('is whole as it was left', () => {
    assert.deepEqual(find(whole), []);
  });

  for (const path of listed) {
    for (const place of [0, 0.5, 1]) {
      it(`with one bit of ${path} flipped, ${place * 100} % into it, is told to have changed there`, () => {
        const text = textOf(path);
        const bytes = flipped(text, Math.round((Buffer.byteLength(text) - 1) * place));
        const found = checkEvidence({
          run,
          exhibits: [...except(path), exhibit(at(path), bytes)],
          hash: sha256,
          isSigned,
          seal: 'unchecked',
        });
        const changed = found.filter(({ kind }) => kind === 'changed');
        assert.deepEqual(
          changed.map(({ key, expected, found: seen }) => [key, expected, seen]),
          [[at(path), sha256(text), sha256(bytes)]],
        );
        const places = new Set(found.map(({ key }) => key));
        for (const one of path === 'plan.json' ? [at('decision.json')] : []) places.delete(one);
        assert.deepEqual([...places], [at(path)]);
      });
    }

    it(`without ${path} is told to miss it`, () => {
      assert.ok(find(except(path)).includes(`missing ${path}`));
    });
  }

  it('with any byte of its manifest flipped is not whole', () => {
    const text = textOf('manifest.json');
    for (let place = 0; place < Buffer.byteLength(text); place += 3) {
      const found = find([...except('manifest.json'), exhibit(at('manifest.json'), flipped(text, place))]);
      assert.match(found.join(), /(manifestMalformed|signatureBroken|otherRun) manifest\.json/, `byte ${place}`);
    }
  });

  it('with two documents swapped is told of both', () => {
    const [one, other] = ['probes/1/rotated/0.json', 'probes/2/rotated/0.json'];
    const swapped = [exhibit(at(one), textOf(other)), exhibit(at(other), textOf(one))];
    assert.deepEqual(find([...except(one, other), ...swapped]), [`changed ${one}`, `changed ${other}`]);
  });

  it('with a document more is told of it', () => {
    assert.deepEqual(find([...whole, exhibit(at('verdicts/3-baked.json'), '{}')]), ['added verdicts/3-baked.json']);
  });

  it('without a manifest is told so, and what is there is nobody’s', () => {
    const found = find(except('manifest.json'));
    assert.equal(found.length, 1 + listed.length);
    assert.ok(found.includes('manifestMissing manifest.json'));
  });
});

describe('a forged manifest', () => {
  const without = (manifest: Manifest) => ({
    ...manifest,
    documents: manifest.documents.filter(({ key }) => key !== at('verdicts/1-baked.json')),
  });

  it('is seen when somebody else signed it', async () => {
    const manifest = await forged((same) => same, new Pair());
    assert.deepEqual(find([...except('manifest.json'), manifest]), ['signatureBroken manifest.json']);
  });

  it('is seen when it lists less and keeps the signature', () => {
    const signed = JSON.parse(textOf('manifest.json'));
    const manifest = exhibit(at('manifest.json'), canonicalJson({ ...signed, manifest: without(signed.manifest) }));
    assert.deepEqual(find([...except('manifest.json', 'verdicts/1-baked.json'), manifest]), [
      'signatureBroken manifest.json',
    ]);
  });

  it('is seen when it is of another run, or of another step, though signed with the right key', async () => {
    for (const other of [{ run: 'run-of-october' }, { madeBy: 'recover-run' }]) {
      const manifest = await forged((same) => ({ ...same, ...other }));
      assert.deepEqual(find([...except('manifest.json'), manifest]), ['otherRun manifest.json']);
      const unchecked = findingsIn(run, [...except('manifest.json'), manifest]);
      assert.deepEqual(unchecked, ['otherRun manifest.json', 'signatureUnchecked manifest.json']);
    }
  });

  it('is seen when the same signature was made over something else', async () => {
    const signed = JSON.parse(textOf('manifest.json'));
    const signature = await pair.sign(canonicalJson(signed.manifest));
    const manifest = exhibit(at('manifest.json'), canonicalJson({ ...signed, signature }));
    assert.deepEqual(find([...except('manifest.json'), manifest]), ['signatureBroken manifest.json']);
  });

  for (const text of ['', '{}', 'null', '[]', '{"manifest":{},"signature":"s"}']) {
    it(`is none: ${text || 'nothing at all'}`, () => {
      const manifest = exhibit(at('manifest.json'), text);
      assert.ok(find([...except('manifest.json'), manifest]).includes('manifestMalformed manifest.json'));
    });
  }

  it('is none when it is written in another way, or is wrong in a single field', async () => {
    const signed = JSON.parse(textOf('manifest.json'));
    const { manifest } = signed;
    const [document, ...others] = manifest.documents;
    const wrong = [
      ...['run', 'stage', 'signedWith'].map((field) => ({ manifest: { ...manifest, [field]: 1 } })),
      ...[1.5, '1'].map((madeAt) => ({ manifest: { ...manifest, madeAt } })),
      ...['review', 1].map((madeBy) => ({ manifest: { ...manifest, madeBy } })),
      ...[null, {}, [null], [...others, 'text']].map((documents) => ({ manifest: { ...manifest, documents } })),
      ...['key', 'version', 'sha256', 'depositedAt', 'bytes'].map((field) => ({
        manifest: { ...manifest, documents: [...others, { ...document, [field]: null }] },
      })),
      { signature: 1 },
    ].map((part) => canonicalJson({ ...signed, ...part }));
    for (const text of [JSON.stringify(signed, null, 2), ...wrong]) {
      const found = find([...except('manifest.json'), exhibit(at('manifest.json'), text)]);
      assert.ok(found.includes('manifestMalformed manifest.json'), text);
    }
  });

  it('is not believed for want of a key', () => {
    assert.deepEqual(findingsIn(run, whole), ['signatureUnchecked manifest.json']);
  });
});

describe('documents that contradict each other, though all are as they were signed', () => {
  /** Signs whatever is there now. */
  async function signedAnew(...now: readonly (readonly [path: string, text: string])[]): Promise<Exhibit[]> {
    const changed = now.map(([path, text]) => exhibit(at(path), text));
    const manifest = await forged(({ documents: [document, ...others], ...same }) => ({
      ...same,
      documents: [
        ...[document, ...others].filter((one) => !changed.some(({ key }) => key === one?.key)),
        ...changed.map(({ key, content }) => ({ ...document, key, sha256: content?.sha256 })),
      ],
    }));
    return [...except('manifest.json', ...now.map(([path]) => path)), ...changed, manifest];
  }

  it('are a decision about another plan', async () => {
    const plan = JSON.parse(textOf('plan.json'));
    const found = find(await signedAnew(['plan.json', canonicalJson({ ...plan, why: 'something else' })]));
    assert.deepEqual(found, ['otherPlan decision.json']);
  });

  it('are a decision of which a single answer is about another run, plan or part of it', async () => {
    const { decision, answers } = JSON.parse(textOf('decision.json'));
    const [{ answer, seal }] = answers;
    for (const other of [{ run: 'run-of-october' }, { digest: 'sha256:other' }, { scope: 'wave-2' }]) {
      for (const all of [[{ ...answer, ...other }], [answer, { ...answer, ...other }]]) {
        const text = canonicalJson({ decision, answers: all.map((one) => ({ answer: one, seal })) });
        assert.deepEqual(find(await signedAnew(['decision.json', text])), ['otherPlan decision.json']);
      }
    }
    const ofWave = canonicalJson({ decision, answers: [{ answer: { ...answer, scope: 'wave-2' }, seal }] });
    assert.deepEqual(find(await signedAnew(['decisions/wave-2.json', ofWave])), []);
    const ofPlan = textOf('decision.json');
    assert.deepEqual(find(await signedAnew(['decisions/wave-2.json', ofPlan])), ['otherPlan decisions/wave-2.json']);
  });

  it('are a wave that lacks a batch, has one twice, or one that is not the plan’s', async () => {
    const batch = JSON.parse(textOf('waves/1.jsonl'));
    const [first, ...rest] = batch.secrets;
    const [one, other] = [
      { ...batch, secrets: [first] },
      { ...batch, index: 1, secrets: rest },
    ].map((part) => canonicalJson(part)) as [string, string];
    const header = JSON.parse(textOf('plan.json'));
    header.waves[0].batches = [one, other].map((line) => ({ tier: 'low', secrets: 1, hash: sha256(line) }));
    const plan = canonicalJson(header);
    const foundIn = async (...lines: string[]) =>
      find(await signedAnew(['plan.json', plan], ['waves/1.jsonl', lines.join('\n')])).filter(
        (finding) => finding !== 'otherPlan decision.json',
      );
    assert.deepEqual(await foundIn(one, other), []);
    for (const lines of [[one], [one, one], [one, other, other], [one, other.replace('key-2', 'key-9')], [one, 'none']])
      assert.deepEqual(await foundIn(...lines), ['notPlanned waves/1.jsonl']);
  });

  it('are a wave that the plan does not name, whole or in part, and another list of what was left alone', async () => {
    const [line = ''] = textOf('waves/1.jsonl').split('\n');
    for (const text of [line.replace('key-1', 'key-9'), textOf('waves/2.jsonl'), '']) {
      assert.deepEqual(find(await signedAnew(['waves/1.jsonl', text])), ['notPlanned waves/1.jsonl']);
    }
    assert.deepEqual(find(await signedAnew(['left-alone.json', '[]'])), ['notPlanned left-alone.json']);
  });

  it('are a seal that was broken', () => {
    assert.deepEqual(findingsIn(run, whole, { isSigned, seal: 'broken' }), ['sealBroken decision.json']);
    assert.deepEqual(findingsIn(run, whole, { isSigned, seal: 'genuine' }), []);
  });
});

describe('an archive with more than one version of a document', () => {
  const versioned = whole.map((one) => ({ ...one, version: `version of ${one.key}` }));
  const older = (path: string) => versioned.map((one) => (one.key === at(path) ? { ...one, isLatest: false } : one));

  it('is whole when each was written once', () => {
    assert.deepEqual(find(versioned), []);
  });

  it('is told to have been written over, even with the very same bytes', () => {
    const again = exhibit(at('report.json'), textOf('report.json'), 'another version');
    assert.deepEqual(find([again, ...older('report.json')]), ['replaced report.json']);
  });

  it('is judged by the latest of each, wherever the older ones stand', () => {
    const before = { ...exhibit(at('plan.json'), '{}', 'older'), isLatest: false };
    assert.deepEqual(find([...versioned, before]), ['replaced plan.json']);
  });

  it('is told that somebody deleted the plan or the manifest, and what can be said without them', () => {
    const marker = (path: string): Exhibit => ({ key: at(path), version: 'm', isLatest: true, content: undefined });
    const planless = find([marker('plan.json'), ...older('plan.json')]);
    assert.deepEqual(planless, ['otherPlan decision.json', 'deleted plan.json']);
    const unsigned = find([marker('manifest.json'), ...older('manifest.json')]);
    assert.ok(unsigned.includes('deleted manifest.json') && unsigned.includes('manifestMissing manifest.json'));
  });

  it('is told that another version stands where the signed one is gone, and what it holds', () => {
    const without = versioned.filter(({ key }) => key !== at('report.json'));
    const another = (text: string) => [...without, exhibit(at('report.json'), text, 'another version')];
    assert.deepEqual(find(another('{}')), ['changed report.json', 'replaced report.json']);
    assert.deepEqual(find(another(textOf('report.json'))), ['replaced report.json']);
  });

  it('is told to miss an older version that was signed, whatever the latest holds', async () => {
    const again = { key: at('draft.json'), version: 'older', depositedAt: 0, bytes: 2, sha256: sha256('{}') };
    const manifest = await forged((same) => ({ ...same, documents: [...same.documents, again] }));
    assert.deepEqual(find([...versioned.filter(({ key }) => key !== at('manifest.json')), manifest]), [
      'replaced draft.json',
      'missing draft.json',
    ]);
  });

  it('is told that the latest is gone, though nobody says that it was deleted', () => {
    assert.deepEqual(find(older('report.json')), ['deleted report.json']);
  });

  it('is told that somebody deleted, though the version that was signed is still there', () => {
    const marker: Exhibit = { key: at('report.json'), version: 'marker', isLatest: true, content: undefined };
    assert.deepEqual(find([marker, ...older('report.json')]), ['deleted report.json']);
  });

  it('is told to have been written over while the run went on', async () => {
    const again = { key: at('draft.json'), version: 'older', depositedAt: 0, bytes: 2, sha256: sha256('{}') };
    const manifest = await forged((same) => ({ ...same, documents: [...same.documents, again] }));
    const held = { ...exhibit(at('draft.json'), '{}', 'older'), isLatest: false };
    assert.deepEqual(find([...versioned.filter(({ key }) => key !== at('manifest.json')), held, manifest]), [
      'replaced draft.json',
    ]);
  });
});

describe('a copy in which what was signed lies beside something else', () => {
  const signed: Manifest = JSON.parse(textOf('manifest.json')).manifest;
  const versionOf = (path: string) => signed.documents.find(({ key }) => key === at(path))?.version;
  const superseded = (path: string, text: string, version: string | undefined): Exhibit => ({
    ...exhibit(at(path), text, version),
    isLatest: false,
  });

  it('is told of a forgery that took its place, though it lies there as superseded', () => {
    const report = textOf('report.json');
    const forgery = exhibit(at('report.json'), report.replace('completed', 'audited'));
    const aside = superseded('report.json', report, versionOf('report.json'));
    assert.deepEqual(find([...except('report.json'), forgery, aside]), ['changed report.json']);
  });

  it('is told of one that lies there as superseded, under the name of another document’s version', () => {
    for (const version of [versionOf('plan.json'), 'nobody’s']) {
      assert.deepEqual(find([...whole, superseded('report.json', '{}', version)]), ['replaced report.json']);
    }
    assert.deepEqual(find([...whole, superseded('report.json', '{}', versionOf('report.json'))]), [
      'changed report.json',
    ]);
  });

  it('is told of what stands in its manifest beside what was signed', () => {
    const more = { ...JSON.parse(textOf('manifest.json')), why: 'all was well' };
    const manifest = exhibit(at('manifest.json'), canonicalJson(more));
    assert.ok(find([...except('manifest.json'), manifest]).includes('manifestMalformed manifest.json'));
  });
});

describe('S11 a run that is closed twice', () => {
  it('signs all that was there when it was closed, as the step that closed it', async () => {
    const world = await closedRun();
    const text = world.archive.texts.get(at('manifest.json')) ?? '';
    const { manifest, signature } = JSON.parse(text);
    const { documents, ...made } = manifest as Manifest;
    assert.deepEqual(made, { run, stage: 'prod', madeBy: 'close-run', madeAt: world.now, signedWith: pair.key });
    assert.deepEqual(documents.map(({ key }) => key).sort(), listed.map(at).sort());
    assert.ok(isSigned(`keyturn manifest\n${sha256(canonicalJson(manifest))}`, signature));
  });

  it('keeps the first manifest', async () => {
    const world = await closedRun();
    const first = world.archive.texts.get(at('manifest.json'));
    await closeRun({ ...world.ports, signer: pair })({ ...known, outcome: 'completed', reasons: [] });
    assert.equal(world.archive.texts.get(at('manifest.json')), first);
  });
});
