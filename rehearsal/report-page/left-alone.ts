import { sayWhyLeftAlone, sayWhyOfSecret } from '../../core/notices/reason-words.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import type { RunTold } from '../day/report.ts';
import type { Place } from './place.ts';
import { many } from './words.ts';

interface Named {
  readonly name: string;
  readonly reason: string;
  readonly why: string;
}

/** Every secret that was not touched, by reason, the most frequent first. */
export function leftAloneSection(told: RunTold, place: Place): Html {
  const named = Map.groupBy([...told.leftAloneSecrets, ...lateOnes(told)], ({ reason }) => reason);
  const reasons = [...new Set([...Object.keys(told.leftAlone), ...named.keys()])]
    .map((reason) => ({ reason, names: named.get(reason) ?? [] }))
    .map(({ reason, names }) => ({ reason, names, count: told.leftAlone[reason] ?? names.length }))
    .sort((one, other) => other.count - one.count);
  const total = reasons.reduce((sum, { count }) => sum + count, 0);

  return place.section(
    'left-alone',
    'Left alone',
    html`<p>${total === 0 ? 'No secret was left alone.' : `${many(total, 'secret')} ${total === 1 ? 'was' : 'were'} left alone, and this is why.`}</p>
${reasons.map(({ reason, names, count }) => group(names[0]?.why ?? sayWhyLeftAlone(reason), names, count))}`,
  );
}

const group = (why: string, names: readonly Named[], count: number): Html =>
  names.length === 0
    ? html`<p class="group">${many(count, 'secret')}: ${why} <span class="soft">(the run ended before it listed their names)</span></p>`
    : html`<details><summary>${many(count, 'secret')}: ${why}</summary>
<ul class="names">${names.map(
        ({ name }) => html`<li class="one"><bdi>${name}</bdi></li>
`,
      )}</ul></details>
`;

/** Planned, and then left alone right before they would have been touched. They stand among their wave, too. */
const lateOnes = ({ secrets }: RunTold): Named[] =>
  secrets
    .filter(({ kind }) => kind === 'leftAlone')
    .map(({ name, reason = 'unknown' }) => ({ name, reason, why: sayWhyOfSecret(reason) }));
