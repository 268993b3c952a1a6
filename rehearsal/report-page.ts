import { createHash } from 'node:crypto';
import { html } from '../lambdas/review/html.ts';
import type { RehearsalReport } from './report.ts';
import { callsSection } from './report-page/calls.ts';
import { evidenceSection } from './report-page/evidence.ts';
import { guardsSection } from './report-page/guards.ts';
import { outcomeNames } from './report-page/headline.ts';
import { leftAloneSection } from './report-page/left-alone.ts';
import { pictureSection } from './report-page/picture.ts';
import { script } from './report-page/script.ts';
import { style } from './report-page/style.ts';
import { aboutSection, summarySection } from './report-page/summary.ts';
import { secretsSection } from './report-page/waves.ts';

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
${summarySection(report)}
${contents}
${pictureSection(report)}
${guardsSection(report)}
${filter}
${secretsSection(report)}
${leftAloneSection(report)}
${evidenceSection(report)}
${callsSection(report)}
${aboutSection(report)}
</main>
${script.element}
</body>
</html>
`.toString();

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Should anything slip in after all, the browser neither runs nor fetches it. */
const policy = `default-src 'none'; style-src ${hashOf(style.text)}; script-src ${hashOf(script.text)}; base-uri 'none'; form-action 'none'`;

const contents = html`<nav aria-label="Contents"><ul>
<li><a href="#guards-title">Guardrails</a></li>
<li><a href="#secrets-title">Every planned secret</a></li>
<li><a href="#left-alone-title">Left alone</a></li>
<li><a href="#evidence-title">Clients</a></li>
<li><a href="#calls-title">Calls</a></li>
<li><a href="#about-title">About this run</a></li>
</ul></nav>`;

/** Shown by the script, which alone makes it work. */
const filter = html`<p class="filter" id="finding" hidden><label for="filter">Find secrets by name, service or what happened</label>
<input id="filter" type="search" autocomplete="off" spellcheck="false"><output id="matches" for="filter"></output></p>`;
