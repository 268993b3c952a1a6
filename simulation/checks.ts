import { archiveKeys } from '../core/archive-keys.ts';
import type { RecoveryReport } from '../core/past-runs/recovery.ts';
import type { Run } from '../core/plan.ts';
import type { Stack } from '../rehearsal/template/stack.ts';
import { type Aftermath, deniedTo, moment, runsIn, type Said, said, type Told, wasActedOn } from './aftermath.ts';
import { auditsReport, auditsTouchNothing } from './checks-audit.ts';
import { driftIsSeen } from './checks-drift.ts';
import { onlyApprovedKeys, outOfUseAsTold, retiredInTime } from './checks-retirement.ts';
import { Needles, traces } from './eavesdropper.ts';
import type { Act } from './outsider.ts';
import { isAccepted } from './standing.ts';
import type { Before } from './world.ts';

/** A promise of the safety case that a run did not keep, and how. */
export interface Broken {
  readonly promise: `S${number}`;
  readonly how: string;
}

export type Check = (aftermath: Aftermath, runs: readonly Told[]) => Generator<string>;

/** What is checked of every run. S13 is about deployments; of it only that versions are called is seen here. */
const checks: readonly (readonly [Broken['promise'], Check])[] = [
  ['S1', onlyApproved],
  ['S1', onlyApprovedKeys],
  ['S1', auditsTouchNothing],
  ['S1', auditsReport],
  ['S2', withinCaps],
  ['S3', onlyDue],
  ['S4', unclearLeftAlone],
  ['S5', currentAuthenticates],
  ['S6', toldAsItIs],
  ['S7', oldStaysValid],
  ['S7', retiredInTime],
  ['S8', stoppedBySwitch],
  ['S9', withinRoles],
  ['S10', verifiedByAnother],
  ['S10', driftIsSeen],
  ['S11', settled],
  ['S12', nothingLeaks],
  ['S14', onlyAllowedHosts],
];

/** Promises that are broken, each with what broke it. */
export function broken(aftermath: Aftermath): readonly Broken[] {
  const runs = runsIn(aftermath.cloud);
  return checks.flatMap(([promise, check]) => [...check(aftermath, runs)].map((how) => ({ promise, how })));
}

/** No secret has a new version but one that an approved plan names. */
function* onlyApproved({ cloud, before, own, acted }: Aftermath, runs: readonly Told[]) {
  const approved = new Set(
    runs.filter(({ isApproved }) => isApproved).flatMap(({ planned }) => planned.map(({ newVersion }) => newVersion)),
  );
  const writes = cloud.account.writesToSecrets.total((principal) => own.has(principal));
  if (approved.size === 0 && writes > 0) yield `${writes} writes to secrets, and nothing was approved`;
  for (const [arn, { labels }] of before) {
    const current = cloud.secretsManager.labels(arn)['AWSCURRENT'] ?? '';
    const isTheirs = acted.some((one) => one.arn === arn && moving.has(one.act));
    if (current !== labels['AWSCURRENT'] && !isTheirs && !approved.has(current))
      yield `${arn}: AWSCURRENT is on ${current}, which nobody approved`;
  }
}

/** Acts that put AWSCURRENT elsewhere. */
const moving: ReadonlySet<Act> = new Set([
  'rotates it by hand',
  'moves AWSCURRENT to the other version',
  'puts the old value into a version of their own',
]);

/** Of several deployments the widest caps count: a run goes on with those that it began with. */
function* withinCaps({ live: { deployed }, staged, managed }: Aftermath, runs: readonly Told[]) {
  const secrets = Math.max(...deployed.map(({ caps }) => caps.secrets));
  const secretsPerDay = Math.max(...deployed.map(({ caps }) => caps.secretsPerDay));
  for (const { run, planned, isApproved } of runs)
    if (isApproved && planned.length > secrets)
      yield `${run} selected ${planned.length} secrets, of ${secrets} allowed`;
  const touches = [...staged, ...managed];
  for (const { at: last } of touches) {
    const ofDay = touches.filter(({ at }) => at > last - 86_400_000 && at <= last);
    const touched = new Set(ofDay.map(({ arn }) => arn)).size;
    if (touched > secretsPerDay) yield `${touched} secrets were touched in a day, of ${secretsPerDay} allowed`;
  }
}

