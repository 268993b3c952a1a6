import type { SynthesisedStack } from './cloud-assembly.ts';
import { asList, asObject, asText, isMet, type Json, type JsonObject, type References, resolve } from './intrinsics.ts';
import { attributeOf, type Environment } from './physical.ts';

/** Attributes to use in place of made-up ones, by `LogicalId.Attribute` or `Type.Attribute`. */
export type Overrides = Readonly<Record<string, string>>;

/** One resource of a template with nothing left to resolve. */
export class Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly #attribute: (name: string) => string;

  constructor(logicalId: string, type: string, properties: JsonObject, attribute: (name: string) => string) {
    this.logicalId = logicalId;
    this.type = type;
    this.properties = properties;
    this.#attribute = attribute;
  }

  get ref(): string {
    return this.#attribute('Ref');
  }

  get arn(): string {
    return this.#attribute('Arn');
  }

  attribute(name: string): string {
    return this.#attribute(name);
  }

  /** A property by its dotted path; `undefined` where the template does not give it. */
  get(path: string): Json | undefined {
    return path
      .split('.')
      .reduce<Json | undefined>(
        (value, key) => (value === undefined ? undefined : asObject(value, this.#at(path))[key]),
        this.properties,
      );
  }

  text(path: string): string {
    return asText(this.get(path), this.#at(path));
  }

  textOr<T>(path: string, fallback: T): string | T {
    return this.get(path) === undefined ? fallback : this.text(path);
  }

  number(path: string, fallback: number): number {
    return Number(this.textOr(path, fallback));
  }

  list(path: string): readonly Json[] {
    return asList(this.get(path) ?? [], this.#at(path));
  }

  texts(path: string): readonly string[] {
    return this.list(path).map((value) => asText(value, this.#at(path)));
  }

  object(path: string): JsonObject {
    return asObject(this.get(path) ?? {}, this.#at(path));
  }

  #at(path: string): string {
    return `${this.logicalId}.${path}`;
  }
}

/**
 * Resolves every resource and output of a template.
 *
 * @throws {Error} for the first thing that cannot be resolved, naming resource and property, and for an override that
 *   overrides nothing.
 */
export function resolveTemplate({ template }: SynthesisedStack, environment: Environment, overrides: Overrides) {
  const resources = asObject(template['Resources'] ?? {}, 'Resources');
  const parameters = asObject(template['Parameters'] ?? {}, 'Parameters');
  const conditions = asObject(template['Conditions'] ?? {}, 'Conditions');
  const open = new Set<string>();

  const definition = (logicalId: string): JsonObject => {
    if (!Object.hasOwn(resources, logicalId)) throw new Error(`the template has no resource ${logicalId}`);
    return asObject(resources[logicalId], logicalId);
  };

  const property = (logicalId: string, name: string): string | undefined => {
    const at = `${logicalId}.${name}`;
    if (open.has(at)) throw new Error(`${at} depends on itself`);
    open.add(at);
    try {
      const given = asObject(definition(logicalId)['Properties'] ?? {}, logicalId)[name];
      const value = given === undefined ? undefined : resolve(given, references, at);
      return value === undefined ? undefined : asText(value, at);
    } finally {
      open.delete(at);
    }
  };

  const attribute = (logicalId: string, name: string): string => {
    const type = asText(definition(logicalId)['Type'], logicalId);
    const override = overrides[`${logicalId}.${name}`] ?? overrides[`${type}.${name}`];
    if (override !== undefined) return override;

    const known = attributeOf(type, name);
    if (known === undefined)
      throw new Error(`${name} of ${logicalId}, an ${type}, is not rehearsed: add it to physical.ts`);
    return known({ environment, logicalId, property: (wanted) => property(logicalId, wanted) });
  };

  const references: References = {
    ref: (name) => {
      if (name === 'AWS::NoValue') return undefined;
      if (Object.hasOwn(parameters, name)) return defaultOf(parameters, name);
      return pseudoParameters(environment)[name] ?? attribute(name, 'Ref');
    },
    attribute,
    condition: (name) => {
      if (!Object.hasOwn(conditions, name)) throw new Error(`the template has no condition ${name}`);
      return isMet(conditions[name] ?? null, references, name);
    },
  };

  const isWanted = (id: string) => {
    const condition = definition(id)['Condition'];
    return condition === undefined || references.condition(asText(condition, id));
  };
  const resolved = Object.keys(resources)
    .filter(isWanted)
    .map((id) => {
      const { Type, Properties = {} } = definition(id);
      const properties = asObject(resolve(Properties, references, id), id);
      return new Resource(id, asText(Type, id), properties, (name) => attribute(id, name));
    });
  for (const key of Object.keys(overrides)) mustName(key, resolved);

  return { resources: resolved, outputs: outputsOf(template, references) };
}

function outputsOf(template: JsonObject, references: References): Readonly<Record<string, string>> {
  const outputs = Object.entries(asObject(template['Outputs'] ?? {}, 'Outputs'));
  return Object.fromEntries(
    outputs.map(([name, output]) => {
      const at = `Outputs.${name}`;
      return [name, asText(resolve(asObject(output, at)['Value'] ?? null, references, at), at)];
    }),
  );
}

function mustName(override: string, resources: readonly Resource[]): void {
  const subject = override.slice(0, override.lastIndexOf('.'));
  if (resources.some(({ logicalId, type }) => subject === logicalId || subject === type)) return;
  throw new Error(`the override of ${override} overrides nothing: no resource or type is called ${subject}`);
}

function defaultOf(parameters: JsonObject, name: string): Json {
  const { Default } = asObject(parameters[name], name);
  if (Default === undefined) throw new Error(`the parameter ${name} has no default`);
  return Default;
}

const pseudoParameters = ({ account, region, stack }: Environment): Readonly<Record<string, string>> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stack,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stack}/51af3dc0-da77-11e4-872e-1234567db123`,
});
