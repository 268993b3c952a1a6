import { type Html, html } from '../../lambdas/review/html.ts';
import type { RehearsalReport, RunTold } from '../day/report.ts';
import { guardsSection } from './guards.ts';
import { runHeadline } from './headline.ts';
import { leftAloneSection } from './left-alone.ts';
import { pictureSection } from './picture.ts';
import { Place } from './place.ts';
import { fleetSection, reasonsSection, runFacts } from './summary.ts';
import { secretsSection } from './waves.ts';

/** All that is told of one run. What is between its guards and its secrets is for the page to say. */
export const runSections = (told: RunTold, place: Place, between?: Html): Html => html`${reasonsSection(told, place)}
${fleetSection(told, place)}
${pictureSection(told, place)}
${guardsSection(told, place)}
${between}
${secretsSection(told, place)}
${leftAloneSection(told, place)}`;

/** One run of several: its headline, which run it is, and all that is told of it. */
export const runPart = (told: RunTold, number: number, day: RehearsalReport): Html =>
  html`<section class="run" aria-labelledby="run-${number}"><h2 id="run-${number}" class="${told.outcome}">${number}. ${runHeadline(told, day)}</h2>
<dl class="facts">
${runFacts(told)}
</dl>
${runSections(told, Place.part(number))}</section>`;
