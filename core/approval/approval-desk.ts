import { type Instant, instant } from '../instant.ts';
import type { PlanDigest, PlanHeader, Run } from '../plan.ts';
import type { Hash } from '../ports.ts';
import type { Random } from '../random.ts';
import type { Scope } from '../scope.ts';
import type { SecretValue } from '../secret-value.ts';
import type { Approver } from '../settings.ts';
import { askedForIt } from './person.ts';
import { settlingSeconds } from './reminder.ts';

/** One approver's way in to one run. */
export interface Invitation {
  readonly approver: string;
  /** The link itself is only in the message that carries it. */
  readonly linkHash: string;
  /** What the approver's page hands back with an answer. */
  readonly nonce: string;
}

/** A plan that waits for its answer. */
export interface PendingApproval {
  readonly run: Run;
  readonly digest: PlanDigest;
  /** The whole plan, or the wave that waits for an approval of its own. */
  readonly scope: Scope;
  readonly requestedBy: string;
  readonly askedAt: Instant;
  /** From this moment on no answer counts: the run has stopped waiting, or the plan has expired. */
  readonly answerBy: Instant;
  readonly expiresAt: Instant;
  readonly taskToken: SecretValue;
  readonly invitations: readonly Invitation[];
  /** Of whose answers the others have been told: of each once at most. */
  readonly told: readonly string[];
}

/** A link is this many random bits, and so is a nonce. */
const linkBytes = 256 / 8;

/** Those who may answer: whoever asked for the run may not, by whatever name they asked. */
export const eligibleApprovers = (approvers: readonly Approver[], requestedBy: string): readonly Approver[] =>
  approvers.filter((approver) => !askedForIt(approver, requestedBy));

/** An invitation as the desk keeps it, beside the link that only its owner is told. */
export interface FreshInvitation {
  readonly approver: Approver;
  readonly link: string;
  readonly invitation: Invitation;
}

/** Makes a link that nobody can guess, for one approver and one run. */
export function invite(approver: Approver, random: Random, hash: Hash): FreshInvitation {
  const link = base64Url(random.bytes(linkBytes));
  const nonce = freshNonce(random);
  return { approver, link, invitation: { approver: approver.name, linkHash: hash(link), nonce } };
}

/** What an approver's page hands back with an answer. */
export const freshNonce = (random: Random): string => base64Url(random.bytes(linkBytes));

/** Whose link it is. Every invitation is compared in full, so that the time it takes tells nothing. */
export function ownerOf(link: string, { invitations }: PendingApproval, hash: Hash): Invitation | undefined {
  const linkHash = hash(link);
  return invitations.filter((invitation) => isSameText(invitation.linkHash, linkHash))[0];
}

/** The last moment at which an answer counts is before this one. Until the plan expires the decision has time to be heard of. */
export const answerBy = ({ expiresAt }: Pick<PlanHeader, 'expiresAt'>, askedAt: Instant, seconds: number): Instant =>
  instant(Math.min(expiresAt - settlingSeconds * 1_000, askedAt + seconds * 1_000));

/** Compares in a time that depends on the lengths alone. */
export function isSameText(one: string, other: string): boolean {
  let differences = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) differences |= one.charCodeAt(at) ^ other.charCodeAt(at % other.length);
  return differences === 0;
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
