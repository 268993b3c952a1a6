import { linkIn } from '../../../rehearsal/day/approver.ts';
import type { Scene, Trap } from '../../../rehearsal/day/scenario.ts';

/** Whom the deployment asks for approvals. */
export const platform = 'platform-oncall@chromepay.example';
export const security = 'security-oncall@chromepay.example';

/** Somebody of the account who may do everything in it, and does it at once. */
export function operate({ cloud }: Scene, operation: string, input: Readonly<Record<string, unknown>>): unknown {
  const principal = 'arn:aws:iam::111122223333:role/operator';
  const { authorisation } = cloud.account;
  authorisation.admit(principal, 'administrator');
  return cloud.secretsManager.call(operation, input as never, authorisation.contextOf(principal));
}

/** Invokes a function as an administrator of the account can, past the workflow. */
export async function invoke({ cloud }: Scene, functionName: string, payload: unknown): Promise<unknown> {
  const principal = 'arn:aws:iam::111122223333:role/insider';
  cloud.account.authorisation.admit(principal, 'administrator');
  const answer = (await cloud.account.call(principal, 'lambda', 'Invoke', {
    FunctionName: `arn:aws:lambda:us-east-1:111122223333:function:${functionName}`,
    Payload: JSON.stringify(payload),
  })) as { Payload: string };
  return JSON.parse(answer.Payload);
}

/** Does something of its own while the run goes on. */
export function meanwhile(work: () => Promise<void>): Trap {
  const done = work();
  // Whether it went well is asked when the run has ended.
  done.catch(() => {});
  return { settled: () => done };
}

/** Does something when the machine enters a state for the nth time. */
export function when(state: string, work: () => void, nth = 1): Trap {
  let times = 0;
  return {
    onTransition: (transition) => {
      if (transition.kind === 'entered' && transition.state === state && ++times === nth) work();
    },
  };
}

/** Waits for the link that an approver is sent. */
export async function invited({ cloud, time }: Scene, email: string): Promise<string> {
  let link = linkIn(cloud, email);
  while (link === undefined) {
    await time.sleep(1_000);
    link = linkIn(cloud, email);
  }
  return link;
}

/** Asks the review page as a browser does. Time stands still meanwhile, but for what the request takes. */
export async function ask({ time, door }: Scene, link: string, init: RequestInit = {}) {
  door.mind(time.hold());
  try {
    const response = await fetch(link, init);
    return { status: response.status, text: await response.text() };
  } finally {
    door.forget();
  }
}

/** Sends the page's form, filled in as the link's owner would, some of it otherwise. */
export async function answer(scene: Scene, link: string, otherwise: Readonly<Record<string, string>> = {}) {
  const { text: page } = await ask(scene, link);
  return send(scene, link, { ...fieldsIn(page), decision: 'approved', ...otherwise });
}

export const send = (scene: Scene, link: string, fields: Readonly<Record<string, string>>) =>
  ask(scene, link, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(link).origin },
    body: new URLSearchParams(fields).toString(),
  });

/** What the form on the page holds, with the number that it asks for. */
export const fieldsIn = (page: string): Record<string, string> => ({
  digest: /name="digest" value="([^"]*)"/.exec(page)?.[1] ?? '',
  scope: /name="scope" value="([^"]*)"/.exec(page)?.[1] ?? '',
  nonce: /name="nonce" value="([^"]*)"/.exec(page)?.[1] ?? '',
  count: /<h1>(?:Go on [^:]*: )?\w+ (\d+) /.exec(page)?.[1] ?? '',
});
