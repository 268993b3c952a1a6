import type { Instant } from '../core/instant.ts';
import type { Clock } from '../core/ports.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { Estate } from '../rehearsal/targets/estate.ts';
import type { Managed as RingManaged } from '../rehearsal/targets/key-ring.ts';

/** A new version that Keyturn made. */
export interface Staged {
  readonly arn: string;
  readonly at: Instant;
  readonly principal: string;
  /** When it was asked for: a request may be long on its way. */
  readonly askedAt: Instant;
}

/** What Keyturn did to a key at its target that was there before. */
export interface Managed extends RingManaged {
  readonly arn: string;
  readonly at: Instant;
  /** Versions of the secret that held it then, and whether AWSCURRENT was one of them. */
  readonly versions: readonly string[];
  readonly isCurrent: boolean;
}

/** What calls leave behind. */
export interface Trail {
  /** Every call of anybody, in its order and at its moment, and what came of it. */
  readonly calls: readonly string[];
  readonly staged: readonly Staged[];
  readonly managed: readonly Managed[];
  /** When anything of Keyturn last read a secret's value, of looks whose findings were deposited. */
  readonly lastLook: ReadonlyMap<string, Instant>;
  /** What was written into the living store. It keeps no versions. */
  readonly noted: readonly Noted[];
}

export interface Noted {
  readonly key: string;
  readonly text: string;
}

/** A description tells of labels alone: who looks reads the value, to authenticate with it. */
const reads = new Set(['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue']);

export function trailOf(cloud: Cloud, estate: Estate, time: Pick<Clock, 'now'>, own: ReadonlySet<string>): Trail {
  const calls: string[] = [];
  const staged: Staged[] = [];
  const noted: Noted[] = [];
  const looks = new Looks();
  cloud.account.observe(({ call, beganAt, endedAt, ending }) => {
    const { principal, service, operation, input } = call;
    calls.push(`${endedAt} ${principal} ${service}:${operation} ${ending.kind}`);
    if (!own.has(principal)) return;
    if (operation === 'PutSecretValue') {
      const { SecretId } = input as Reading;
      const made = staged.findLastIndex((one) => one.arn === SecretId && one.principal === principal);
      const one = staged[made];
      if (one !== undefined && one.at >= beganAt) staged[made] = { ...one, askedAt: beganAt };
    }
    if (reads.has(`${service}:${operation}`)) looks.read(principal, input as Reading, beganAt);
    if (service !== 's3' || operation !== 'PutObject') return;
    const { Bucket, Key: key = '', Body: text = '' } = input as { Bucket?: string; Key?: string; Body?: string };
    if (Bucket === cloud.deskBucket) noted.push({ key, text: String(text) });
    else if (findings.test(key)) looks.deposit(principal, key, String(text));
    else if (key.endsWith('/left-alone.json')) looks.judged(key);
  });
  cloud.secretsManager.onWrite(({ operation, secretArn: arn, principal }) => {
    if (operation === 'PutSecretValue' && own.has(principal)) {
      const at = time.now();
      staged.push({ arn, at, principal, askedAt: at });
    }
  });
  return { calls, staged, managed: managedIn(cloud, estate, time), lastLook: looks.last, noted };
}

interface Reading {
  readonly SecretId?: string;
  readonly SecretIdList?: readonly string[];
}

/** Where the findings of a look stand. */
const findings = /\/(preflight|probes)\/.*\.json$/;

/** A look tells nobody anything if whoever looked died of it, nor does one before a plan that was never made. */
class Looks {
  readonly last = new Map<string, Instant>();
  readonly #pending = new Map<string, Map<string, Instant>>();
  readonly #unjudged: { readonly folder: string; readonly arn: string; readonly at: Instant }[] = [];

  read(principal: string, { SecretId, SecretIdList = [] }: Reading, at: Instant): void {
    const pending = this.#pending.get(principal) ?? new Map<string, Instant>();
    this.#pending.set(principal, pending);
    for (const arn of SecretId === undefined ? SecretIdList : [SecretId]) pending.set(arn, at);
  }

  deposit(principal: string, key: string, text: string): void {
    for (const [arn, at] of this.#pending.get(principal) ?? []) {
      if (!text.includes(`"${arn}"`)) continue;
      if (key.includes('/preflight/')) this.#unjudged.push({ folder: folderOf(key), arn, at });
      else this.last.set(arn, at);
    }
  }

  /** What was left alone, and why, is put down: every finding of the preflight had its say in it. */
  judged(key: string): void {
    for (const { folder, arn, at } of this.#unjudged) {
      if (folder === folderOf(key) && at > (this.last.get(arn) ?? Number.NEGATIVE_INFINITY)) this.last.set(arn, at);
    }
  }
}

const folderOf = (key: string): string => key.slice(0, key.indexOf('/', 'runs/'.length));

/** Clients of the rings are called after their secrets, and nobody but Keyturn manages keys by request. */
function managedIn({ secretsManager }: Cloud, { keys, signatures }: Estate, time: Pick<Clock, 'now'>): Managed[] {
  const managed: Managed[] = [];
  const note = (one: RingManaged) => {
    const { client, keyId } = one.key;
    const arn = secretsManager.arns().find((found) => found.includes(`:secret:${client}-`)) ?? client;
    const holds = (version: string | undefined) =>
      JSON.parse(String(secretsManager.value(arn, version) ?? '{}')).keyId === keyId;
    const versions = secretsManager.versions(arn).filter(holds);
    managed.push({ ...one, arn, at: time.now(), versions, isCurrent: holds(undefined) });
  };
  keys.onManaged(note);
  signatures.onManaged(note);
  return managed;
}
