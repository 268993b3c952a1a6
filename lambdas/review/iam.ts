import { type Answer, type Refusal, refusals } from '../../core/approval/approval-answer.ts';
import { askedForIt, isSamePerson } from '../../core/approval/person.ts';
import { covers, type Principal } from '../../core/approval/principal.ts';
import type { Approver } from '../../core/settings.ts';
import { type JsonResponse, json, refusal } from '../json-response.ts';
import { type DecidePorts, decide } from './decide.ts';
import type { IamRequest } from './event.ts';
import { parseAnswer } from './iam-answer.ts';
import { shownOf } from './shown.ts';
import { type Showing, viewOf } from './viewing.ts';
import { type Guest, openLink } from './visit.ts';

export interface IamPorts extends DecidePorts {
  readonly settings: DecidePorts['settings'] & Showing['settings'];
}

/**
 * Shows a plan to an approver whom IAM authenticated, and takes their answer, all in JSON.
 *
 * Who answers is whom API Gateway names, and the approver whose principal that is. What is judged, recorded and sealed is the
 * same as at the page; a nonce is not asked for, since no page of somebody else's can sign a request.
 */
export async function atIam(ports: IamPorts, request: IamRequest): Promise<JsonResponse> {
  const { log } = ports;
  const { method, run, caller } = request;
  const approver = caller === undefined ? undefined : approverActingAs(caller, ports.settings.approvers);
  if (caller === undefined || approver === undefined) {
    log.warn('a caller is no approver', { run, caller });
    return refusal(403, 'notAnApprover', notAnApprover(caller), { caller });
  }

  const answer = method === 'POST' ? parseAnswer(request.body) : undefined;
  if (answer?.kind === 'malformed') {
    log.warn('answer is malformed', { run, approver: approver.name, problems: answer.problems });
    return refusal(answer.status, 'malformed', `Your answer was not recorded: ${answer.problems.join('; ')}.`);
  }

  const guest = await guestActingAs(ports, request, approver);
  if (typeof guest === 'string') {
    log.warn('nothing waits for a caller', { run, approver: approver.name, why: guest });
    return refusal(guest === 'nothingWaits' ? 404 : 403, guest, why[guest]);
  }

  const visit = await openLink(ports, guest, { kind: 'iam', principal: caller });
  const showing: Showing = { visit, now: ports.clock.now(), page: 1, settings: ports.settings };
  if (answer === undefined) {
    const view = viewOf(showing);
    log.info('plan looked at', { run, approver: approver.name, caller, shown: view.kind });
    return json(view.kind === 'changed' ? 409 : 200, shownOf(view, approver.name, []));
  }

  const given: Answer = { ...answer.answer, nonce: guest.invitation.nonce };
  const decided = await decide(ports, visit, given);
  const view = viewOf(showing, { decided, reason: given.reason });
  const reasons = decided.kind === 'refused' ? decided.reasons : [];
  const isLost = decided.kind === 'decided' && decided.delivery === 'lost';
  return json(isLost ? 202 : statusOf(reasons), shownOf(view, approver.name, reasons));
}

/** The one approver who acts as this caller: the settings let no two do. */
const approverActingAs = (caller: Principal, approvers: readonly Approver[]): Approver | undefined =>
  approvers.find(({ principal }) => principal !== undefined && covers(principal, caller));

/** An approver whom the plan waits for, as if they had come by the link that they were sent last. */
async function guestActingAs(
  { desk }: Pick<DecidePorts, 'desk'>,
  { run }: IamRequest,
  approver: Approver,
): Promise<Guest | keyof typeof why> {
  const pending = await desk.find(run);
  if (pending === undefined) return 'nothingWaits';
  if (askedForIt(approver, pending.requestedBy)) return 'selfApproval';
  const invitation = pending.invitations.findLast((one) => isSamePerson(one.approver, approver.name));
  return invitation === undefined ? 'notAsked' : { pending, invitation };
}

const why = {
  nothingWaits: 'No plan of this run waits for an answer. It may have ended, or the name is another.',
  selfApproval: refusals.selfApproval,
  notAsked: 'You were not among the approvers when this plan was made, so it does not wait for you.',
} as const;

const notAnApprover = (caller: Principal | undefined): string =>
  `${caller ?? 'Nobody'} is no approver’s principal. It is to stand as principal in an approver’s entry of the settings.`;

const correctable: ReadonlySet<Refusal> = new Set(['noDecision', 'countWrong', 'reasonMissing', 'reasonTooLong']);

function statusOf(reasons: readonly Refusal[]): number {
  if (reasons.length === 0) return 200;
  return reasons.every((reason) => correctable.has(reason)) ? 422 : 409;
}
