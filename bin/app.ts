import { resolve } from 'node:path';

import { App } from 'aws-cdk-lib';

import { compose } from '../lib/synthesise.ts';
import { UsageError } from './command.ts';
import { loadSettings } from './settings-file.ts';

/** `-c config=FILE` deploys other settings than ChromePay's; `-c account=… -c region=…` for another place than the CLI's. */
const app = new App();
const context = (key: string): string | undefined => app.node.tryGetContext(key);

const file = context('config');
const settings = await loadSettings(file === undefined ? undefined : resolve(file)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exit(2);
});

compose(app, {
  settings,
  account: context('account') ?? process.env['CDK_DEFAULT_ACCOUNT'],
  region: context('region') ?? process.env['CDK_DEFAULT_REGION'],
});
