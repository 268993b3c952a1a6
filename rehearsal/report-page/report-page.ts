import { createHash } from 'node:crypto';
import { type Html, html } from '../../lambdas/review/html.ts';
import type { RehearsalReport } from '../day/report.ts';
import { callsSection } from './calls.ts';
import { clientsSection } from './clients.ts';
import { outcomeNames, runHeadline } from './headline.ts';
import { patterns } from './picture.ts';
import { Place } from './place.ts';
import { runPart, runSections } from './run-part.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import { dayFacts, runFacts, summarySection } from './summary.ts';

/** The report as one file that asks for nothing else, and reads the same without its script. */
export const reportPage = (report: RehearsalReport): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${outcomeNames[report.outcome]}: ${report.run} · Keyturn</title>
${style.element}
</head>
<body>
<main>
${patterns}
${summarySection(report)}
${report.others.length === 0 ? ofOne(report) : ofSeveral(report)}
${clientsSection(report)}
${callsSection(report)}
${Place.page.section(
  'about',
  'About this rehearsal',
  html`<dl class="facts">
${report.others.length === 0 ? runFacts(report) : undefined}
${dayFacts(report)}
</dl>`,
)}
</main>
${script.element}
</body>
</html>
`.toString();

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Should anything slip in after all, the browser neither runs nor fetches it. */
const policy = `default-src 'none'; style-src ${hashOf(style.text)}; script-src ${hashOf(script.text)}; base-uri 'none'; form-action 'none'`;

const link = (name: string, text: string): Html => html`<li><a href="#${Place.page.id(name)}">${text}</a></li>
`;

const ofTheDay = html`${link('clients', 'Clients')}${link('calls', 'Calls')}${link('about', 'About this rehearsal')}`;

const ofOne = (report: RehearsalReport): Html => html`<nav aria-label="Contents"><ul>
${link('guards', 'Guardrails')}${link('secrets', 'Every planned secret')}${link('left-alone', 'Left alone')}${ofTheDay}</ul></nav>
${runSections(report, Place.page, filter)}`;

/** Several runs are listed first, each with how it ended. */
function ofSeveral(report: RehearsalReport): Html {
  const runs = [report, ...report.others];
  return html`<nav aria-label="Contents"><ol class="runs">
${runs.map(
  (told, index) => html`<li><a href="#run-${index + 1}">${runHeadline(told, report)}</a></li>
`,
)}</ol><ul>
${ofTheDay}</ul></nav>
${filter}
${runs.map((told, index) => runPart(told, index + 1, report))}`;
}

/** Shown by the script, which alone makes it work. */
const filter = html`<p class="filter" id="finding" hidden><label for="filter">Find secrets by name, service or what happened</label>
<input id="filter" type="search" autocomplete="off" spellcheck="false"><output id="matches" for="filter"></output></p>`;
