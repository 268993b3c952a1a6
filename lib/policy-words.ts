/** The parts of a synthesised template that say who may do what. */
export interface PermissionTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export type Condition = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One statement of a policy, as a template has it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, unknown>>;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Condition;
}

/** Who acts under a role: the function or state machine that has it, else the role itself. */
export function actorOf({ Resources }: PermissionTemplate, role: string): string {
  const isUnder = ({ Properties = {} }: TemplateResource) =>
    [Properties['Role'], Properties['RoleArn']].some((arn) => JSON.stringify(arn)?.includes(`"${role}"`));
  const { Properties = {} } = Object.values(Resources).find(isUnder) ?? {};
  const { FunctionName, StateMachineName } = Properties;
  if (StateMachineName !== undefined) return `${StateMachineName}, the state machine`;
  return String(FunctionName ?? shortId(role));
}

/** Each condition in one phrase: operator, key, and the values of which one must fit. */
export const sayCondition = (template: PermissionTemplate, condition: Condition): readonly string[] =>
  Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => {
      const said = list(values).map((value) => say(template, value));
      return `${operator} ${key} ${said.join(' | ')}`;
    }),
  );

export const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Writes a value of a template on one line, with the short ids of the resources that it refers to. */
export function say(template: PermissionTemplate, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { 'Fn::Join': join } = value as Record<string, unknown>;
  const id = idIn(value);
  if (id !== undefined) return nameOf(template, id);
  if (Array.isArray(join)) return join[1].map((part: unknown) => say(template, part)).join(join[0]);
  return JSON.stringify(value);
}

/** The logical id of the resource that a value of a template refers to. */
export function idIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return Ref;
  return Array.isArray(attribute) ? String(attribute[0]) : undefined;
}

function nameOf({ Resources }: PermissionTemplate, id: string): string {
  const { Properties = {} } = Resources[id] ?? {};
  const { FunctionName, StateMachineName } = Properties;
  // A version of a function is the function, to people: its own id is another with every deployment.
  if (typeof FunctionName === 'object') return say({ Resources }, FunctionName);
  return typeof FunctionName === 'string' ? FunctionName : `{${StateMachineName ?? shortId(id)}}`;
}

/** `RotationArchiveBucketCD7B20A5` is the archive bucket, to people. */
const shortId = (id: string): string => id.replace(/^Rotation(?=[A-Z])/, '').replace(/[0-9A-F]{8}$/, '');
