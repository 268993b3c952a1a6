import { type GivenAnswer, parseDecision, parseSealedAnswer, proofWords } from '../approval/decision.ts';
import { instant, toIso } from '../instant.ts';
import { modeWords } from '../mode-words.ts';
import { counted } from '../plain-text.ts';
import type { Batch, PlanHeader } from '../plan.ts';
import type { Confirmation, Draft, Fact } from '../planning/draft.ts';
import { countReasons } from '../planning/plan-making.ts';
import type { Start } from '../start.ts';
import type { BatchAnswer } from '../verdict/claim.ts';
import { type Probed, sayDoubt } from '../verdict/probe.ts';
import type { Renewal } from '../verdict/renewal.ts';
import type { WaveVerdict } from '../verdict/verdict.ts';
import { parseManifest } from './evidence.ts';
import type { RunReport } from './report.ts';

/** A kind of document: where it stands below its run, the one step whose role may deposit it, and what it says in a line. */
interface Kind {
  readonly path: RegExp;
  readonly by: string;
  /** Undefined, or throwing: it is no document of the kind. */
  readonly say: (text: string) => string | undefined;
}

const json =
  <T>(say: (document: T) => string) =>
  (text: string) =>
    say(JSON.parse(text) as T);
const lines = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));
const tally = (words: readonly string[]): string =>
  Object.entries(countReasons(words.map((reason) => ({ reason }))))
    .map(([word, count]) => `${count} ${word}`)
    .join(', ') || 'none';

const kinds: readonly Kind[] = [
  {
    path: /^start\.json$/,
    by: 'start-run',
    say: json<Start>(({ mode, requestedBy, why }) => `${mode}, asked for by ${requestedBy}: ${why}`),
  },
  {
    path: /^inventory\.jsonl$/,
    by: 'draft-plan',
    say: (text) => `listed ${counted(lines(text).length, 'secret')}`,
  },
  {
    path: /^preflight\.jsonl$/,
    by: 'draft-plan',
    say: (text) =>
      `laid out ${counted(secretsIn(text), 'candidate')} in ${counted(lines(text).length, 'batch', 'batches')}`,
  },
  {
    path: /^draft\.json$/,
    by: 'draft-plan',
    say: json<Draft>(
      ({ mode, requestedBy, why, selected, leftAlone }) =>
        `${mode}, asked for by ${requestedBy}: ${why}; selected ${selected.length}, left alone ${leftAlone.length}`,
    ),
  },
  {
    path: /^preflight\/\d+\.json$/,
    by: 'probe-batch',
    say: json<readonly Fact[]>((facts) => `tried what was current: ${tally(facts.map(({ answer }) => answer))}`),
  },
  {
    path: /^confirmation\.json$/,
    by: 'confirm-plan',
    say: json<Confirmation>(
      ({ guardrails, contradicted }) =>
        `judged again: ${counted(contradicted.length, 'contradiction')}; ${guardrails
          .map(({ name, actual, limit, verdict }) => `${name} ${actual} of ${limit}, ${verdict}`)
          .join('; ')}`,
    ),
  },
  {
    path: /^left-alone\.json$/,
    by: 'confirm-plan',
    say: json<readonly { readonly reason: string }[]>(
      (leftAlone) => `left alone: ${tally(leftAlone.map(({ reason }) => reason))}`,
    ),
  },
  {
    path: /^waves\/\d+\.jsonl$/,
    by: 'confirm-plan',
    say: (text) =>
      `planned ${counted(secretsIn(text), 'secret')} in ${counted(lines(text).length, 'batch', 'batches')}`,
  },
  {
    path: /^plan\.json$/,
    by: 'confirm-plan',
    say: json<PlanHeader>(
      ({ selected, waves, requestedBy, expiresAt }) =>
        `planned ${counted(selected, 'secret')} in ${counted(waves.length, 'wave')} for ${requestedBy}, good until ${toIso(expiresAt)}`,
    ),
  },
  { path: /^answers\/[\w-]+\/[\w.-]+\.json$/, by: 'review', say: sayOneAnswer },
  { path: /^(decision|decisions\/wave-\d+)\.json$/, by: 'review', say: sayDecision },
  {
    path: /^admissions\/\d+\.json$/,
    by: 'admit-wave',
    say: json<{ readonly admittedAt: number }>(({ admittedAt }) => `let go at ${toIso(instant(admittedAt))}`),
  },
  { path: /^probes\/\d+\/\w+\/\d+\.json$/, by: 'probe-batch', say: json<Probed>(sayProbed) },
  {
    path: /^verdicts\/\d+-\w+\.json$/,
    by: 'judge-wave',
    say: json<WaveVerdict>(
      ({ verdict, secrets, reasons }) =>
        `judged ${verdict}: ${tally(secrets.map(({ kind }) => kind))}${reasons.length === 0 ? '' : `; ${reasons.join('; ')}`}`,
    ),
  },
  {
    path: /^renewals\/\d+\/\d+\.json$/,
    by: 'renew-expiry',
    say: json<Renewal>(({ goal, moved, failed }) => {
      const not =
        failed.length === 0 ? '' : `, not ${failed.map(({ name, error }) => `${name} (${error})`).join(', ')}`;
      return `${goal === 'renew' ? 'renewed' : 'put back'} ${counted(moved.length, 'expiration tag')}${not}`;
    }),
  },
  { path: /^recovery\.json$/, by: 'recover-run', say: json<RunReport>(sayReport) },
  { path: /^report\.json$/, by: 'close-run', say: json<RunReport>(sayReport) },
  { path: /^manifest\.json$/, by: 'close-run', say: sayManifest },
  { path: /^recovery-manifest\.json$/, by: 'recover-run', say: sayManifest },
];

