import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { App } from 'aws-cdk-lib';

import type { Settings } from '../core/settings.ts';
import { compose } from '../lib/synthesise.ts';

/** `-c config=FILE` deploys other settings than ChromePay's; `-c account=… -c region=…` for another place than the CLI's. */
const app = new App();
const context = (key: string): string | undefined => app.node.tryGetContext(key);

const file = resolve(context('config') ?? 'keyturn.config.ts');
const { default: settings }: { default: Settings } = await import(pathToFileURL(file).href);

compose(app, {
  settings,
  account: context('account') ?? process.env['CDK_DEFAULT_ACCOUNT'],
  region: context('region') ?? process.env['CDK_DEFAULT_REGION'],
});
