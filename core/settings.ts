import type { Instant } from './instant.ts';

/** How a target holds credentials, and so which way a rotation may go. See `docs/glossary.md`. */
export const strategies = ['overlap', 'alternate', 'replace'] as const;
export type Strategy = (typeof strategies)[number];

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A class of risk with a path of its own. Tiers are listed in ascending order of risk. */
export interface Tier {
  readonly name: string;
  /** What the names of its secrets begin with, as in `prod/low/`. Its role reaches nothing else. */
  readonly path: string;
  /** How many different people must approve a plan that holds a secret of it. */
  readonly approvals: number;
  /** Whether a wave with a secret of it waits for an approval of its own, once the waves before it have ended well. */
  readonly holdBefore: boolean;
}

/** The keys of the tags that Keyturn reads on a secret. */
export interface TagKeys {
  readonly expirationDate: string;
  readonly tier: string;
  readonly rotator: string;
  readonly probe: string;
  readonly health: string;
}

/** A run selects at most the lesser of the two, or does nothing at all. */
export interface Caps {
  readonly secrets: number;
  readonly percentOfFleet: number;
  /** How many secrets all runs together may touch in any 24 hours. */
  readonly secretsPerDay: number;
}

/** Recurring hours in which waves may start. It does not cross midnight. */
export interface RotationWindow {
  readonly days: readonly Weekday[];
  /** `HH:MM`, first minute in which a wave may start. */
  readonly from: string;
  /** `HH:MM`, first minute in which it may no longer. */
  readonly to: string;
  /** IANA name, as in `America/New_York`. */
  readonly timeZone: string;
}

/** A time in which nothing is rotated. */
export interface Freeze {
  readonly from: Instant;
  readonly to: Instant;
  readonly why: string;
}

interface RotatorBase {
  /** The only hosts that a secret of this rotator may name. */
  readonly allowedHosts: readonly string[];
  /** How long a rotated credential counts as fresh, in days. */
  readonly validityDays: number;
}

/** Knows one kind of target. A secret's rotator tag names an entry, never an address. */
export type RotatorSettings =
  | (RotatorBase & {
      readonly kind: 'postgres';
      readonly strategy: 'alternate';
      /** ARN of the secret of the account that may change the idle login, by tier. Outside every tier's path. */
      readonly masters: Readonly<Record<string, string>>;
    })
  | (RotatorBase & { readonly kind: 'postgres'; readonly strategy: 'replace' })
  | (RotatorBase & {
      /** A rotation function of Secrets Manager's that changes the idle login of a pair, as AWS's templates for alternating users do. */
      readonly kind: 'rotation-function';
      readonly strategy: 'alternate';
      /**
       * ARN of the function, by tier. A tier without one has no secrets of this rotator. No two tiers share one: whatever a
       * function may reach, whoever may invoke it does.
       */
      readonly functions: Readonly<Record<string, string>>;
      /** As above, for the same tiers. The function reads it, and Keyturn does not. */
      readonly masters: Readonly<Record<string, string>>;
    })
  | (RotatorBase & { readonly kind: 'http-api-key'; readonly strategy: 'overlap' })
  | (RotatorBase & { readonly kind: 'hmac-key'; readonly strategy: 'overlap' });

export type RotatorKind = RotatorSettings['kind'];

/** How a credential is tried at its target. */
export interface ProbeSettings {
  readonly kind: 'postgres' | 'http';
}

/** Who may answer. One person is one approver. */
export interface Approver {
  readonly name: string;
  readonly email: string;
  /** Their id in Slack, as in `U012ABCDEF`. */
  readonly slackUser?: string;
  /** ARN of the IAM user, role or session of a role that they act as in AWS. A role is everybody who may assume it. */
  readonly principal?: string;
  /** What the sign-in's claim holds when they sign in. Their address, if not said. */
  readonly signIn?: string;
}

/** Who may ask for runs beside the approvers and the schedules, and is none of them: a pipeline, or a team's role. */
export interface Requester {
  readonly name: string;
  /** ARN of the IAM user, role or session of a role. A role is everybody who may assume it. */
  readonly principal: string;
}

