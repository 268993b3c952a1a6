import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Settings } from '../core/settings.ts';
import { synthesise } from '../lib/synthesise.ts';
import { readSettings } from '../rehearsal/settings-layer.ts';
import type { Stack } from '../rehearsal/stack.ts';
import { loadStack } from '../rehearsal/template.ts';

/** One deployment, synthesised once, with several ways to cut a plan. */
export interface Ground {
  readonly stacks: readonly Stack[];
  leave(): void;
}

const cuts = [1, 2, 5].flatMap((batchSize) =>
  [[1], [2], [1, 2], [3, 3]].map((waveSizes) => ({ batchSize, waveSizes })),
);

/** Functions read their settings in a layer: another layer is another configuration of the same stack. */
export function prepare(base: Settings): Ground {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-simulation-'));
  const outdir = join(folder, 'assembly');
  const caps = { secrets: 60, percentOfFleet: 100, secretsPerDay: 100 };
  const settings = { ...base, caps, windows: [], bakeTimeSeconds: 300, approvalTimeoutSeconds: 3_600 };
  synthesise({ settings, outdir, account: '111122223333', region: 'us-east-1', bundling: false });
  const stack = loadStack(outdir, { overrides: { 'AWS::ApiGatewayV2::Api.ApiEndpoint': 'https://review.invalid' } });

  const stacks = cuts.map((cut, index): Stack => {
    const layer = join(folder, `layer-${index}`);
    mkdirSync(layer);
    writeFileSync(join(layer, 'settings.json'), JSON.stringify({ ...readSettings(stack), ...cut }));
    const functions = stack.functions.map((fn) => (fn.layers.length === 0 ? fn : { ...fn, layers: [layer] }));
    return { ...stack, functions };
  });
  return { stacks, leave: () => rmSync(folder, { recursive: true }) };
}
