import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import settings from '../keyturn.config.ts';
import { renderPermissions } from '../lib/permissions.ts';
import { synthesise } from '../lib/synthesise.ts';

/** Writes `docs/permissions.md` anew from the template. */
const outdir = mkdtempSync(join(tmpdir(), 'keyturn-permissions-'));
try {
  const file = synthesise({ settings, outdir, account: '111122223333', region: 'us-east-1', bundling: false });
  const document = renderPermissions(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(new URL('../docs/permissions.md', import.meta.url), document);
} finally {
  rmSync(outdir, { recursive: true });
}
