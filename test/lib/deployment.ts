import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Settings } from '../../core/settings.ts';
import { synthesise } from '../../lib/synthesise.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are as varied as AWS.
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template, and ways to look at it. */
export class Deployed {
  readonly template: { readonly Resources: Readonly<Record<string, Resource>> };

  constructor(template: Deployed['template']) {
    this.template = template;
  }

  /** Resources of a type, by logical id. */
  all(type: string): Readonly<Record<string, Resource>> {
    return Object.fromEntries(Object.entries(this.template.Resources).filter(([, { Type }]) => Type === type));
  }

  /** The properties of the only resource of a type whose logical id begins like this. */
  the(type: string, prefix = ''): Resource['Properties'] {
    const found = Object.entries(this.all(type)).filter(([id]) => id.startsWith(prefix));
    if (found.length !== 1) throw new Error(`${found.length} resources are ${type} ${prefix}*`);
    return found[0]?.[1].Properties;
  }

  /** Functions' properties, by what they are called. */
  functions(): ReadonlyMap<string, Resource['Properties']> {
    const functions = Object.values(this.all('AWS::Lambda::Function'));
    return new Map(functions.map(({ Properties }) => [Properties.FunctionName, Properties]));
  }

  /** Writes a value on one line: functions by their names, other resources by their logical ids in braces. */
  say(value: unknown): string {
    if (typeof value === 'string') return value;
    const {
      Ref,
      'Fn::GetAtt': attribute,
      'Fn::Join': join,
    } = value as {
      readonly Ref?: string;
      readonly 'Fn::GetAtt'?: readonly [string, string];
      readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
    };
    if (join !== undefined) return join[1].map((part) => this.say(part)).join(join[0]);
    const id = Ref ?? attribute?.[0] ?? '';
    const { Type, Properties } = this.template.Resources[id] ?? {};
    if (Type === 'AWS::Lambda::Version') return this.say(Properties.FunctionName);
    return Properties?.FunctionName ?? `{${id}}`;
  }
}

export const place = { account: '111122223333', region: 'us-east-1' } as const;

/** Synthesises a deployment without bundling its functions. */
export function deploy(settings: Settings, where: { account?: string; region?: string } = place): Deployed {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-test-'));
  try {
    return new Deployed(JSON.parse(readFileSync(synthesise({ settings, outdir, bundling: false, ...where }), 'utf8')));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
