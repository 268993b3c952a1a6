import { type Instant, toIso } from '../../core/instant.ts';
import { type LeftAlone, leaveAloneReasons, restoreReasons } from '../../core/leave-alone.ts';
import { counted, oneLine, utcMinute } from '../../core/plain-text.ts';
import { type Outlook, type Preview, previewVerdicts } from '../../core/planning/preview.ts';
import { contradictions } from '../../core/selection/second-judgement.ts';
import type { SelectedSecret } from '../../core/selection/selection.ts';
import { table } from '../table.ts';

/** Up to how many secrets of one reason are listed by name. */
const namesShown = 5;

/** Why a secret is left alone that is not the fleet's. */
const outsideFleet = 'outsideFleet';

/** The shape that scripts rely on. Fields may be added; none is ever renamed. */
export function asJson({ waves, leftAlone, outside, guardrails, contradicted, verdict }: Preview): string {
  const printed = {
    selected: waves.flatMap((wave, index) =>
      wave.map(({ name, arn, tier, ...secret }) => ({ name, arn, tier, wave: index + 1, ...secret })),
    ),
    leftAlone: [
      ...leftAlone,
      ...outside.map((outsider) => ({ ...outsider, reason: outsideFleet, reasons: [outsideFleet] })),
    ],
    guardrails: guardrails.map((guardrail) =>
      guardrail.name === 'secondJudgement' ? { ...guardrail, contradicted } : guardrail,
    ),
    verdict,
  };
  return `${JSON.stringify(printed, undefined, 2)}\n`;
}

/** The same for a person. Names come from outside, so each is printed as one line without control characters. */
export function asText(judged: Preview, asOf: Instant): string {
  const parts = [
    fleetText(judged, asOf),
    ...waveTexts(judged.waves, dueColumns),
    leftAloneText(judged.leftAlone),
    guardrailText(judged),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n${verdictText(judged)}\n`;
}

function fleetText({ fleet, outside, waves, leftAlone }: Preview, asOf: Instant): string {
  const selected = waves.flat().length;
  return table([
    ['Fleet', `${counted(fleet.secrets, 'secret')}, ${counted(fleet.services, 'service')}`],
    ['As of', toIso(asOf)],
    ['Selected', selected === 0 ? 'none' : `${counted(selected, 'secret')} in ${counted(waves.length, 'wave')}`],
    ['Left alone', counted(leftAlone.length, 'secret')],
    ...(outside.length > 0 ? [['Not the fleet’s', `${counted(outside.length, 'secret')} under no tier’s path`]] : []),
  ]);
}

/** What is said of each secret in the last columns, by their heads. */
type Columns = Readonly<Record<string, (secret: SelectedSecret) => string>>;

const dueColumns: Columns = {
  expired: ({ expirationDate }) => expirationDate,
  'days overdue': ({ daysOverdue }) => String(daysOverdue),
};

/** One table for all waves, so that their columns are equally wide, cut where the waves are. */
export function waveTexts(waves: Outlook['waves'], columns: Columns): string[] {
  const rows = waves.flat().map((secret) => {
    const { tier, name, rotator, strategy } = secret;
    return [`  ${tier}`, oneLine(name), rotator, strategy, ...Object.values(columns).map((say) => say(secret))];
  });
  const heads = ['  tier', 'secret', 'rotator', 'strategy', ...Object.keys(columns)];
  const [head, ...lines] = table([heads, ...rows]).split('\n');

  return waves.map((wave, index) => {
    const start = waves.slice(0, index).flat().length;
    const title = `Wave ${index + 1}: ${counted(wave.length, 'secret')}`;
    return [title, head, ...lines.slice(start, start + wave.length)].join('\n');
  });
}

export function leftAloneText(leftAlone: readonly LeftAlone<string>[]): string {
  if (leftAlone.length === 0) return '';
  const byReason = [...Map.groupBy(leftAlone, ({ reason }) => reason)].sort(([, a], [, b]) => b.length - a.length);
  const summary = table(
    byReason.map(([reason, secrets]) => [`  ${secrets.length}`, reason, sentences[reason] ?? '']),
  ).split('\n');
  const lines = byReason.flatMap(([, secrets], index) => [
    summary[index],
    ...(secrets.length <= namesShown ? secrets.map(leftAloneLine) : []),
  ]);
  return ['Left alone', ...lines].join('\n');
}

const sentences: Readonly<Record<string, string>> = { ...leaveAloneReasons, ...restoreReasons };

const leftAloneLine = ({ name, reasons: [, ...others] }: LeftAlone<string>): string =>
  `       ${oneLine(name)}${others.length > 0 ? ` (also ${others.join(', ')})` : ''}`;

export function guardrailText({ guardrails, contradicted }: Outlook): string {
  const rows = guardrails.map(({ name, verdict, actual, limit, unit }) => [
    `  ${name}`,
    verdict,
    `${actual} of at most ${limit} ${unit}`,
  ]);
  const named = contradicted
    .slice(0, namesShown)
    .map(({ name, contradiction }) => `       ${oneLine(name)}: ${contradictions[contradiction]}`);
  const more = contradicted.length > namesShown ? [`       and ${contradicted.length - namesShown} more`] : [];
  return ['Guardrails', table(rows), ...named, ...more].join('\n');
}

export function verdictText({ verdict, startsAt }: Outlook): string {
  const start = startsAt === undefined ? 'No window opens within 60 days' : `Waves could start ${utcMinute(startsAt)}`;
  return `Verdict: ${verdict} (${previewVerdicts[verdict]})${verdict === 'confirmed' ? `\n${start}` : ''}`;
}
