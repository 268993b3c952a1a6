import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Settings } from '../../core/settings.ts';
import type { LambdaFunction, Stack } from './stack.ts';

/** The functions that are deployed from a step: those with the settings layer. Others are CDK's own. */
export const stepFunctions = ({ functions }: Pick<Stack, 'functions'>): readonly LambdaFunction[] =>
  functions.filter(({ layers }) => layers.length > 0);

/** Read once, as a function reads its layer: what is deployed does not change any more. */
const read = new WeakMap<LambdaFunction, Settings>();

/** Reads the settings where a function itself would, in its layer. */
export function settingsOf(fn: LambdaFunction): Settings {
  const {
    name,
    layers: [layer],
  } = fn;
  if (layer === undefined) throw new Error(`function ${name} has no layer, so it has no settings`);
  const settings = read.get(fn) ?? (JSON.parse(readFileSync(join(layer, 'settings.json'), 'utf8')) as Settings);
  read.set(fn, settings);
  return settings;
}

export function readSettings(stack: Pick<Stack, 'functions'>): Settings {
  const [first] = stepFunctions(stack);
  if (first === undefined) throw new Error('the stack has no function with settings; synthesise it again');
  return settingsOf(first);
}
