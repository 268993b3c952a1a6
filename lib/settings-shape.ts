import * as z from 'zod';
import { isPrincipal, overlap } from '../core/approval/principal.ts';
import { parseInstant } from '../core/instant.ts';
import { weekdays } from '../core/settings.ts';

/*
 * What each field of the settings may hold. A message says what is wrong, then what to do. Objects are strict: a
 * misspelt cap must not quietly become the default.
 */

const wholeNumber = (from: number, to: number, why: string) => {
  const error = `is not a whole number from ${from} to ${to}; ${why}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
};

const text = (pattern: RegExp, error: string) => z.string().regex(pattern, { error });

/** Becomes a part of function names, of at most 64 characters, and of JSONata literals. */
const shortName = text(
  /^[a-z][a-z0-9-]{0,19}$/,
  'is not a short name; use up to 20 lower-case letters, digits and hyphens, a letter first',
);

/** Stands in a tag's value. */
export const entryName = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  'cannot be named by a tag; use letters, digits, dots, hyphens and underscores',
);

const unique = <T>(of: (item: T) => unknown, items: readonly T[]) => new Set(items.map(of)).size === items.length;

const tier = z.strictObject({
  name: shortName,
  path: text(
    /^[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*\/$/,
    'is not the beginning of secret names; write it like prod/low/, ending with a slash',
  ),
  approvals: wholeNumber(1, 10, 'say how many people must approve a plan with a secret of this tier').exactOptional(),
  holdBefore: z.boolean().default(false),
});

export const tiers = z
  .array(tier)
  .min(1, { error: 'has no tier; name at least one, in ascending order of risk' })
  .refine((all) => unique(({ name }) => name, all), { error: 'names a tier twice; give each a name of its own' })
  .refine(
    (all) => all.every(({ path }, at) => all.every((other, also) => at === also || !other.path.startsWith(path))),
    {
      error: 'has a path within another; give each tier a path that no other begins with',
    },
  )
  .transform((all) => all.map((one, at) => ({ ...one, approvals: one.approvals ?? usualApprovals(at, all.length) })));

/** Two people for the riskiest of several tiers, one for any other. */
const usualApprovals = (at: number, tiers: number): number => (tiers > 1 && at === tiers - 1 ? 2 : 1);

const tagKey = text(
  /^[A-Za-z0-9 _.:/=+@-]{1,128}$/,
  'is not a tag key; use up to 128 letters, digits, spaces and _.:/=+@-',
);

export const tagKeys = z
  .strictObject({
    expirationDate: tagKey.default('expiration_date'),
    tier: tagKey.default('keyturn:tier'),
    rotator: tagKey.default('keyturn:rotator'),
    probe: tagKey.default('keyturn:probe'),
    health: tagKey.default('keyturn:health'),
  })
  .refine((keys) => unique((key) => key, Object.values(keys)), {
    error: 'uses one key for two tags; give each a key of its own',
  });

const percent = 'is not a percentage above 0 and up to 100; say how much of the fleet one run may touch';

export const caps = z.strictObject({
  secrets: wholeNumber(1, 10_000, 'say how many secrets one run may touch').default(50),
  percentOfFleet: z.number().gt(0, { error: percent }).lte(100, { error: percent }).default(25),
  secretsPerDay: wholeNumber(1, 10_000, 'say how many secrets all runs may touch in 24 hours').default(100),
});

export const waveSizes = z
  .array(wholeNumber(1, 10_000, 'say how many secrets the wave may hold'))
  .min(1, { error: 'has no wave; begin with a small one, as in [5, 20]' });

export const batchSize = wholeNumber(1, 20, 'one call reads at most 20 secret values');
export const concurrency = wholeNumber(1, 40, 'say how many batches may rotate at the same time; 1 is the safest');
export const bakeTimeSeconds = wholeNumber(60, 86_400, 'give the services a minute at least, and a day at most');
export const approvalTimeoutSeconds = wholeNumber(60, 604_800, 'give approvers a minute at least, and a week at most');
export const planValiditySeconds = wholeNumber(
  600,
  604_800,
  'let a plan stand for ten minutes at least, a week at most',
);
export const minimumAgeHours = wholeNumber(1, 8_760, 'a version must be an hour old at least before it is replaced');
export const writesPerSecond = wholeNumber(1, 50, 'everybody in the account shares a quota of 50 writes a second');
export const retentionDays = wholeNumber(1, 36_500, 'say for how many days evidence is to be kept');

const timeZone = z.string().refine(isTimeZone, { error: 'is not a time zone; use an IANA name such as Europe/Berlin' });

/** Whatever is none is compared with no other. */
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time of day; write it like 02:00, up to 23:59', abort: true });

const rotationWindow = z
  .strictObject({
    days: z
      .array(z.enum(weekdays, { error: `is not a weekday; use one of ${weekdays.join(', ')}` }))
      .min(1, { error: 'has no day; name the days on which waves may start' })
      .refine((days) => unique((day) => day, days), { error: 'names a day twice; name each once' }),
    from: timeOfDay,
    to: timeOfDay,
    timeZone,
  })
  .refine(({ from, to }) => from < to, {
    error: 'ends before it begins; a window does not cross midnight, so write two',
  });

export const windows = z.array(rotationWindow);

const moment = z.string().transform((iso, context) => {
  const at = parseInstant(iso);
  if (at !== undefined) return at;
  context.addIssue('is not a moment; write it like 2026-11-18T19:15:00Z');
  return z.NEVER;
});

const freeze = z
  .strictObject({
    from: moment,
    to: moment,
    why: z.string().min(1, { error: 'is empty; say why nothing may be rotated then' }),
  })
  .refine(({ from, to }) => from < to, { error: 'ends before it begins; swap from and to' });

export const freezes = z.array(freeze);

/** Six fields, of which one names days of the month or of the week, and the other is `?`: the five of a crontab are no schedule. */
const cron = /^cron\(([^\s()]+ ){2}(\? [^\s()]+ [^\s()]+|[^\s()]+ [^\s()]+ \?) [^\s()]+\)$/;

export const schedule = z.strictObject({
  expression: text(
    new RegExp(`${cron.source}|^rate\\([1-9]\\d* (minute|hour|day)s?\\)$`),
    'is not a schedule; write it like cron(0 6 * * ? *), with six fields and a ? for one of the days, or rate(1 day)',
  ),
  timeZone,
  enabled: z.boolean(),
});

export const retirement = z.strictObject({
  graceDays: wholeNumber(1, 365, 'say for how many days an old credential must be replaced and unused first').default(
    7,
  ),
  deleteAfterDays: wholeNumber(1, 365, 'say for how many days it must be deactivated before it is deleted').default(7),
});

export const exemptPatterns = z.array(
  z.string().min(1, { error: 'is empty and fits nothing; write a name, with * for any characters' }),
);

const host = text(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
  'is not a bare host name; leave out scheme, port and path, and use lower case',
);

const rotatorBase = {
  allowedHosts: z.array(host).min(1, { error: 'allows no host; name those that its secrets may point to' }),
  validityDays: wholeNumber(1, 3_650, 'say for how many days a new credential is to count as fresh').default(90),
};

const secretArn = text(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'is not the whole ARN of a secret; copy it with the six characters at its end',
);

const functionArn = text(
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$/,
  "is not the ARN of a function; copy what the secret's RotationLambdaARN says",
);

const onlyAlternate =
  'is not alternate, the only strategy of a rotation function: what a function for one user sets it cannot take back, so ' +
  'that replace would have no way back; and for overlap its createSecret would have to make the key, which it refuses to ' +
  'do outside of a rotation of its own';

const rotator = z.discriminatedUnion('kind', [
  z.discriminatedUnion('strategy', [
    z.strictObject({
      kind: z.literal('postgres'),
      strategy: z.literal('alternate'),
      masters: z.record(z.string(), secretArn),
      ...rotatorBase,
    }),
    z.strictObject({ kind: z.literal('postgres'), strategy: z.literal('replace'), ...rotatorBase }),
  ]),
  z.strictObject({
    kind: z.literal('rotation-function'),
    strategy: z.literal('alternate', { error: onlyAlternate }).default('alternate'),
    functions: z
      .record(z.string(), functionArn)
      .refine((byTier) => Object.keys(byTier).length > 0, { error: 'names no function; name one for a tier' }),
    masters: z.record(z.string(), secretArn),
    ...rotatorBase,
  }),
  z.strictObject({
    kind: z.literal('http-api-key'),
    strategy: z.literal('overlap').default('overlap'),
    ...rotatorBase,
  }),
  z.strictObject({ kind: z.literal('hmac-key'), strategy: z.literal('overlap').default('overlap'), ...rotatorBase }),
]);

export const rotators = z.record(entryName, rotator);

export const probes = z.record(
  entryName,
  z.strictObject({ kind: z.enum(['postgres', 'http'], { error: 'is not a kind of probe; use postgres or http' }) }),
);

export const health = z.record(
  entryName,
  z
    .string()
    .refine(isHttpsAddress, { error: 'is not an https address; write it like https://orders.example.com/health' }),
);

export const alarms = z.array(
  text(/^[^:*?]{1,255}$/, 'is not the name of an alarm; write it as CloudWatch lists it, without its ARN'),
);

const principal = z.string().refine(isPrincipal, {
  error: 'is no ARN of an IAM user, a role, or a session of a role; copy it from aws sts get-caller-identity',
});

const approver = z.strictObject({
  name: entryName,
  email: z.email({ error: 'is not an email address; links are sent there' }),
  slackUser: text(
    /^[UW][A-Z0-9]{6,20}$/,
    'is not the id of a Slack user; copy the member ID from their profile, as in U012ABCDEF',
  ).exactOptional(),
  principal: principal.exactOptional(),
  signIn: text(
    /^[\x21-\x7e]{1,255}$/,
    "is not what a provider's claim could hold; use up to 255 printable characters without blanks",
  ).exactOptional(),
});

export const approvers = z
  .array(approver)
  .min(1, { error: 'has nobody who may approve; name at least one' })
  .refine((all) => unique(({ name }) => name.toLowerCase(), all), {
    error: 'names an approver twice; one person is one approver',
  })
  .refine((all) => unique(({ email }) => email.toLowerCase(), all), {
    error: 'has two approvers with one address; one person is one approver',
  })
  .refine(
    (all) =>
      unique(
        String,
        all.flatMap(({ slackUser }) => slackUser ?? []),
      ),
    {
      error: 'has two approvers with one Slack user; one person is one approver',
    },
  )
  .refine((all) => !haveCommonCaller(all.flatMap(({ principal }) => principal ?? [])), {
    error: 'has two approvers as whom one IAM principal acts; one person is one approver, so name sessions of a role',
  });

const requester = z.strictObject({ name: entryName, principal });

export const requesters = z.array(requester);

const haveCommonCaller = (principals: readonly string[]): boolean =>
  principals.some((one, index) => principals.slice(index + 1).some((other) => overlap(one, other)));

export const signIn = z
  .strictObject({
    issuer: z.string().refine(isIssuer, {
      error: 'is not an issuer; copy it from the provider, an https address without query or fragment',
    }),
    clientId: text(/^[\x21-\x7e]{1,255}$/, 'is not a client id; copy it from the provider'),
    clientSecretArn: secretArn.exactOptional(),
    claim: text(
      /^[A-Za-z][\w:./-]{0,127}$/,
      'is not the name of a claim; use email, sub, or another that the ID token holds',
    ).default('email'),
    scopes: z
      .array(text(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'is not a scope; write each as one word, as in email'))
      .default(['email']),
    maxAgeSeconds: wholeNumber(
      60,
      86_400,
      'let a sign-in count for a minute at least, and a day at most',
    ).exactOptional(),
  })
  .refine(({ claim, scopes }) => claim !== 'email' || scopes.includes('email'), {
    path: ['scopes'],
    error: 'lacks email, without which providers leave the claim out; add it',
  });

const email = z.strictObject({
  from: z.email({ error: 'is not an email address; use one that SES has verified, or one of a domain that it has' }),
  configurationSet: text(
    /^[A-Za-z0-9_-]{1,64}$/,
    'is not the name of a configuration set; use up to 64 letters, digits, hyphens and underscores',
  ).exactOptional(),
});

const slack = z.strictObject({
  channel: text(
    /^([CG][A-Z0-9]{6,20}|#[^\s#@A-Z]{1,80})$/,
    'is not a Slack channel; copy the channel ID from its details, as in C012ABCDEF, or write #its-name',
  ),
  tokenSecretArn: secretArn,
});

export const channels = z.strictObject({ email: email.exactOptional(), slack: slack.exactOptional() });

export const secretKeyArns = z.array(
  text(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
    "is not a key's ARN; use the ARN of the key itself, not of an alias",
  ),
);

export const stage = shortName;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function isIssuer(address: string): boolean {
  return isHttpsAddress(address) && address.length <= 255 && !/[?#\s]/.test(address);
}

function isHttpsAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return protocol === 'https:' && username === '' && password === '';
}
