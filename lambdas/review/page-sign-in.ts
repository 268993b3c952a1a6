import { signInRefusals } from '../../core/approval/sign-in.ts';
import { type Html, html } from './html.ts';
import type { View } from './view.ts';

/** What a link shows to whoever has not signed in: nothing of the plan, and no way to answer. */
export const signInPrompt = ({ run, link, reasons }: Extract<View, { readonly kind: 'signIn' }>): Html => html`${
  reasons.length === 0
    ? undefined
    : html`<div class="alert" role="alert" tabindex="-1" autofocus><h2>Your answer was not recorded</h2>
<ul>${reasons.map((reason) => html`<li>${signInRefusals[reason]}</li>`)}</ul></div>`
}
<p class="stage">Keyturn</p>
<h1>Sign in to see the plan</h1>
<p>A plan waits for an answer from the person whom this link was sent to. Sign in as that person to see it. Signing in
decides nothing.</p>
<p><a class="button" href="/sign-in/${run}/${link}">Sign in</a></p>`;

/** Why a sign-in does not count. Nothing has been decided, and nothing shown. */
export const signInRefused = ({
  reasons,
  retry,
}: Extract<View, { readonly kind: 'notSignedIn' }>): Html => html`<p class="stage">Keyturn</p>
<h1>You are not signed in</h1>
<div class="alert" role="alert" tabindex="-1" autofocus><h2>Why</h2>
<ul>${reasons.map((reason) => html`<li>${signInRefusals[reason]}</li>`)}</ul></div>
<p>${
  reasons.includes('otherPerson')
    ? 'A link is personal, so the plan is not shown. If you are an approver, use the link that was sent to you.'
    : 'Nothing of the plan is shown, and you have decided nothing.'
}</p>
${
  retry === undefined
    ? html`<p>Open your link again, in one browser from the beginning to the end, and let it keep cookies.</p>`
    : html`<p><a class="button" href="${retry}">Sign in again</a></p>`
}`;