function* onlyDue({ before, staged }: Aftermath) {
  for (const { arn, at } of staged) {
    const today = new Date(at).toISOString().slice(0, 10);
    const expires = before.get(arn)?.entry.Tags?.find(({ Key }) => Key === 'expiration_date')?.Value;
    if (expires === undefined || expires >= today) yield `${arn} expires ${expires}, and was touched`;
  }
}

function* unclearLeftAlone({ cloud, before, acted }: Aftermath) {
  for (const [arn, { labels, strategy }] of before) {
    if (strategy !== undefined || acted.some((act) => act.arn === arn)) continue;
    const now = cloud.secretsManager.labels(arn);
    if (JSON.stringify(now) !== JSON.stringify(labels)) yield `${arn} is unclear, and was touched`;
  }
}

/**
 * No client fails, and AWSCURRENT authenticates. Of `replace` this is so once everything has settled, after any single
 * fault; and of what an outsider did once somebody has looked at it after that, and has not left it to people.
 */
function* currentAuthenticates(aftermath: Aftermath, runs: readonly Told[]) {
  const { cloud, estate, before, suffered, failing } = aftermath;
  for (const { arn, service, at } of suffered) {
    const isInWindow = before.get(arn)?.strategy === 'replace';
    if (!isInWindow && !wasActedOn(aftermath, arn)) yield `a client, ${service}, failed at ${moment(at)} with ${arn}`;
  }
  for (const [arn, { strategy }] of before) {
    if (strategy === undefined || isExcused(aftermath, arn, runs)) continue;
    if (strategy === 'replace' && isHeldAfterTwoFaults(aftermath, arn, runs)) continue;
    if (!isAccepted(estate, cloud.secretsManager.value(arn))) yield `${arn}: AWSCURRENT does not authenticate`;
    if (failing.has(arn)) yield `${arn}: its clients cannot authenticate`;
  }
}

/** Whether an outsider has touched it, and Keyturn has not, or has not looked since, or has called people. */
function isExcused(aftermath: Aftermath, arn: string, runs: readonly Told[]): boolean {
  const last = Math.max(...aftermath.acted.filter((act) => act.arn === arn).map(({ at }) => at));
  if (!wasActedOn(aftermath, arn)) return false;
  const isHeld = said(runs, arn).some(({ kind }) => kind === 'held' || kind === 'leftAlone' || kind === 'untouched');
  const isLeftOut = runs
    .flatMap(({ leftAlone }) => leftAlone)
    .some((one) => one.arn === arn && one.reasons.some((reason) => unfit.has(reason)));
  const isUntouched = !aftermath.staged.some((one) => one.arn === arn);
  return isHeld || isLeftOut || isUntouched || last >= (aftermath.lastLook.get(arn) ?? 0);
}

/** Why a plan leaves out what nobody can authenticate with, or what was moved while the plan was made. */
const unfit: ReadonlySet<string> = new Set(['currentRejected', 'scheduledForDeletion', 'versionMoved']);

/** `replace` has a moment in which nothing authenticates. Recovery closes it after any single fault; after two, people may have to. */
const isHeldAfterTwoFaults = (aftermath: Aftermath, arn: string, runs: readonly Told[]): boolean =>
  aftermath.faults >= 2 &&
  runs.some((told) => said([told], arn).some(({ kind }) => kind === 'held') && isTold(aftermath, told));

/** Every secret is rotated, or back where it was, or held with a reason; and the report says which. */
function* toldAsItIs(aftermath: Aftermath, runs: readonly Told[]) {
  yield* outOfUseAsTold(aftermath, runs);
  for (const [arn, secret] of aftermath.before) {
    const reports = said(runs, arn);
    for (const { kind, reason } of reports) if (kind === 'held' && !reason) yield `${arn} is held without a reason`;
    const isHeld = reports.some(({ kind }) => kind === 'held');
    if (!isHeld && !wasActedOn(aftermath, arn)) yield* mistold(aftermath, arn, secret, reports);
  }
  yield* untold(aftermath, runs);
  yield* toldTwice(aftermath);
}