/** An OpenID Connect provider at which approvers sign in, before their link shows them anything. */
export interface SignInSettings {
  /** What the provider calls itself, an https address to the letter. */
  readonly issuer: string;
  /** What the provider calls Keyturn's approval desk. */
  readonly clientId: string;
  /** ARN of the secret that holds the client secret, where the provider has given one. Outside every tier's path. */
  readonly clientSecretArn?: string;
  /** The claim that approvers are known by: `email`, which must be verified, or another, such as `sub`. */
  readonly claim: string;
  /** What the desk asks for beside `openid`. */
  readonly scopes: readonly string[];
  /** An approver must have authenticated at the provider so recently. Any time, if not said. */
  readonly maxAgeSeconds?: number;
}

/** Mail by SES. */
export interface EmailSettings {
  /** The address that mails come from: an identity that SES has verified, or an address of a domain that it has. */
  readonly from: string;
  /** A configuration set of SES that tracks no clicks. */
  readonly configurationSet?: string;
}

/** An app in a Slack workspace. */
export interface SlackSettings {
  /** Where everybody is told that a plan waits, and how it went. */
  readonly channel: string;
  /** ARN of the secret that holds the app's bot token. Keyturn's own: outside every tier's path, and never rotated. */
  readonly tokenSecretArn: string;
}

/** How people are reached, beside the SNS topic that there always is. A personal link goes by these alone. */
export interface ChannelSettings {
  readonly email?: EmailSettings;
  readonly slack?: SlackSettings;
}

export interface Schedule {
  /** As EventBridge Scheduler writes it: `cron(0 19 ? * WED *)` or `rate(1 day)`. */
  readonly expression: string;
  readonly timeZone: string;
  readonly enabled: boolean;
}

/** When old credentials are taken out of use, and when they are taken away. */
export interface RetirementSettings {
  /** How long an old credential must have been replaced, and unused, before it is deactivated. */
  readonly graceDays: number;
  /** How long it must have been deactivated before it is deleted. */
  readonly deleteAfterDays: number;
}

/** Everything a deployment can be told. Validated at synth; the functions read it from a layer of theirs. */
export interface Settings {
  /** Names the deployment, as in `prod`. */
  readonly stage: string;
  readonly tiers: readonly Tier[];
  readonly tagKeys: TagKeys;
  readonly caps: Caps;
  /** Sizes of the first waves. What is left after them is the last wave. */
  readonly waveSizes: readonly number[];
  /** Secrets that one invocation rotates. */
  readonly batchSize: number;
  /** Batches of a wave that rotate at the same time. */
  readonly concurrency: number;
  readonly bakeTimeSeconds: number;
  /** How long approvers may take. */
  readonly approvalTimeoutSeconds: number;
  /** How long after its drafting a plan may still start a wave. */
  readonly planValiditySeconds: number;
  /** A current version younger than this is left alone. */
  readonly minimumAgeHours: number;
  /** Empty: any time. */
  readonly windows: readonly RotationWindow[];
  readonly freezes: readonly Freeze[];
  /** Keyturn's share of the account's quota of 50 writes per second to Secrets Manager. */
  readonly writesPerSecond: number;
  readonly schedules: { readonly audit: Schedule; readonly rotation: Schedule; readonly retirement: Schedule };
  readonly retirement: RetirementSettings;
  /** When somebody looks whether the secrets of the last runs still are as they were left. */
  readonly driftLook: Schedule;
  /** Secrets whose name fits one of these are never touched. `*` stands for any characters. */
  readonly exemptPatterns: readonly string[];
  readonly rotators: Readonly<Record<string, RotatorSettings>>;
  readonly probes: Readonly<Record<string, ProbeSettings>>;
  /** Health addresses by service. An answer of 200 to 299 is healthy. */
  readonly health: Readonly<Record<string, string>>;
  /** Names of the CloudWatch alarms that must not be in alarm after a bake. */
  readonly alarms: readonly string[];
  readonly approvers: readonly Approver[];
  readonly requesters: readonly Requester[];
  /** Absent: a personal link is enough to answer. */
  readonly signIn?: SignInSettings;
  readonly channels: ChannelSettings;
  /** ARNs of the customer-managed keys that the tiers' secrets are encrypted with. Empty: the account's default key. */
  readonly secretKeyArns: readonly string[];
  /** How long the archive refuses to give anything up, in days. */
  readonly retentionDays: number;
}

/** The name of the kill switch of a stage: an SSM parameter that the stack does not manage. */
export const switchName = (stage: string): string => `/keyturn/${stage}/switch`;
