import type { PlanDigest, PlanHeader, Run } from '../plan.ts';
import { type Scope, waveOfScope } from '../scope.ts';
import type { Approver, Settings } from '../settings.ts';
import { eligibleApprovers, type PendingApproval } from './approval-desk.ts';
import { type Decision, isOneAccount, type SealedAnswer } from './decision.ts';
import { isSamePerson } from './person.ts';

/** How many people must approve what holds these tiers: as many as the most demanding of them says. */
export function quorumOf(names: readonly string[], { tiers }: Pick<Settings, 'tiers'>): number {
  const demands = names.map((name) => tiers.find((tier) => tier.name === name)?.approvals);
  // A tier that nobody knows is as demanding as any.
  const most = Math.max(1, ...tiers.map(({ approvals }) => approvals));
  return Math.max(1, ...demands.map((approvals) => approvals ?? most));
}

/**
 * How many people must approve a wave before it starts, beside the plan: none, unless it holds a tier that is held before.
 * The first wave follows its plan's approval at once, so it is never held.
 */
export function quorumOfWave(number: number, names: readonly string[], settings: Pick<Settings, 'tiers'>): number {
  const isHeld = number > 1 && settings.tiers.some(({ name, holdBefore }) => holdBefore && names.includes(name));
  return isHeld ? quorumOf(names, settings) : 0;
}

/**
 * How many approvals a plan, or a wave of it, needs. The plan says so itself, and the settings once more: the greater
 * counts, so that neither a plan from elsewhere nor a deployment since lowers it. Of a plan that says no number, no number of
 * people is enough.
 */
export function approvalsNeeded(
  scope: Scope,
  { approvals, waves }: Pick<PlanHeader, 'approvals' | 'waves'>,
  settings: Pick<Settings, 'tiers'>,
): number {
  const number = waveOfScope(scope);
  if (number === undefined) {
    return Math.max(
      asSaid(approvals),
      quorumOf(
        waves.flatMap(({ tiers }) => tiers),
        settings,
      ),
    );
  }
  const wave = waves.find((one) => one.number === number);
  if (wave === undefined) return 0;
  return Math.max(asSaid(wave.approvals), quorumOfWave(number, wave.tiers, settings));
}

const asSaid = (approvals: unknown): number =>
  Number.isSafeInteger(approvals) ? Number(approvals) : Number.POSITIVE_INFINITY;

/** As many of these as are different people. One person is one approver, under whatever entry. */
export const differentPeople = (approvers: readonly Approver[]): readonly Approver[] =>
  approvers.filter((one, at) => !approvers.slice(0, at).some((other) => areOnePerson(one, other)));

/** Who of those who may approve are named here, each person once. */
export const peopleNamed = (names: readonly string[], approvers: readonly Approver[]): readonly Approver[] =>
  differentPeople(approvers.filter(({ name }) => names.some((one) => isSamePerson(one, name))));

const areOnePerson = (one: Approver, other: Approver): boolean =>
  isSamePerson(one.name, other.name) || isSamePerson(one.email, other.email);

/** What is asked, and of whom. */
export interface Question {
  readonly run: Run;
  readonly digest: PlanDigest;
  readonly scope: Scope;
  readonly requestedBy: string;
  /** How many different people must approve. */
  readonly needed: number;
  readonly approvers: readonly Approver[];
}

/** What waits here, as what its answers are held against. */
export const questionOf = (
  { run, digest, scope, requestedBy }: Pick<PendingApproval, 'run' | 'digest' | 'scope' | 'requestedBy'>,
  header: Pick<PlanHeader, 'approvals' | 'waves'>,
  settings: Pick<Settings, 'tiers' | 'approvers'>,
): Question => ({
  run,
  digest,
  scope,
  requestedBy,
  needed: approvalsNeeded(scope, header, settings),
  approvers: settings.approvers,
});

