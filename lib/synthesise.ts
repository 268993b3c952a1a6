import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

import type { Settings } from '../core/settings.ts';
import { GuardedRotation } from './guarded-rotation.ts';

export interface Deployment {
  readonly settings: Settings;
  /** Left out, the template suits any account. */
  readonly account?: string | undefined;
  /** Left out, the template suits any region. */
  readonly region?: string | undefined;
}

/** Composes the stack of one deployment, held to AWS's own rules and to those of serverless applications. */
export function compose(app: App, { settings, account, region }: Deployment): Stack {
  const stack = new Stack(app, `keyturn-${settings.stage}`, {
    description: 'Keyturn: guarded credential rotation',
    env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
    terminationProtection: true,
  });
  new GuardedRotation(stack, 'Rotation', { settings });

  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return stack;
}

export interface Synthesis extends Deployment {
  readonly outdir: string;
  /** Whether functions are bundled. A rehearsal runs their sources, and does without. */
  readonly bundling: boolean;
}

/** Synthesises a deployment in this process, just as the command line would. Returns the path of its template. */
export function synthesise({ outdir, bundling, ...deployment }: Synthesis): string {
  const app = new App({
    outdir,
    context: { ...featureFlags(), 'aws:cdk:bundling-stacks': bundling ? ['**'] : [] },
    analyticsReporting: false,
  });
  const stack = compose(app, deployment);
  app.synth();
  return join(outdir, stack.templateFile);
}

/** The command line reads them from the same file. */
const featureFlags = (): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8')).context;
