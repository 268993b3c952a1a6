/** Identifiers of the shapes that AWS gives them, drawn from a seed. */

type Random = () => number;

const bytes = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));

export function uuid(random: Random): string {
  const drawn = bytes(random, 16);
  drawn[6] = ((drawn[6] ?? 0) & 0x0f) | 0x40;
  drawn[8] = ((drawn[8] ?? 0) & 0x3f) | 0x80;
  const hex = drawn.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const taskToken = (random: Random): string => `AQCEAAAAKgAAAAMA${bytes(random, 96).toString('base64')}`;

export const traceId = (random: Random): string =>
  `Root=1-${bytes(random, 4).toString('hex')}-${bytes(random, 12).toString('hex')}`;

/** A state machine's ARN, taken apart far enough to name its executions and functions. */
export interface MachineAddress {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

export function addressOf(machineArn: string): MachineAddress {
  const [, partition = '', service, region = '', account = '', kind, name = ''] = machineArn.split(':');
  if (service !== 'states' || kind !== 'stateMachine') throw new Error(`${machineArn} is no state machine's ARN`);
  return { partition, region, account, name };
}

export const executionArnOf = ({ partition, region, account }: MachineAddress, machine: string, name: string): string =>
  `arn:${partition}:states:${region}:${account}:execution:${machine}:${name}`;

export const mapRunArnOf = ({ partition, region, account, name }: MachineAddress, label: string, id: string): string =>
  `arn:${partition}:states:${region}:${account}:mapRun:${name}/${label}:${id}`;

/** A function's ARN: Lambda takes its name alone for one in the caller's own account and region. */
export function functionArnOf(
  { partition, region, account }: MachineAddress,
  name: string,
  qualifier?: string,
): string {
  const arn = name.startsWith('arn:') ? name : `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}