/** The approvals among these answers that count: of this question, by different people who may answer it. */
export function approvalsOf(answers: readonly SealedAnswer[], question: Question): readonly SealedAnswer[] {
  const approvals = counted(answers, question).filter(({ by }) => by.answer.decision === 'approved');
  const isAnother = ({ by, approver }: (typeof approvals)[number], at: number) =>
    !approvals
      .slice(0, at)
      .some(
        (earlier) =>
          areOnePerson(approver, earlier.approver) || isOneAccount(by.answer.provedBy, earlier.by.answer.provedBy),
      );
  return approvals.filter(isAnother).map(({ by }) => by);
}

/**
 * What the answers to a question come to: one rejection rejects, and the first approvals that are enough approve.
 * Undefined: it is still open. Whoever asks with the same answers decides the same, to the byte.
 */
export function decisionFrom(answers: readonly SealedAnswer[], question: Question): Decision | undefined {
  const rejection = counted(answers, question).find(({ by }) => by.answer.decision === 'rejected');
  if (rejection !== undefined) return { decision: 'rejected', answers: [rejection.by] };

  const [first, ...rest] = approvalsOf(answers, question).slice(0, question.needed);
  if (first === undefined || rest.length + 1 < question.needed) return undefined;
  return { decision: 'approved', answers: [first, ...rest] };
}

/** Why a question that nobody is waited for any longer is still open, and what is said of it to people. */
export interface Undecided {
  readonly kind: 'nobodyAnswered' | 'approvalsMissing' | 'tooFewApprovers';
  readonly says: string;
}

/** Who is missing: those who did not answer or, where fewer may approve than must, those who were asked before and may no longer. */
export function whyUndecided(
  answers: readonly SealedAnswer[],
  question: Question,
  asked: readonly string[],
): Undecided {
  const { needed } = question;
  const eligible = eligibleApprovers(question.approvers, question.requestedBy);
  const isAmong = (name: string, names: readonly string[]) => names.some((one) => isSamePerson(one, name));
  const names = differentPeople(eligible).map(({ name }) => name);
  if (names.length < needed) {
    const may = names.length === 0 ? 'nobody may' : `only ${names.join(' and ')} may`;
    const eligibleNames = eligible.map(({ name }) => name);
    const gone = [...new Set(asked)].filter((name) => !isAmong(name, eligibleNames));
    const missing = gone.length === 0 ? '' : `; ${gone.join(' and ')} may no longer`;
    return { kind: 'tooFewApprovers', says: `tooFewApprovers: ${needed} must approve, and ${may}${missing}` };
  }
  if (answers.length === 0) return { kind: 'nobodyAnswered', says: 'nobodyAnswered' };

  const approvals = approvalsOf(answers, question).map(({ answer }) => answer.approver);
  const given = answers.map(({ answer }) => answer.approver);
  const silent = eligible.map(({ name }) => name).filter((name) => !isAmong(name, given));
  const by = approvals.length === 0 ? '' : ` (${approvals.join(', ')})`;
  return {
    kind: 'approvalsMissing',
    says: `approvalsMissing: ${approvals.length} of ${needed}${by}; no answer from ${silent.join(', ') || 'anybody else'}`,
  };
}

/** Those answers that are to this question and by somebody who may answer it, in the order in which they were given. */
function counted(answers: readonly SealedAnswer[], { run, digest, scope, requestedBy, approvers }: Question) {
  const eligible = eligibleApprovers(approvers, requestedBy);
  return answers
    .filter(({ answer }) => answer.run === run && answer.digest === digest && answer.scope === scope)
    .flatMap((by) => {
      const approver = eligible.find(({ name }) => isSamePerson(name, by.answer.approver));
      return approver === undefined ? [] : [{ by, approver }];
    })
    .toSorted(
      ({ by: { answer: one } }, { by: { answer: other } }) =>
        one.decidedAt - other.decidedAt || (one.approver < other.approver ? -1 : 1),
    );
}
