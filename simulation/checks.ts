import { archiveKeys } from '../core/archive-keys.ts';
import type { Run } from '../core/plan.ts';
import type { RunReport, SecretReport } from '../core/report.ts';
import type { Cloud } from '../rehearsal/cloud.ts';
import type { Services } from '../rehearsal/services.ts';
import type { Estate } from '../rehearsal/targets/estate.ts';

/** What is looked at when a run is over and everything has settled. */
export interface Aftermath {
  readonly run: Run;
  readonly cloud: Cloud;
  readonly estate: Estate;
  readonly services: Services;
  readonly own: ReadonlySet<string>;
  /** Labels of each secret of the fleet before the run. */
  readonly before: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Every secret value that ever was in any version. */
  readonly canaries: ReadonlySet<string>;
}

/** The report that counts: the recovery's, if there was one. */
export function reportIn({ cloud: { s3, archiveBucket }, run }: Pick<Aftermath, 'cloud' | 'run'>) {
  const text =
    s3.text(archiveBucket, archiveKeys.recovery(run)) ?? s3.text(archiveBucket, archiveKeys.report(run)) ?? undefined;
  return text === undefined ? undefined : (JSON.parse(text) as RunReport);
}

/** Promises that are broken, a sentence each. */
export function broken(aftermath: Aftermath): readonly string[] {
  const { cloud, services, own, before } = aftermath;
  const report = reportIn(aftermath);
  const said = new Map(report?.secrets.map((secret) => [secret.arn, secret]));
  const suffering = [...services.records].filter(([, { failures, failing }]) => failures > 0 || failing.size > 0);
  const lock = cloud.s3.text(cloud.deskBucket, 'lock.json');
  const denied = cloud.account.authorisation.denials.filter(({ principal }) => own.has(principal));

  return [
    ...[...before].flatMap(([arn, labels]) => [...brokenOf(arn, labels, said.get(arn), aftermath)]),
    ...suffering.map(([service, { failures }]) => `clients of ${service} failed ${failures} times`),
    ...(lock === undefined ? [] : [`the lock is not free: ${lock}`]),
    ...denied.map(({ principal, action, resource }) => `denied to ${principal}: ${action} on ${resource}`),
    ...leaks(aftermath).map((place) => `a secret value is in ${place}`),
  ];
}

function* brokenOf(
  arn: string,
  before: Readonly<Record<string, string>>,
  said: SecretReport | undefined,
  { cloud: { secretsManager }, estate }: Aftermath,
): Generator<string> {
  const now = secretsManager.labels(arn);
  const hasMoved = now['AWSCURRENT'] !== before['AWSCURRENT'];
  const kind = said?.kind ?? 'not reported';
  if (!isAccepted(estate, String(secretsManager.value(arn)))) yield `${arn}: AWSCURRENT does not authenticate`;
  if (said?.kind === 'held') {
    if (!said.reason) yield `${arn}: held without a reason`;
    return;
  }
  if (hasMoved !== (kind === 'rotated')) yield `${arn}: ${kind}, and AWSCURRENT has ${hasMoved ? '' : 'not '}moved`;
  if (now['AWSPENDING'] !== before['AWSPENDING'] && now['AWSPENDING'] !== now['AWSCURRENT'])
    yield `${arn}: ${kind}, and AWSPENDING is left on ${now['AWSPENDING']}`;
}

/** Whether a simulated target lets this value in, asked behind everybody's back. */
function isAccepted({ keys, signatures, postgres }: Estate, value: string): boolean {
  const { username, password, apiKey, client, keyId, signingKey } = JSON.parse(value);
  if (apiKey !== undefined) return keys.accepts(apiKey);
  if (signingKey !== undefined) return signatures.accepts(client, keyId, signingKey);
  return postgres.accepts({ username, password }) === true;
}

function leaks({ cloud, canaries }: Aftermath): string[] {
  const { s3, ses, sns, events, archiveBucket, deskBucket, settings } = cloud;
  const places = new Map([['events', JSON.stringify(events.events())]]);
  for (const { email } of settings.approvers) {
    places.set(`mail to ${email}`, JSON.stringify(ses.inbox(email)));
    places.set(`notification of ${email}`, JSON.stringify(sns.inbox(email)));
  }
  for (const bucket of [archiveBucket, deskBucket]) {
    for (const key of s3.keys(bucket)) {
      const texts = s3.history(bucket, key).map(({ bytes }) => Buffer.from(bytes ?? []).toString());
      places.set(`${bucket}/${key}`, texts.join('\n'));
    }
  }
  const forms = [...canaries].flatMap((canary) => [canary, Buffer.from(canary).toString('base64').slice(0, -4)]);
  return [...places].flatMap(([place, text]) => (forms.some((form) => text.includes(form)) ? [place] : []));
}
