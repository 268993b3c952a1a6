import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Architecture, Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

import type { Settings } from '../core/settings.ts';
import { runtime } from './step.ts';

/** Puts the settings where every step reads them, at `/opt/settings.json`. Another setting makes new versions of all steps. */
export class SettingsLayer extends LayerVersion {
  constructor(scope: Construct, id: string, settings: Settings) {
    const directory = mkdtempSync(join(tmpdir(), 'keyturn-settings-'));
    writeFileSync(join(directory, 'settings.json'), JSON.stringify(settings, undefined, 2));

    super(scope, id, {
      code: Code.fromAsset(directory),
      description: 'Settings of Keyturn',
      compatibleRuntimes: [runtime],
      compatibleArchitectures: [Architecture.ARM_64],
    });
    rmSync(directory, { recursive: true });
  }
}
