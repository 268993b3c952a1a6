import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asObject, asText, type Json, type JsonObject } from './intrinsics.ts';

/** One stack as `cdk synth` leaves it on disk: its template, and where the content of its assets lies. */
export interface SynthesisedStack {
  readonly name: string;
  readonly template: JsonObject;
  /** Path of an asset's content, by its object key in the asset bucket; `undefined` when it is none of this stack. */
  assetPath(objectKey: string): string | undefined;
}

/**
 * Reads one stack of a cloud assembly.
 *
 * @throws {Error} unless the assembly has that stack, or just one when none is named.
 */
export function readStack(directory: string, name?: string): SynthesisedStack {
  const artifacts = Object.entries(asObject(read(directory, 'manifest.json')['artifacts'], 'manifest.json')).map(
    ([id, artifact]) => ({ id, artifact: asObject(artifact, id) }),
  );
  const stacks = artifacts.filter(({ artifact }) => artifact['type'] === 'aws:cloudformation:stack');
  const [stack, ...others] = name === undefined ? stacks : stacks.filter(({ id }) => id === name);
  if (stack === undefined || others.length > 0) {
    const found = stacks.map(({ id }) => id).join(', ');
    throw new Error(
      `${directory} must hold ${name ?? 'just one stack'}, and holds ${found || 'none'}: name one of them`,
    );
  }

  const properties = asObject(stack.artifact['properties'], stack.id);
  const manifests = artifacts.map(({ artifact }) => artifact);
  const assets = assetPaths(directory, `${stack.id}.assets.json`, manifests);
  return {
    name: asText(properties['stackName'] ?? stack.id, stack.id),
    template: read(directory, asText(properties['templateFile'], stack.id)),
    assetPath: (objectKey) => assets.get(objectKey),
  };
}

function assetPaths(directory: string, file: string, artifacts: readonly JsonObject[]): ReadonlyMap<string, string> {
  const manifest = artifacts.find(({ properties }) => asObject(properties ?? {}, file)['file'] === file);
  if (manifest === undefined) return new Map();

  const files = Object.values(asObject(read(directory, file)['files'] ?? {}, file));
  return new Map(
    files.flatMap((entry) => {
      const { source, destinations } = asObject(entry, file);
      const path = asObject(source, file)['path'];
      if (path === undefined) return [];
      return Object.values(asObject(destinations, file)).map(
        (destination) =>
          [asText(asObject(destination, file)['objectKey'], file), resolve(directory, asText(path, file))] as const,
      );
    }),
  );
}

const read = (directory: string, file: string): JsonObject =>
  asObject(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Json, file);
