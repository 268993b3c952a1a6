import { type Instant, instant } from '../../../core/instant.ts';
import { refusals } from './refusals.ts';

export type Value = string | Uint8Array;

export interface Version {
  readonly id: string;
  readonly createdAt: Instant;
  /** Absent while native rotation has announced the version and its function has not yet written it. */
  value: Value | undefined;
  /** The customer managed key it is encrypted with, if any. */
  keyArn: string | undefined;
  accessedAt: Instant | undefined;
}

export interface NativeRotation {
  enabled: boolean;
  functionArn: string | undefined;
  everyDays: number | undefined;
  /** What RotationRules said, in AWS's own shape. */
  rules: object | undefined;
  lastAt: Instant | undefined;
  nextAt: Instant | undefined;
}

/** The version that each staging label is on. That a label is on one version only needs no further rule. */
export type Labels = ReadonlyMap<string, string>;

export const current = 'AWSCURRENT';
export const previous = 'AWSPREVIOUS';
export const pending = 'AWSPENDING';

const maxLabels = 20;
const maxVersions = 100;
const oneDay = 86_400_000;

/** Puts a label on a version. Whatever AWSCURRENT leaves becomes AWSPREVIOUS, and is not AWSPENDING any more. */
export function moved(labels: Labels, label: string, to: string): Labels {
  const from = labels.get(label);
  const after = new Map(labels).set(label, to);
  if (label === current && from !== undefined && from !== to) {
    after.set(previous, from);
    if (after.get(pending) === from) after.delete(pending);
  }
  return after;
}

/** One secret: its versions, and the labels that say what they are for. Each change happens whole or not at all. */
export class Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly versions = new Map<string, Version>();
  labels: Labels = new Map();

  description: string | undefined;
  keyId: string | undefined;
  /** Absent until the secret is tagged for the first time: AWS tells that from having no tags left. */
  tags: Map<string, string> | undefined;
  type: string | undefined;
  owningService: string | undefined;
  primaryRegion: string | undefined;
  policy: string | undefined;
  rotation: NativeRotation | undefined;
  /** The version that native rotation is making at this moment. */
  rotating: string | undefined;
  changedAt: Instant;
  accessedAt: Instant | undefined;
  /** The end of the recovery window of a secret that is scheduled for deletion. */
  deletesAt: Instant | undefined;

  constructor(arn: string, name: string, createdAt: Instant) {
    this.arn = arn;
    this.name = name;
    this.createdAt = createdAt;
    this.changedAt = createdAt;
  }

  labelsOf(versionId: string): string[] {
    return [...this.labels]
      .filter(([, id]) => id === versionId)
      .map(([label]) => label)
      .sort();
  }

  /** Versions by id with their labels. Those without any are deprecated, and not among them. */
  labelled(): Record<string, string[]> {
    return Object.fromEntries([...new Set(this.labels.values())].map((id) => [id, this.labelsOf(id)]));
  }

  /** Whether a version is there already, with this value. */
  holds(id: string, value: Value): boolean {
    const known = this.versions.get(id)?.value;
    return known !== undefined && isSame(known, value);
  }

  /**
   * Adds a version, or ignores the call when the very same one is there already: then no label moves either.
   *
   * @returns whether anything changed.
   */
  put(
    { id, value, keyArn }: { id: string; value: Value; keyArn: string | undefined },
    labels: readonly string[],
    now: Instant,
  ): boolean {
    const known = this.versions.get(id);
    if (known?.value !== undefined) {
      if (!this.holds(id, value)) throw refusals.tokenInUse(id, this.arn);
      return false;
    }

    const wanted = this.labels.has(current) ? labels : [current, ...labels];
    const after = wanted.reduce<Labels>((sofar, label) => moved(sofar, label, id), this.labels);
    if (after.size > maxLabels) throw refusals.tooMuch();

    if (known === undefined) this.#makeRoom(after, now);
    this.versions.set(id, { id, value, keyArn, createdAt: known?.createdAt ?? now, accessedAt: undefined });
    this.labels = after;
    return true;
  }

  /** Moves a label from the version that has it, and only from there: a compare-and-set on who holds the label. */
  move(label: string, from: string | undefined, to: string | undefined): void {
    const holder = this.labels.get(label);
    if (to !== undefined && !this.versions.has(to)) throw refusals.unknownTarget();

    if (to === undefined) {
      if (from === undefined) throw refusals.noMove();
      if (holder !== from) throw refusals.holderMisnamed(label);
      if (label === current) throw refusals.currentNotRemovable();
      const after = new Map(this.labels);
      after.delete(label);
      this.labels = after;
      return;
    }

    if (from !== undefined && from !== holder) throw refusals.holderMisnamed(label);
    if (from === undefined && holder !== undefined && holder !== to) throw refusals.holderUnnamed(label, holder);
    const after = moved(this.labels, label, to);
    if (after.size > maxLabels) throw refusals.tooMuch();
    this.labels = after;
  }

  /** Announces the version that native rotation is about to write: its id and label are there before its value. */
  announce(id: string, now: Instant): void {
    this.versions.set(id, { id, value: undefined, keyArn: undefined, createdAt: now, accessedAt: undefined });
    this.labels = moved(this.labels, pending, id);
    this.rotating = id;
  }

  /** Ends native rotation, once AWSCURRENT has come to the version it announced: AWSPENDING goes. */
  settle(): void {
    const after = new Map(this.labels);
    if (after.get(pending) === this.rotating) after.delete(pending);
    this.labels = after;
    this.rotating = undefined;
  }

  /** Secrets Manager forgets the oldest deprecated versions, but none from the last 24 hours. */
  #makeRoom(labels: Labels, now: Instant): void {
    const kept = new Set(labels.values());
    const expendable = [...this.versions.values()]
      .filter(({ id, createdAt }) => !kept.has(id) && createdAt <= instant(now - oneDay))
      .sort((a, b) => a.createdAt - b.createdAt);
    const excess = this.versions.size + 1 - maxVersions;
    if (expendable.length < excess) throw refusals.tooMuch();
    for (const { id } of expendable.slice(0, Math.max(0, excess))) this.versions.delete(id);
  }
}

const isSame = (a: Value, b: Value): boolean => typeof a === typeof b && Buffer.from(a).equals(Buffer.from(b));