function* mistold({ cloud }: Aftermath, arn: string, { labels }: Before, reports: readonly Said[]) {
  const now = cloud.secretsManager.labels(arn);
  const hasMoved = now['AWSCURRENT'] !== labels['AWSCURRENT'];
  const told = reports.map(({ kind, mode }) => `${kind} by ${mode}`).join(', ') || 'not reported';
  // What a restore turned is where it was.
  const last = reports.findLast(({ kind }) => kind === 'rotated');
  if (hasMoved !== (last !== undefined && last.mode !== 'restore'))
    yield `${arn}: ${told}, and AWSCURRENT has ${hasMoved ? '' : 'not '}moved`;
  const { AWSPENDING: pending } = now;
  if (pending !== labels['AWSPENDING'] && pending !== now['AWSCURRENT'])
    yield `${arn}: ${told}, and AWSPENDING is left on ${pending}`;
}

/** What is held, people have been told of. */
function* untold(aftermath: Aftermath, runs: readonly Told[]) {
  for (const told of runs) {
    const held = told.report?.held ?? 0;
    if (held > 0 && !isTold(aftermath, told)) yield `${told.run} holds ${held} secrets, and nobody was told`;
  }
}

/** How a run ended is said once: what was settled does not report itself when it is redriven. */
function* toldTwice({ cloud: { s3, archiveBucket, states } }: Aftermath) {
  for (const { name, redrives } of states.executions()) {
    if (redrives.count === 0) continue;
    const recovery = s3.text(archiveBucket, archiveKeys.recovery(name as Run));
    const { reported = true } = JSON.parse(recovery ?? '{}') as Partial<RecoveryReport>;
    const isReported = s3.text(archiveBucket, archiveKeys.report(name as Run)) !== undefined;
    if (!reported && isReported) yield `${name} reported itself when it was redriven, after it had been settled`;
  }
}

/** Whether anybody was told how many secrets a run holds. */
function isTold({ cloud: { ses, sns }, live, slack }: Aftermath, { report }: Told): boolean {
  const mails = approversOf(live).flatMap(({ email }) => [ses.inbox(email), sns.inbox(email)]);
  return JSON.stringify([mails, slack?.posts]).includes(`${report?.held ?? 0} held`);
}

/** Where the strategy can leave the old credential valid, it is, unless a retirement took it out of use. */
function* oldStaysValid(aftermath: Aftermath) {
  const { cloud, estate, before, managed } = aftermath;
  for (const [arn, { labels, strategy }] of before) {
    if (strategy === undefined || strategy === 'replace' || wasActedOn(aftermath, arn)) continue;
    if (managed.some((one) => one.arn === arn && one.versions.includes(labels['AWSCURRENT'] ?? ''))) continue;
    if (!isAccepted(estate, cloud.secretsManager.value(arn, labels['AWSCURRENT'])))
      yield `${arn}: the credential that it had is no longer accepted`;
  }
}

/** A batch that had read the switch before it was gone may end; after that nothing new is begun. */
const longestBatch = 300_000;

function* stoppedBySwitch({ live: { halts }, staged, managed }: Aftermath) {
  const begun = [
    ...staged.map(({ arn, askedAt: at }) => ({ arn, at })),
    ...managed.filter(({ did }) => did !== 'reactivated'),
  ];
  for (const { from, until = Number.POSITIVE_INFINITY } of halts)
    for (const { arn, at } of begun)
      if (at > from + longestBatch && at < until)
        yield `${arn} was begun at ${moment(at)}, the switch was removed before`;
}

function* withinRoles({ cloud: { account, stack }, live, own, staged }: Aftermath) {
  for (const { principal, action, resource } of deniedTo(own, account)) {
    if (!isOfRuns(stack, principal) && isReplaced(stack, resource)) continue;
    // Whoever redrives a run asks for this in its name; that it is denied is as it should be.
    if (action === 'states:RedriveExecution') continue;
    yield `denied to ${principal}: ${action} on ${resource}`;
  }
  for (const { arn, principal } of staged) {
    const tier = live.deployed[0]?.tiers.find(({ path }) => arn.includes(`:secret:${path}`))?.name ?? '';
    if (!principal.toLowerCase().includes('rotatebatch') || !principal.toLowerCase().includes(tier))
      yield `${principal} wrote a value into ${arn}`;
  }
}

