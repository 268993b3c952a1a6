import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Settings } from '../core/settings.ts';
import { isChecked } from '../lib/settings.ts';
import { UsageError } from './command.ts';

const defaultFile = join(import.meta.dirname, '..', 'keyturn.config.ts');

/** A path as the person meant it who typed it: npm changes the folder before it runs anything. */
export const pathAsTyped = (path: string): string => resolve(process.env['INIT_CWD'] ?? '.', path);

/**
 * Loads the configuration: a module that exports, as its default, what `defineSettings` made.
 *
 * @throws {UsageError} when it cannot be loaded, with what the configuration itself complains of.
 */
export async function loadSettings(file: string | undefined): Promise<Settings> {
  const path = file === undefined ? defaultFile : pathAsTyped(file);
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(path).href).catch((cause: Error) => {
    throw new UsageError(`${path} cannot be loaded: ${cause.message}`, { cause });
  });
  if (!isChecked(loaded.default))
    throw new UsageError(`${path} exports no settings; write: export default defineSettings({ … })`);
  return loaded.default;
}
