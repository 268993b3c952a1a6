import { type Html, html } from '../../lambdas/review/html.ts';
import type { RehearsalReport } from '../report.ts';
import { sayWhyOfSecret } from './sentences.ts';
import { clockTime, grouped, many } from './words.ts';

type Secret = RehearsalReport['secrets'][number];

export const waveOutcomes: Readonly<Record<RehearsalReport['waves'][number]['outcome'], string>> = {
  renewed: 'sound and renewed',
  'rolled-back': 'rolled back',
  held: 'held: a person must look',
  'not started': 'not started',
  unfinished: 'unfinished',
};

export const kinds: Readonly<Record<Secret['kind'], string>> = {
  rotated: 'rotated',
  deactivated: 'deactivated',
  deleted: 'deleted',
  rolledBack: 'rolled back',
  held: 'held',
  untouched: 'untouched',
  leftAlone: 'left alone',
};

/** More rows than this are folded away at first. */
const mostOpen = 60;

/** Every planned secret, wave by wave. */
export function secretsSection({ secrets, waves, selected, outcome }: RehearsalReport): Html {
  const byWave = [...Map.groupBy(secrets, ({ wave }) => wave)].sort(([one], [other]) => one - other);
  const isOpen = secrets.length <= mostOpen;
  return html`<section aria-labelledby="secrets-title"><h2 id="secrets-title">Every planned secret</h2>
<p>${
    secrets.length === 0
      ? `No plan was made${selected > 0 ? ` of the ${many(selected, 'secret')} that had been selected` : ''}: nothing could be touched.`
      : `${many(secrets.length, 'secret')} in ${many(byWave.length, 'wave')}, and what happened to each.`
  }</p>
${byWave.map(([number, ofWave]) => {
  const wave = waves.find((one) => one.number === number);
  return html`<details class="wave"${isOpen ? html` open` : undefined}><summary><h3>Wave ${number}</h3> <span class="soft">${tally(ofWave)}</span></summary>
${wavesTable(number, ofWave, wave?.outcome ?? 'not started', outcome)}</details>
`;
})}</section>`;
}

/** `19 rotated, 1 left alone`. */
function tally(secrets: readonly Secret[]): string {
  const counts = Map.groupBy(secrets, ({ kind }) => kind);
  return (Object.keys(kinds) as Secret['kind'][])
    .flatMap((kind) => (counts.has(kind) ? [`${grouped(counts.get(kind)?.length ?? 0)} ${kinds[kind]}`] : []))
    .join(', ');
}

const wavesTable = (
  number: number,
  secrets: readonly Secret[],
  wave: RehearsalReport['waves'][number]['outcome'],
  run: RehearsalReport['outcome'],
): Html => html`<table><caption class="unseen">Secrets of wave ${number}</caption>
<thead><tr><th scope="col">Secret</th><th scope="col">What happened</th></tr></thead>
${[...Map.groupBy(secrets, ({ tier }) => tier)].map(
  ([tier, ofTier]) => html`<tbody><tr><th colspan="2" scope="rowgroup"><bdi>${tier}</bdi></th></tr>
${ofTier.map((secret) => row(secret, wave, run))}</tbody>
`,
)}</table>`;

const row = (secret: Secret, wave: Parameters<typeof why>[1], run: RehearsalReport['outcome']): Html =>
  html`<tr class="one"><td><bdi>${secret.name}</bdi><small><bdi>${secret.service}</bdi>, ${secret.strategy}</small></td><td><span class="${secret.kind}">${kinds[secret.kind]}</span><small>${why(secret, wave, run)}</small></td></tr>
`;

/** Why a secret is where it is: what is recorded of it, else what follows from how its wave and its run ended. */
function why(
  { kind, reason, promotedAt, demotedAt }: Secret,
  wave: RehearsalReport['waves'][number]['outcome'],
  run: RehearsalReport['outcome'],
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
  wave: RehearsalReport['waves'][number]['outcome'],
  run: RehearsalReport['outcome'],
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
