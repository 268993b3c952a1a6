import { type Refusal, refusals as refusalTexts } from '../../core/approval/approval-answer.ts';
import { headline, waveHeadline } from '../../core/approval/approval-summary.ts';
import { capitalised, modeWords } from '../../core/mode-words.ts';
import { counted } from '../../core/plain-text.ts';
import { waveOfScope } from '../../core/scope.ts';
import { type Html, html } from './html.ts';
import { answeredSection } from './page-answers.ts';
import { decidedSection, decisionForms, overSection } from './page-decision.ts';
import { unbroken } from './page-parts.ts';
import { planSections } from './page-plan.ts';
import { endSection, progressSection } from './page-progress.ts';
import { signInPrompt, signInRefused } from './page-sign-in.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import type { PlanView, View } from './view.ts';

/** The page of one approver, in one piece: it asks for nothing else, and works without a script. */
export function page(view: View): Html {
  const title = titleOf(view);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Keyturn</title>
${style.element}
</head>
<body>
<main>
${bodyOf(view)}
</main>
${script.element}
</body>
</html>
`;
}

function titleOf(view: View): string {
  switch (view.kind) {
    case 'open':
      return `${view.refusals.length > 0 ? 'Not recorded: ' : ''}${questionOf(view.plan)}`;
    case 'answered':
      return 'Your answer is recorded';
    case 'decided':
      return view.decision.decision === 'approved' ? 'Approved' : 'Rejected';
    case 'over':
      return 'Too late to answer';
    case 'changed':
      return 'This plan has been changed';
    case 'nothing':
      return 'Nothing here';
    case 'signIn':
      return `${view.reasons.length > 0 ? 'Not recorded: s' : 'S'}ign in to see the plan`;
    case 'notSignedIn':
      return 'You are not signed in';
    case 'elsewhere':
      return 'Go on';
    case 'fault':
      return view.title;
  }
}

function bodyOf(view: View): Html {
  switch (view.kind) {
    case 'open': {
      const { plan } = view;
      return html`${alert(view.refusals, true)}
<p class="stage">Keyturn · <bdi>${plan.header.stage}</bdi></p>
<h1>${unbroken(headingOf(plan))}</h1>
${plan.sheet.page > 1 ? undefined : html`<p><a class="jump" href="#decide">Go to your decision</a></p>`}
${view.progress === undefined ? undefined : progressSection(plan, view.progress)}
${planSections(plan, true)}
${plan.sheet.page > 1 ? undefined : decisionForms(view)}`;
    }
    case 'answered':
      return html`${alert(view.refusals)}
${answeredSection(view)}
<h2 class="plan">${unbroken(headingOf(view.plan))}</h2>
${planSections(view.plan)}`;
    case 'decided':
      return html`${alert(view.refusals)}
${decidedSection(view)}
${view.plan === undefined ? undefined : html`<h2 class="plan">The plan: ${unbroken(headline(view.plan.header, view.plan.now))}</h2>${planSections(view.plan)}`}`;
    case 'over':
      return html`${alert(view.refusals)}
${overSection(view.plan)}
${view.report === undefined ? undefined : endSection(view.report)}
${planSections(view.plan)}`;
    case 'changed':
      return html`${named}
<h1>This plan has been changed</h1>
<p>What is stored of it is not what waits for an answer, so it is not shown, and nobody can approve it. Nothing is
touched: the run ends by itself when the time to answer is over. Tell whoever operates Keyturn, and name this digest:</p>
<p><code>${view.digest}</code></p>`;
    case 'nothing':
      return html`${named}
<h1>Nothing here</h1>
<p>This link opens nothing. It may be incomplete, or replaced by a newer one: look for the last message you got.</p>`;
    case 'signIn':
      return signInPrompt(view);
    case 'notSignedIn':
      return signInRefused(view);
    case 'elsewhere':
      return html`<h1>Go on</h1>`;
    case 'fault':
      return html`${named}
<h1>${view.title}</h1>
<p>${view.text}</p>`;
  }
}

/** What stands above a page that can say nothing of a stage. */
const named = html`<p class="stage">Keyturn</p>`;

const questionOf = ({ header, scope }: PlanView): string => {
  const wave = waveOfScope(scope);
  return wave === undefined
    ? `${capitalised(modeWords[header.mode].act)} ${counted(header.selected, 'secret')}?`
    : `Go on with wave ${wave}?`;
};

const headingOf = ({ header, scope, now }: PlanView): string => {
  const wave = waveOfScope(scope);
  return wave === undefined ? headline(header, now) : waveHeadline(header, wave);
};

/** Takes the focus, so that whoever does not see the page hears first that nothing was recorded, and where to mend it. */
const alert = (refusals: readonly Refusal[], isOpen = false): Html | undefined =>
  refusals.length === 0
    ? undefined
    : html`<div class="alert" role="alert" tabindex="-1" autofocus><h2>Your answer was not recorded</h2><ul>${refusals.map(
        (refusal) => html`<li>${isOpen ? sentenceOf(refusal) : refusalTexts[refusal]}</li>`,
      )}</ul></div>`;

function sentenceOf(refusal: Refusal): Html {
  const field = fieldOf[refusal];
  const text = refusalTexts[refusal];
  return field === undefined ? html`${text}` : html`<a href="#${field}">${text}</a>`;
}

/** The field in which a refusal can be mended. */
const fieldOf: { readonly [refusal in Refusal]?: string } = {
  countWrong: 'count',
  reasonMissing: 'reason',
  reasonTooLong: 'reason',
};
