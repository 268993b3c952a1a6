/**
 * Who acts in AWS, as an ARN: a user, a role, or one session of a role. AWS says of a caller which user or session it is,
 * never a role alone.
 */
export type Principal = string;

interface Identity {
  readonly partition: string;
  readonly account: string;
  readonly kind: 'user' | 'role';
  /** A role has its name to itself in its account, whatever its path. A user is named with the path. */
  readonly name: string;
  /** Undefined: any session. */
  readonly session: string | undefined;
}

const names = '[\\w+=,.@-]{1,64}';
const path = '(?:[!-.0-~]+/)*';
const shapes = {
  user: new RegExp(`^arn:(aws[a-z-]*):iam::(\\d{12}):user/(${path}${names})$`),
  role: new RegExp(`^arn:(aws[a-z-]*):iam::(\\d{12}):role/${path}(${names})$`),
  session: new RegExp(`^arn:(aws[a-z-]*):sts::(\\d{12}):assumed-role/(${names})/([\\w+=,.@-]{2,64})$`),
};

/** Whether a text names a user, a role or a session. */
export const isPrincipal = (text: string): boolean => identityOf(text) !== undefined;

/** Whether a caller is this principal. A role is each of its sessions, a session and a user are themselves. */
export function covers(principal: Principal, caller: Principal): boolean {
  const [whole, one] = [identityOf(principal), identityOf(caller)];
  if (whole === undefined || one === undefined) return false;
  const { partition, account, kind, name, session } = whole;
  const isSame = partition === one.partition && account === one.account && kind === one.kind && name === one.name;
  return isSame && (session === undefined || session === one.session);
}

/** Whether two principals have a caller in common. Letters' case makes nobody another. */
export function overlap(one: Principal, other: Principal): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return covers(a, b) || covers(b, a);
}

function identityOf(text: string): Identity | undefined {
  const [, partition = '', account = '', name = '', session] =
    shapes.session.exec(text) ?? shapes.role.exec(text) ?? [];
  if (name !== '') return { partition, account, kind: 'role', name, session };

  const user = shapes.user.exec(text);
  if (user === null) return undefined;
  return { partition: user[1] ?? '', account: user[2] ?? '', kind: 'user', name: user[3] ?? '', session: undefined };
}
