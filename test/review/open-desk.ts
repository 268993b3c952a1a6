import assert from 'node:assert/strict';

import type { Decision } from '../../core/approval/decision.ts';
import type { Run } from '../../core/plan.ts';
import type { Plan } from '../../core/planning/plan-making.ts';
import type { Settings } from '../../core/settings.ts';
import { requestApproval } from '../../lambdas/request-approval/step.ts';
import { review } from '../../lambdas/review/step.ts';
import type { Account } from '../../rehearsal/account/account.ts';
import { Door } from '../../rehearsal/door/door.ts';
import type { HttpApi } from '../../rehearsal/template/stack.ts';
import { ApprovalWorld } from '../lambdas/approval-world.ts';
import type { Key } from '../rehearsal/account/signing.ts';
import { OpenProvider } from './open-provider.ts';

/* A desk behind a real server on loopback: the rehearsal's door before the deployed steps, over ports in memory. */

export * from '../lambdas/approval-plans.ts';

/** The routes of the deployed API that lead to the review function. */
const routes = [
  'GET /review/{run}/{link}',
  'POST /review/{run}/{link}',
  'GET /sign-in/{run}/{link}',
  'GET /signed-in',
].map((routeKey) => ({ routeKey, authorizationType: 'NONE', integrationUri: 'arn:review' }));

const iamRoutes = ['GET /runs/{run}/approval', 'POST /runs/{run}/approval'].map((routeKey) => ({
  routeKey,
  authorizationType: 'AWS_IAM',
  integrationUri: 'arn:review',
}));

/** An account whose one function answers, and to whom nothing else can be said. */
const accountWith = (answer: (event: unknown) => Promise<unknown>) =>
  ({
    authorisation: { contextOf: () => ({ allows: () => true }) },
    call: async (_principal: string, _service: string, _operation: string, { Payload }: { Payload: string }) => {
      try {
        return { Payload: JSON.stringify(await answer(JSON.parse(Payload))) };
      } catch {
        return { Payload: '', FunctionError: 'Unhandled' };
      }
    },
  }) as unknown as Account;

type OpenOptions = Partial<Omit<Settings, 'signIn'>> & { readonly signIn?: boolean };

export class OpenDesk {
  readonly world: ApprovalWorld;
  readonly #door: Door;
  readonly #idp: OpenProvider | undefined;
  readonly url: string;

  private constructor(door: Door, idp: OpenProvider | undefined, settings: Partial<Settings>) {
    this.world = new ApprovalWorld(settings);
    this.#door = door;
    this.#idp = idp;
    this.url = door.url;
    const { ports } = this.world;
    const answer = review({ ...ports, ...idp?.portsOf(ports), reviewUrl: this.url });
    door.leadTo(
      accountWith(answer),
      { id: 'api', routes: [...routes, ...iamRoutes] } as unknown as HttpApi,
      'us-east-1:111122223333',
    );
  }

  /** With a provider, whoever has a link must sign in there. */
  static async open({ signIn = false, ...settings }: OpenOptions = {}): Promise<OpenDesk> {
    const door = await Door.open();
    return new OpenDesk(door, signIn ? await OpenProvider.open(`${door.url}/signed-in`) : undefined, settings);
  }

  /** From now on requests that are signed with this key are its holder's, and IAM lets them. */
  giveKey(key: Key): void {
    this.#door.giveKey(key.accessKeyId, key);
  }

  async close(): Promise<void> {
    await Promise.all([this.#door.close(), this.#idp?.close()]);
  }

  get idp(): OpenProvider {
    return this.#idp ?? assert.fail('nobody has to sign in at this desk');
  }

  /** Archives a plan, asks for its approval, and returns the approvers' links. */
  async ask(
    plan: Plan,
    taskToken = 'task-token',
  ): Promise<{ readonly firstApprover: string; readonly secondApprover: string }> {
    const digest = this.world.depositPlan(plan);
    const { run, requestedBy } = plan.header;
    const before = this.world.announced.length;
    await requestApproval({ ...this.world.ports, reviewUrl: this.url })({ run, digest, requestedBy, taskToken });

    const sent = this.world.announced.slice(before);
    const linkTo = (approver: string) =>
      /https?:\S+\/review\/\S+/.exec(sent.find(({ to }) => to === approver)?.text ?? '')?.[0] ?? '';
    return { firstApprover: linkTo('first-approver'), secondApprover: linkTo('second-approver') };
  }

  decisionOf(run: Run): Decision | undefined {
    const text = this.world.archive.texts.get(`runs/${run}/decision.json`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  get logged(): string {
    return JSON.stringify(this.world.logged);
  }
}

/** The fields of a page's form, as they stand in it: what a scanner sends, and what a person adds to. */
export function formsOf(page: string): URLSearchParams[] {
  return [...page.matchAll(/<form[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, form = '']) =>
      new URLSearchParams(
        [...form.matchAll(/<input\b[^>]*>/g)].map(([tag]): [string, string] => [
          attribute(tag, 'name'),
          attribute(tag, 'value'),
        ]),
      ),
  );
}

const attribute = (tag: string, name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

/** What a browser says of a form that a page of this origin sends. */
export const ofThisPage = { origin: 'null', 'sec-fetch-site': 'same-origin' };

/** Sends an answer over HTTP, as the page of that link would. */
export const send = (
  link: string,
  answer: Readonly<Record<string, string>> | URLSearchParams | string,
  headers: Readonly<Record<string, string>> = ofThisPage,
): Promise<Response> =>
  fetch(link, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(answer).toString(),
  });

/** Opens a link, fills in the form for this decision, and sends it. */
export async function answerAt(link: string, answer: Readonly<Record<string, string>>): Promise<Response> {
  return send(link, await filledAt(link, answer));
}

/** What the page at a link would send. */
export async function filledAt(link: string, answer: Readonly<Record<string, string>>): Promise<URLSearchParams> {
  const forms = formsOf(await (await fetch(link)).text());
  const form = forms.find((fields) => fields.get('decision') === answer['decision']) ?? new URLSearchParams();
  return new URLSearchParams({ ...Object.fromEntries(form), ...answer });
}
