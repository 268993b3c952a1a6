import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Mutant, MutantCoverage, StrykerOptions } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';

import { type CollectedTest, collected, collectFrom, Pass } from './collector.ts';

/** What instrumented code reads and writes: which mutant is on, who covers what, how often the mutant was met. */
interface Instrument {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: MutantCoverage;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  /** Ours: who covers what is counted once, before the first mutant. To count on would take most of the time. */
  counts?: boolean;
}

const instrument: Instrument = {};
(globalThis as { __stryker__?: Instrument }).__stryker__ = instrument;

/** What `stryker.config.json` says beside Stryker's own options. */
interface OwnOptions {
  /** Patterns of the files of tests. */
  readonly collectedFrom: readonly string[];
}

/**
 * Runs our own tests, which are for `node:test`, again and again in one process, so that a mutant costs milliseconds and
 * not a process.
 *
 * A mutant of what runs while modules are loaded needs a process of its own: Stryker starts one, since this one says that
 * it cannot reload.
 */
class CollectedTestRunner implements TestRunner {
  static readonly inject = tokens('options');
  readonly #patterns: readonly string[];
  /** How long each test took when it last ran in this process, in milliseconds. */
  readonly #took = new Map<string, number>();

  constructor(options: StrykerOptions) {
    this.#patterns = (options as StrykerOptions & OwnOptions).collectedFrom;
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    const collector = import.meta.resolve('./collector.ts');
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'node:test' ? { url: collector, shortCircuit: true } : next(specifier, context),
      load: (url, context, next) => {
        const loaded = next(url, context);
        return url.endsWith('.ts') ? { ...loaded, source: countingOnDemand(String(loaded.source)) } : loaded;
      },
    });
    // The same questions as in npm test; what fails needs not be made small.
    fc.configureGlobal({ seed: 20_261_118, endOnFailure: true });
  }

  async dryRun(): Promise<DryRunResult> {
    instrument.counts = true;
    await this.#load();
    const result = await this.#run(collected, false);
    instrument.counts = false;
    const { mutantCoverage } = instrument;
    const again = await this.#runEachAlone();
    // A test that fails when it is run once more would seem to notice every mutant.
    if (result.tests.some(isFailed) || again.tests.some(isFailed) || mutantCoverage === undefined) {
      return [result, again].find(({ tests }) => tests.some(isFailed)) ?? result;
    }
    // What a test meets while it runs is tried there, whether or not it ran while modules were loaded, too.
    const met = new Set(Object.values(mutantCoverage.perTest).flatMap(Object.keys));
    const loadedOnly = Object.entries(mutantCoverage.static).filter(([mutant]) => !met.has(mutant));
    return { ...again, mutantCoverage: { ...mutantCoverage, static: Object.fromEntries(loadedOnly) } };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit: given, disableBail }: MutantRunOptions) {
    // Stryker allows a hundred times as many hits as all tests made: an exploration without end takes minutes to get there.
    const hitLimit = given === undefined ? undefined : given / 10;
    Object.assign(instrument, { hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    try {
      const result =
        mutantActivation === 'static'
          ? await this.#runFileByFile(activeMutant)
          : await this.#runChosen(activeMutant, new Set(testFilter), !disableBail);
      return toMutantRunResult(determineHitLimitReached(instrument.hitCount, hitLimit) ?? result);
    } catch (error) {
      // Files that can no longer be loaded are noticed by every test.
      return toMutantRunResult({
        status: DryRunStatus.Complete,
        tests: [{ ...failed('loading', error), id: 'loading', name: 'loading', timeSpentMs: 0 }],
      });
    } finally {
      instrument.activeMutant = undefined;
    }
  }

  async #load(): Promise<void> {
    if (collected.length > 0) return;
    for (const file of this.#files()) await load(file);
  }

  #files(): readonly string[] {
    return [...new Set(this.#patterns.flatMap((pattern) => globSync(pattern).sort()))];
  }

  /** Tests named after the file of the mutant, and then the quick ones: most mutants meet their end there. */
  async #runChosen({ id, fileName }: Mutant, chosen: ReadonlySet<string>, untilFailure: boolean) {
    await this.#load();
    instrument.activeMutant = id;
    const rank = (test: CollectedTest) => (this.#took.get(test.id) ?? 0) + (isOwn(test.file, fileName) ? 0 : 1_000_000);
    const tests = collected.filter((test) => chosen.has(test.id)).sort((one, other) => rank(one) - rank(other));
    return this.#run(tests, untilFailure);
  }

  /** In a process that has loaded nothing yet, so no more is loaded than it takes. */
  async #runFileByFile({ id, fileName }: Mutant) {
    instrument.activeMutant = id;
    const results: TestResult[] = [];
    for (const file of this.#files().toSorted((one, other) => +isOwn(other, fileName) - +isOwn(one, fileName))) {
      const known = collected.length;
      await load(file);
      results.push(...(await this.#run(collected.slice(known), true)).tests);
      if (results.some(isFailed)) break;
    }
    return { status: DryRunStatus.Complete, tests: results } as const;
  }

  async #runEachAlone() {
    const results: TestResult[] = [];
    for (const one of collected) results.push(...(await this.#run([one], false)).tests);
    return { status: DryRunStatus.Complete, tests: results } as const;
  }

  /** @param untilFailure whether what comes after the first failure is left out. */
  async #run(tests: readonly CollectedTest[], untilFailure: boolean) {
    const results: TestResult[] = [];
    const pass = new Pass();
    for (const one of tests) {
      instrument.currentTestId = one.id;
      const began = performance.now();
      const outcome = await pass.run(one).then(
        () => ({ status: TestStatus.Success }) as const,
        (error) => failed(one.id, error),
      );
      const timeSpentMs = Math.round(performance.now() - began);
      this.#took.set(one.id, timeSpentMs);
      const result = { ...outcome, id: one.id, name: one.id, fileName: resolve(one.file), timeSpentMs };
      results.push(result);
      if (isFailed(result) && untilFailure) break;
    }
    instrument.currentTestId = undefined;
    await pass.end();
    return { status: DryRunStatus.Complete, tests: results } as const;
  }
}

const load = (file: string) => collectFrom(file, () => import(pathToFileURL(resolve(file)).href));

const isOwn = (file: string, mutated: string): boolean => file.startsWith(`test/${mutated.replace(/\.ts$/, '')}`);

const isFailed = ({ status }: TestResult): boolean => status === TestStatus.Failed;

/** What Stryker wrote to count who covers what, told to do so only while somebody reads it. */
const countingOnDemand = (source: string): string =>
  source.replace('function cover() {', 'function cover() {\n    if (!ns.counts) return;');

const failed = (id: string, error: unknown) =>
  ({ status: TestStatus.Failed, failureMessage: `${id}: ${error instanceof Error ? error.message : error}` }) as const;

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'collected', CollectedTestRunner)];
