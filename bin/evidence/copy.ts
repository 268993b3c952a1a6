import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import type { HeldVersion } from '../../adapters/s3-run-documents.ts';
import { sha256 } from '../../adapters/sha256.ts';
import { runPrefix } from '../../core/archive-keys.ts';
import type { Run } from '../../core/plan.ts';
import type { Exhibit } from '../../core/report/evidence-check.ts';

/*
 * A copy of a run's evidence is a folder: every document at its place below the run, what was written over beneath
 * `superseded/<version>/`, and the public key in `public-key.pem`.
 */

const keyFile = 'public-key.pem';
const superseded = /^superseded\/([^/]+)\/(.+)$/;

export const exhibitOf = ({
  key,
  version,
  isLatest,
  content,
}: Omit<HeldVersion, 'depositedAt' | 'version'> & Pick<Exhibit, 'version'>): Exhibit => ({
  key,
  version,
  isLatest,
  content:
    content === undefined
      ? undefined
      : { text: Buffer.from(content).toString('utf8'), bytes: content.byteLength, sha256: sha256(content) },
});

/** Lays a copy into a folder that is made for it. */
export async function writeCopy(
  folder: string,
  run: Run,
  { versions, publicKey }: { readonly versions: readonly HeldVersion[]; readonly publicKey: string | undefined },
): Promise<void> {
  for (const { key, version, isLatest, content } of versions) {
    if (content === undefined) continue;
    const path = key.slice(runPrefix(run).length);
    if (!isPlaceInCopy(path)) {
      throw new Error(`${key} is no key of a document; look who wrote it`);
    }
    const file = join(folder, ...(isLatest ? [] : ['superseded', version]), path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await mkdir(folder, { recursive: true });
  if (publicKey !== undefined) await writeFile(join(folder, keyFile), publicKey);
}

/** Whether a document lies in a copy where it is read again as itself: not above it, and not where something else does. */
function isPlaceInCopy(path: string): boolean {
  const parts = path.split('/');
  return path !== keyFile && !superseded.test(path) && !parts.some((part) => ['', '.', '..'].includes(part));
}

export interface Copy {
  readonly exhibits: readonly Exhibit[];
  /** The key that lies in the copy, in PEM. Whoever forged the copy may have put it there. */
  readonly publicKey: string | undefined;
}

/** Reads a copy: one of `writeCopy`, or whatever was downloaded from below `runs/<run>/`, or from the bucket's root. */
export async function readCopy(folder: string, run: Run): Promise<Copy> {
  const below = join(folder, 'runs', run);
  const root = await stat(below).then(
    (found) => (found.isDirectory() ? below : folder),
    () => folder,
  );
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const exhibits = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => relative(root, join(file.parentPath, file.name)).split(sep).join('/'))
      .filter((path) => path !== keyFile)
      .sort()
      .map(async (path) => {
        const [, version, original] = superseded.exec(path) ?? [];
        const content = new Uint8Array(await readFile(join(root, path)));
        const key = `${runPrefix(run)}${original ?? path}`;
        return exhibitOf({ key, version, isLatest: version === undefined, content });
      }),
  );
  const publicKey = await readFile(join(folder, keyFile), 'utf8').catch(() => undefined);
  return { exhibits, publicKey };
}