/**
 * A start that is delivered again after an update goes to a version that schedules may not call any more, and so does a look
 * for drift under way. What a run under way calls must stay within its reach.
 */
const isOfRuns = ({ stateMachines }: Stack, principal: string): boolean =>
  stateMachines.some(({ roleArn }) => roleArn === principal);

const isReplaced = ({ functions }: Stack, resource: string): boolean =>
  functions.some(({ arn, qualifiedArns }) => resource.startsWith(`${arn}:`) && !qualifiedArns.includes(resource));

function* verifiedByAnother(_: Aftermath, runs: readonly Told[]) {
  for (const { run, report } of runs) {
    if (report?.outcome !== 'completed') continue;
    const { verification, rotated } = report;
    if (verification.confirmed < rotated || verification.contradicted > 0)
      yield `${run} is complete with ${rotated} rotated, ${verification.confirmed} of them confirmed by another`;
  }
}

/** Whether an execution has a function do anything since it was redriven. */
const goesOn = (types: readonly string[]): boolean => {
  const redriven = types.indexOf('ExecutionRedriven');
  return redriven >= 0 && types.includes('TaskScheduled', redriven);
};

/** A tenth of what AWS allows; no small fleet comes near. Who goes round without a pause passes it. */
const mostEvents = 2_500;

function* settled({ cloud: { s3, deskBucket, states }, live }: Aftermath, runs: readonly Told[]) {
  yield* live.unsettled;
  const lock = s3.text(deskBucket, 'lock.json');
  if (lock !== undefined) yield `the lock is not free: ${lock}`;
  for (const key of s3.keys(deskBucket, 'go-ahead/')) yield `${key} was not withdrawn`;
  for (const { name, status, history } of states.executions()) {
    if (status === 'RUNNING') yield `${name} still runs`;
    const events = history.events().length;
    if (goesOn(history.events().map(({ type }) => type))) yield `${name} was redriven, and went on`;
    if (events > mostEvents) yield `${name} has ${events} events in its history: it asks again and again`;
  }
  for (const { run, isApproved, report } of runs)
    if (report === undefined && isApproved) yield `${run} was approved, and nobody says how it went`;
}

function* nothingLeaks({ cloud, live, slack, canaries, tokens, heard }: Aftermath) {
  const emails = approversOf(live).map(({ email }) => email);
  const values = new Needles(canaries);
  const waiting = new Needles(tokens);
  const links = new Needles(linksIn(cloud, emails));
  for (const { where, text } of [...heard, ...traces(cloud, emails, slack)]) {
    if (values.isIn(text)) yield `a secret value is in ${where}`;
    if (!mayHoldToken.test(where) && waiting.isIn(text)) yield `a task token is in ${where}`;
    if (!mayHoldLink.test(where) && links.isIn(text)) yield `a personal link is in ${where}`;
  }
}

/** The call that hands a token to the desk, and the desk's own store. */
const mayHoldToken = /^(what request-approval is given|the history of|.*\/pending\/)/;
/** Whom a link was sent to; and the page behind it is asked for under its own address. */
const mayHoldLink = /^(a mail to|Slack|what review (is given|answers))/;

/** Whoever ever was an approver may have been written to: updates only make them fewer. */
const approversOf = ({ deployed: [first] }: Aftermath['live']) => first?.approvers ?? [];

const linksIn = ({ ses }: Aftermath['cloud'], emails: readonly string[]): string[] =>
  emails.flatMap((email) =>
    ses.inbox(email).flatMap(({ text }) => /\/review\/\S*?([\w-]{30,})(?=\s|$)/.exec(text)?.[1] ?? []),
  );

function* onlyAllowedHosts({ live: { deployed }, asked }: Aftermath) {
  const allowed = new Set([
    ...deployed.flatMap(({ rotators }) => Object.values(rotators).flatMap(({ allowedHosts }) => allowedHosts)),
    ...deployed.flatMap(({ health }) => Object.values(health).map((address) => new URL(address).host)),
    'slack.com',
  ]);
  for (const host of asked) if (!allowed.has(host)) yield `Keyturn asked for ${host}`;
}
