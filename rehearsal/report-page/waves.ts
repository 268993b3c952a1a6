import { modeWords } from '../../core/mode-words.ts';
import { sayWhyOfSecret } from '../../core/notices/reason-words.ts';
import { type Html, html } from '../../lambdas/review/html.ts';
import type { RunTold } from '../day/report.ts';
import type { Place } from './place.ts';
import { clockTime, grouped, many } from './words.ts';

type Secret = RunTold['secrets'][number];
type Wave = RunTold['waves'][number];

const waveOutcomes: Readonly<Record<Exclude<Wave['outcome'], 'renewed'>, string>> = {
  'rolled-back': 'rolled back',
  held: 'held: a person must look',
  'not started': 'not started',
  unfinished: 'unfinished',
};

/** How a wave ended, in the words of its run's mode. */
export const sayWave = ({ outcome }: Wave, mode: RunTold['mode']): string =>
  outcome !== 'renewed'
    ? waveOutcomes[outcome]
    : modeWords[mode].well === 'renewed'
      ? 'sound and renewed'
      : modeWords[mode].well;

/** What became of a secret. What is done to it is in the words of its run's mode. */
export const kinds = {
  rotated: 'rotated',
  deactivated: 'deactivated',
  deleted: 'deleted',
  rolledBack: 'rolled back',
  held: 'held',
  untouched: 'untouched',
  leftAlone: 'left alone',
} as const satisfies Readonly<Record<Secret['kind'], string>>;

const sayKind = (kind: Secret['kind'], mode: RunTold['mode']): string =>
  kind === 'rotated' ? modeWords[mode].done : kinds[kind];

/** More rows than this are folded away at first. */
const mostOpen = 60;

/** Every planned secret, wave by wave. */
export function secretsSection(told: RunTold, place: Place): Html {
  const { secrets, waves, selected, mode } = told;
  const byWave = [...Map.groupBy(secrets, ({ wave }) => wave)].sort(([one], [other]) => one - other);
  const isOpen = secrets.length <= mostOpen;
  return place.section(
    'secrets',
    'Every planned secret',
    html`<p>${
      secrets.length === 0
        ? `No plan was made${selected > 0 ? ` of the ${many(selected, 'secret')} that had been selected` : ''}: nothing could be touched.`
        : `${many(secrets.length, 'secret')} in ${many(byWave.length, 'wave')}, and what happened to each.`
    }</p>
${verification(told)}
${byWave.map(([number, ofWave]) => {
  const wave = waves.find((one) => one.number === number);
  return html`<details class="wave"${isOpen ? html` open` : undefined}><summary>${place.subtitle(`Wave ${number}`)} <span class="soft">${tally(ofWave, mode)}</span></summary>
${wavesTable(number, ofWave, wave?.outcome ?? 'not started', told)}</details>
`;
})}`,
  );
}

/** What another principal saw of it. */
const verification = ({ mode, verification: { claims, confirmed, contradicted } }: RunTold): Html | undefined =>
  claims === 0
    ? undefined
    : html`<p>Of ${many(claims, 'claim')} that ${mode === 'retire' ? 'an old credential' : 'a secret'} was ${modeWords[mode].done}, another role confirmed ${grouped(confirmed)} and contradicted
${contradicted > 0 ? html`<strong class="bad">${contradicted}</strong>` : contradicted}.</p>`;

/** `19 rotated, 1 left alone`. */
function tally(secrets: readonly Secret[], mode: RunTold['mode']): string {
  const counts = Map.groupBy(secrets, ({ kind }) => kind);
  return (Object.keys(kinds) as Secret['kind'][])
    .flatMap((kind) => (counts.has(kind) ? [`${grouped(counts.get(kind)?.length ?? 0)} ${sayKind(kind, mode)}`] : []))
    .join(', ');
}

const wavesTable = (
  number: number,
  secrets: readonly Secret[],
  wave: Wave['outcome'],
  run: RunTold,
): Html => html`<table><caption class="unseen">Secrets of wave ${number}</caption>
<thead><tr><th scope="col">Secret</th><th scope="col">What happened</th></tr></thead>
${[...Map.groupBy(secrets, ({ tier }) => tier)].map(
  ([tier, ofTier]) => html`<tbody><tr><th colspan="2" scope="rowgroup"><bdi>${tier}</bdi></th></tr>
${ofTier.map((secret) => row(secret, wave, run))}</tbody>
`,
)}</table>`;

const row = (secret: Secret, wave: Wave['outcome'], run: RunTold): Html =>
  html`<tr class="one"><td><bdi>${secret.name}</bdi><small><bdi>${secret.service}</bdi>, ${secret.strategy}</small></td><td><span class="${secret.kind}">${sayKind(secret.kind, run.mode)}</span><small>${why(secret, wave, run)}</small></td></tr>
`;

/** Why a secret is where it is: what is recorded of it, else what follows from how its wave and its run ended. */
function why(
  { kind, reason, promotedAt, demotedAt }: Secret,
  wave: Wave['outcome'],
  { outcome: run }: RunTold,
): string {
  const moments = [
    ...(promotedAt === undefined ? [] : [`promoted ${clockTime(promotedAt)}`]),
    ...(demotedAt === undefined ? [] : [`demoted ${clockTime(demotedAt)}`]),
  ];
  const cause = reason === undefined ? implied(kind, promotedAt === undefined, wave, run) : sayWhyOfSecret(reason);
  return [...moments, ...(cause === undefined ? [] : [cause])].join(', ');
}

function implied(
  kind: Secret['kind'],
  neverPromoted: boolean,
  wave: Wave['outcome'],
  run: RunTold['outcome'],
): string | undefined {
  switch (kind) {
    case 'untouched':
      if (wave !== 'not started') return 'its wave went back before its turn came';
      return run === 'rejected' || run === 'expired' ? `the plan was not approved` : 'its wave did not start';
    case 'rolledBack':
      return neverPromoted ? 'its new version was never promoted' : undefined;
    case 'held':
      return 'a person must look';
    case 'rotated':
    case 'deactivated':
    case 'deleted':
    case 'leftAlone':
      return undefined;
  }
}
