import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

import { bundled } from '../lib/step.ts';

/** Every step that is deployed, by the name of its folder. */
export const steps = globSync('lambdas/*/index.ts', { cwd: bundled.projectRoot })
  .map((path) => basename(dirname(path)))
  .sort();

/** One function's code as it is deployed. */
export interface Bundle {
  readonly step: string;
  /** Where it lies. */
  readonly path: string;
  readonly code: string;
  readonly bytes: number;
  /** The modules of which something is left in it, by their paths from the root of the project. */
  readonly modules: readonly string[];
}

/** Bundles a step just as the stack does, into a directory of its own. */
export async function bundleStep(step: string, directory: string): Promise<Bundle> {
  const path = join(directory, step, 'index.mjs');
  const { metafile, outputFiles } = await build({
    ...esbuildOptions(),
    absWorkingDir: bundled.projectRoot,
    entryPoints: [`lambdas/${step}/index.ts`],
    outfile: path,
    metafile: true,
    write: false,
  });
  const code = outputFiles.find((file) => file.path === path);
  if (code === undefined) throw new Error(`esbuild made no ${path}`);
  return { step, path, code: code.text, bytes: code.contents.byteLength, modules: modulesIn(metafile) };
}

/** The options of the stack in the words of esbuild. One that is not translated here is not silently left out. */
function esbuildOptions(): BuildOptions {
  const { format, target, mainFields, externalModules, minify, sourceMap, sourcesContent, banner, ...others } =
    bundled.bundling;
  const { bundleAwsSDK, logLevel, ...unknown } = others;
  const untranslated = Object.keys(unknown);
  if (untranslated.length > 0 || !bundleAwsSDK) throw new Error(`translate to esbuild: ${untranslated}, bundleAwsSDK`);
  return {
    bundle: true,
    platform: 'node',
    format,
    target,
    mainFields,
    external: externalModules,
    minify,
    sourcemap: sourceMap,
    sourcesContent,
    banner: { js: banner },
    logLevel,
  };
}

const modulesIn = ({ outputs }: Metafile): readonly string[] =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