/** What one document says, in a line, and which step deposits its kind. `path` is below the run. */
export function sayDocument(path: string, text: string): { readonly by: string; readonly says: string } {
  const kind = kinds.find((one) => one.path.test(path));
  if (kind === undefined) return { by: 'unknown', says: 'a document of no known kind' };
  return { by: kind.by, says: saidBy(kind, text) ?? 'cannot be read as what it should be' };
}

function saidBy({ say }: Kind, text: string): string | undefined {
  try {
    return say(text);
  } catch {
    return undefined;
  }
}

const secretsIn = (text: string): number =>
  lines(text).reduce((sum, line) => sum + (JSON.parse(line) as Pick<Batch, 'secrets'>).secrets.length, 0);

function sayDecision(text: string): string | undefined {
  const given = parseDecision(text)?.answers.map(({ answer }) => sayGiven(answer));
  return given?.join(', and ');
}

function sayOneAnswer(text: string): string | undefined {
  const sealed = parseSealedAnswer(text);
  return sealed && sayGiven(sealed.answer);
}

function sayGiven(answer: GivenAnswer): string {
  const by = `by ${answer.approver} (${proofWords(answer.provedBy)}) at ${toIso(answer.decidedAt)}`;
  return answer.decision === 'approved' ? `approved ${by}` : `rejected ${by}: ${answer.reason}`;
}

function sayProbed({ answer, sightings, doubts }: Probed): string {
  const seen = `saw ${tally(sightings.map((sighting) => sighting.answer))}`;
  const doubted = doubts.length === 0 ? '' : `; doubts: ${doubts.map(sayDoubt).join('; ')}`;
  return `${answer === undefined ? '' : `${sayAnswer(answer)}; `}${seen}${doubted}`;
}

function sayAnswer(answer: BatchAnswer): string {
  if (answer.kind === 'turned') return `claimed ${tally(answer.claims.map(({ kind }) => kind))}`;
  return answer.kind === 'notStarted' ? `not started: ${answer.reason}` : `no claim: ${answer.error}`;
}

function sayReport({ mode, outcome, endedAt, rotated, rolledBack, held, verification, reasons }: RunReport): string {
  const why = reasons.length === 0 ? '' : `; ${reasons.join('; ')}`;
  return `${outcome} at ${toIso(endedAt)}: ${rotated} ${modeWords[mode].done}, ${rolledBack} rolled back, ${held} held; ${verification.confirmed} of ${verification.claims} claims confirmed${why}`;
}

function sayManifest(text: string): string | undefined {
  const manifest = parseManifest(text)?.manifest;
  return (
    manifest &&
    `signed ${counted(manifest.documents.length, 'document')} at ${toIso(manifest.madeAt)} with ${manifest.signedWith}`
  );
}
