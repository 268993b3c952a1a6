import { canonicalJson } from '../canonical.ts';
import type { Instant } from '../instant.ts';
import type { PlanDigest, Run } from '../plan.ts';
import type { Scope } from '../scope.ts';

/** How it was known who answered. */
export type Proof =
  /** They had the link that was sent to them alone. */
  | { readonly kind: 'link' }
  /** They had signed in at the identity provider. */
  | { readonly kind: 'signIn'; readonly issuer: string; readonly subject: string }
  /** AWS had authenticated them. */
  | { readonly kind: 'iam'; readonly principal: string };

/** Whether two proofs are of one account. A link is of nobody's but its approver's, so two links are of two. */
export function isOneAccount(one: Proof, other: Proof): boolean {
  if (one.kind === 'signIn' && other.kind === 'signIn') {
    return one.issuer === other.issuer && one.subject === other.subject;
  }
  return one.kind === 'iam' && other.kind === 'iam' && one.principal === other.principal;
}

/** How it was known, for people to read beside a name. */
export function proofWords(proof: Proof): string {
  switch (proof.kind) {
    case 'link':
      return 'by their link';
    case 'signIn':
      return `signed in at ${proof.issuer}`;
    case 'iam':
      return `as ${proof.principal}`;
  }
}

interface AnswerOnPlan {
  readonly run: Run;
  readonly digest: PlanDigest;
  readonly scope: Scope;
  /** As the settings name them. */
  readonly approver: string;
  readonly decidedAt: Instant;
  /** The plan's: from this moment on the answer lets no wave start. */
  readonly expiresAt: Instant;
  readonly requestedBy: string;
  readonly provedBy: Proof;
}

/** What one approver said, and when. The first that is recorded of each is the only one. */
export type GivenAnswer =
  | (AnswerOnPlan & { readonly decision: 'approved' })
  | (AnswerOnPlan & { readonly decision: 'rejected'; readonly reason: string });

export interface SealedAnswer {
  readonly answer: GivenAnswer;
  /** Base64. */
  readonly seal: string;
}

/** What a question came to, and the answers that made it so: one rejection, or as many approvals as it took. */
export interface Decision {
  readonly decision: 'approved' | 'rejected';
  readonly answers: readonly [SealedAnswer, ...SealedAnswer[]];
}

/** What the seal is made over. It says what it is for, so that a seal of this key over something else proves nothing. */
export const messageToSeal = (answer: GivenAnswer): string => `keyturn answer\n${canonicalJson(answer)}`;

/** The longest reason that is recorded: it fits, whatever it holds, into what KMS seals. */
export const longestReason = 500;

/** When the last answer that it took was given. */
export const decidedAt = ({ answers }: Decision): Instant =>
  answers.map(({ answer }) => answer.decidedAt).reduce((one, other) => (other > one ? other : one));

/** Why it was rejected, in the words of whoever rejected it. Undefined: it was not. */
export const reasonOf = ({ answers: [{ answer }] }: Decision): string | undefined =>
  answer.decision === 'rejected' ? answer.reason : undefined;

export const serialiseAnswer = (sealed: SealedAnswer): string => canonicalJson(sealed);
export const serialiseDecision = (decision: Decision): string => canonicalJson(decision);

/** Reads what the archive holds of an answer. Undefined: it is not one, whoever put it there. */
export function parseSealedAnswer(text: string): SealedAnswer | undefined {
  const sealed = parseJson(text);
  return isSealedAnswer(sealed) ? sealed : undefined;
}

/** Reads what the archive holds of a decision. Undefined: it is not one, or its answers do not come to it. */
export function parseDecision(text: string): Decision | undefined {
  const given = parseJson(text);
  if (!isRecord(given) || !Array.isArray(given['answers'])) return undefined;

  const [first, ...rest] = given['answers'].filter(isSealedAnswer);
  if (first === undefined || rest.length + 1 !== given['answers'].length) return undefined;
  const answers: Decision['answers'] = [first, ...rest];
  const { decision } = first.answer;
  const isAgreed = given['decision'] === decision && answers.every(({ answer }) => answer.decision === decision);
  return isAgreed ? { decision, answers } : undefined;
}

function isSealedAnswer(value: unknown): value is SealedAnswer {
  return isRecord(value) && typeof value['seal'] === 'string' && value['seal'] !== '' && isAnswer(value['answer']);
}

function isAnswer(value: unknown): value is GivenAnswer {
  if (!isRecord(value)) return false;
  const decided =
    value['decision'] === 'approved' || (value['decision'] === 'rejected' && typeof value['reason'] === 'string');

  return (
    decided &&
    areTexts(value, ['run', 'digest', 'approver', 'requestedBy']) &&
    ['decidedAt', 'expiresAt'].every((field) => Number.isSafeInteger(value[field])) &&
    typeof value['scope'] === 'string' &&
    /^(plan|wave-[1-9]\d{0,4})$/.test(value['scope']) &&
    isProof(value['provedBy'])
  );
}

function isProof(value: unknown): value is Proof {
  if (!isRecord(value)) return false;
  switch (value['kind']) {
    case 'link':
      return true;
    case 'signIn':
      return areTexts(value, ['issuer', 'subject']);
    case 'iam':
      return areTexts(value, ['principal']);
    default:
      return false;
  }
}

const areTexts = (record: Readonly<Record<string, unknown>>, fields: readonly string[]): boolean =>
  fields.every((field) => typeof record[field] === 'string');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
