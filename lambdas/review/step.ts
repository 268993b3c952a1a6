import type { Refusal } from '../../core/approval/approval-answer.ts';
import type { SignInRefusal } from '../../core/approval/sign-in.ts';
import { ProviderError } from '../../core/approval/sign-in-ports.ts';
import type { Settings } from '../../core/settings.ts';
import { refusal } from '../json-response.ts';
import { type DecidePorts, decide } from './decide.ts';
import { type IamRequest, type LinkRequest, parseEvent, type Request } from './event.ts';
import { formFaults, readForm } from './form.ts';
import { atIam } from './iam.ts';
import { page } from './page.ts';
import { type Response, respondWith } from './response.ts';
import { script } from './script.ts';
import { finishSignIn, proofOf, type SignInAnswer, type SignInPorts, startSignIn } from './sign-in.ts';
import { style } from './style.ts';
import type { View } from './view.ts';
import { type Showing, viewOf } from './viewing.ts';
import { guestAt, openLink } from './visit.ts';

export interface ReviewPorts extends DecidePorts, SignInPorts {
  readonly settings: Pick<Settings, 'tiers' | 'bakeTimeSeconds' | 'approvers' | 'requesters' | 'signIn'>;
  /** Where this page is served, without the path. Only a page of this origin may answer. */
  readonly reviewUrl: string;
}

/**
 * Shows an approver the plan that their link opens, and takes their answer.
 *
 * To look changes nothing, whoever looks and however often: mail scanners and previews do. Only the page's own form decides.
 */
export const review = (ports: ReviewPorts) => {
  const { hash, log, reviewUrl } = ports;
  const inBase64 = (text: string) => Buffer.from(hash(text).replace('sha256:', ''), 'hex').toString('base64');
  const respond = respondWith({ style: inBase64(style.text), script: inBase64(script.text) });
  const ownOrigin = new URL(reviewUrl).origin;

  const fault = (status: number, title: string, text: string, more = {}) =>
    respond(status, page({ kind: 'fault', title, text }), more);

  const tell = (answered: SignInAnswer): Response => {
    if (answered.kind === 'nothing') return respond(404, page({ kind: 'nothing' }));
    const { cookies } = answered;
    if (answered.kind === 'refused') return { ...respond(403, page({ ...answered, kind: 'notSignedIn' })), cookies };
    return { ...respond(303, page({ kind: 'elsewhere' }), { location: answered.address }), cookies };
  };

  const answer = async (request: Exclude<Request, IamRequest>): Promise<Response> => {
    const { kind, method } = request;
    const run = kind === 'signedIn' ? undefined : request.run;
    const methods = kind === 'review' ? ['GET', 'HEAD', 'POST'] : ['GET'];
    if (!methods.includes(method)) {
      log.warn('a request is of no use here', { run, method });
      return fault(405, 'Not like this', 'A plan is looked at or answered.', { allow: methods.join(', ') });
    }
    switch (kind) {
      case 'review':
        return atLink(request);
      case 'signIn':
        return tell(await startSignIn(ports, request));
      case 'signedIn':
        return tell(await finishSignIn(ports, request));
    }
  };

  const atLink = async (request: LinkRequest): Promise<Response> => {
    const { method, run } = request;
    const form = method === 'POST' ? readForm(request, ownOrigin) : undefined;
    if (typeof form === 'string') {
      log.warn('answer is no form of ours', { run, fault: form });
      return fault(formFaults[form].status, 'Your answer was not recorded', formFaults[form].text);
    }

    const guest = await guestAt(ports, request);
    if (guest === undefined) {
      log.warn('a link is nobody’s', { run, method });
      return respond(404, page({ kind: 'nothing' }));
    }

    const { approver } = guest.invitation;
    const provedBy = await proofOf(ports, request);
    if (provedBy === undefined) {
      const reasons: readonly SignInRefusal[] = form === undefined ? [] : ['notSignedIn'];
      if (form === undefined) log.info('asked to sign in', { run, approver, method });
      else log.warn('answer refused', { run, approver, reasons });
      return respond(form === undefined ? 200 : 403, page({ kind: 'signIn', run, link: request.link, reasons }));
    }

    const visit = await openLink(ports, guest, provedBy);
    const { page: number } = request;
    const showing: Showing = { visit, now: ports.clock.now(), page: number, settings: ports.settings };
    if (form === undefined) {
      const view = viewOf(showing);
      log.info('plan looked at', { run, approver, method, shown: view.kind });
      return respond(view.kind === 'changed' ? 409 : 200, page(view));
    }

    const decided = await decide(ports, visit, form);
    const view = viewOf({ ...showing, page: 1 }, { decided, reason: form.reason });
    return respond(statusOf(decided, view), page(view));
  };

  return async (event: unknown): Promise<Response> => {
    const request = parseEvent(event);
    if (request === undefined) {
      log.warn('an address is no link');
      return respond(404, page({ kind: 'nothing' }));
    }
    try {
      if (request.kind === 'iam') return await atIam(ports, request);
      const response = await answer(request);
      return request.method === 'HEAD' ? { ...response, body: '' } : response;
    } catch (error) {
      const run = request.kind === 'signedIn' ? undefined : request.run;
      if (error instanceof ProviderError) {
        log.error('the identity provider is of no use', { run, code: error.code });
        return fault(503, 'Nobody can sign in now', providerFault);
      }
      log.error('the desk cannot work', { run, error: error instanceof Error ? error.name : 'unknown' });
      if (request.kind === 'iam')
        return refusal(503, 'notNow', 'Something that the desk needs does not answer. Ask again.');
      return fault(503, 'Not now', 'Something that the desk needs does not answer. Open your link again in a minute.');
    }
  };
};

const providerFault =
  'The identity provider does not answer as it should. Nothing has been decided. Open your link again in a minute, and ' +
  'tell whoever operates Keyturn if it stays like this.';

/** What the sender of an answer can put right on the page that it comes back with. */
const correctable: ReadonlySet<Refusal> = new Set(['noDecision', 'countWrong', 'reasonMissing', 'reasonTooLong']);

function statusOf(decided: Awaited<ReturnType<typeof decide>>, view: View): number {
  if (decided.kind === 'decided') return decided.delivery === 'lost' ? 202 : 200;
  if (decided.kind === 'counted') return 200;
  return view.kind === 'open' && decided.reasons.every((reason) => correctable.has(reason)) ? 422 : 409;
}
